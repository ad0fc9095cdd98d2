"""Cuts references without links: a quarter of a long page."""

import re

from pipeline.native.chosen import loops

SHORT = "<ref/>"
"""Stands where a reference stood."""

# A reference runs to the first closing tag, whatever it holds. What is no plain text is matched too and left alone, so
# that no reference inside it is taken for one of its own; one without a closing tag runs to the page's end, once.
_REFERENCE = re.compile(r"<(?=[rR])(?i:ref)(?=[\s/>])[^<>]*+(?<!/)>[^<]*+(?:</ref>|((?:<(?!/(?i:ref)\s*+>)[^<]*+)*+))")


def shorten_references(masked: str) -> str:
    """Masked text with `SHORT` in place of each reference that holds neither a link nor a tag. Linear."""
    return shorten_in_python(masked) if loops is None else loops.shorten_references(masked, SHORT)


def shorten_in_python(masked: str) -> str:
    """The same without the compiled loop."""
    return _REFERENCE.sub(_shortened, masked)


def _shortened(reference: re.Match[str]) -> str:
    whole = reference[0]
    return SHORT if reference[1] is None and "[[" not in whole else whole
