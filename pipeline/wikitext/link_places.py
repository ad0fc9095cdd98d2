"""Where links stand in their page: context and in_template.

Contexts by precedence (KB definitions, section 2): reference, gallery, caption, infobox, template, table, list, lead,
prose. Each kind of span is painted over the links in rising order of precedence; spans of one kind are disjoint, so
that the work is linear however deep a page nests.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from pipeline.native.chosen import loops
from pipeline.records.names import Context
from pipeline.wikitext.file_links import outermost_calls, outermost_infoboxes
from pipeline.wikitext.structure import Span, Structure

CONTEXTS = tuple(context.value for context in Context)
"""Names of contexts; a link's context is a place in here."""

_CODES = {context: place for place, context in enumerate(Context)}
_LIST_LINES = re.compile(r"\n[*#:;][^\n]*+(?:\n[*#:;][^\n]*+)*+")
_FIRST_LIST_LINE = re.compile(r"[*#:;][^\n]*+")


def link_places(structure: Structure, starts: list[int]) -> tuple[bytes, bytes]:
    """Context and in_template of the links that start at `starts`, ascending; the file links must be known."""
    n_lead = bisect_left(starts, structure.lead_end)
    contexts = bytearray([_CODES[Context.LEAD]] * n_lead + [_CODES[Context.PROSE]] * (len(starts) - n_lead))
    _paint_lists(structure.text, starts, contexts)
    calls = outermost_calls(structure)
    captions = [(link.start + 1, link.end) for link in structure.file_links or ()]
    for context, spans in (
        (Context.TABLE, structure.tables),
        (Context.TEMPLATE, calls),
        (Context.INFOBOX, outermost_infoboxes(structure)),
        (Context.CAPTION, captions),
        (Context.GALLERY, structure.galleries),
        (Context.REFERENCE, structure.references),
    ):
        _paint(starts, spans, contexts, _CODES[context])
    in_template = bytearray(len(starts))
    _paint(starts, calls, in_template, 1)
    return bytes(contexts), bytes(in_template)


def _paint_lists(text: str, starts: list[int], codes: bytearray) -> None:
    """Give the links on lines that begin with a list's mark the code of lists."""
    if loops is not None:
        loops.paint_lists(text, starts, codes, _CODES[Context.LIST])
        return
    spans = [lines.span() for lines in _LIST_LINES.finditer(text)]
    first = _FIRST_LIST_LINE.match(text)
    _paint(starts, spans if first is None else [first.span(), *spans], codes, _CODES[Context.LIST])


def _paint(starts: list[int], spans: Sequence[Span], codes: bytearray, code: int) -> None:
    """Give the links that begin in one of `spans`, which are by start, a code."""
    if loops is not None:
        loops.paint(starts, spans, codes, code)
        return
    low = 0
    for start, end in spans:
        low = bisect_left(starts, start, low)
        if low == len(starts):
            break
        if starts[low] < end:
            high = bisect_left(starts, end, low)
            codes[low:high] = bytes([code]) * (high - low)
            low = high
