"""Foreign text made safe to read on a page."""

import re

_HIDING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def readable(text: str) -> str:
    """`text` with U+FFFD for control codes, halves of surrogate pairs and marks that turn the direction of others.

    Joiners and single direction marks stay: Persian, Hebrew and emoji need them. Escaping is the template's work.
    """
    return _HIDING.sub("\N{REPLACEMENT CHARACTER}", text)


def clip(text: str, max_chars: int) -> str:
    """`text`, or its begin with a notice of how long it was."""
    if len(text) <= max_chars:
        return text
    return f"{text[:max_chars]}… [clipped, {len(text):,} characters]"
