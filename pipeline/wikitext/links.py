"""Every internal link of a page: target, surface, context.

Contexts by precedence (KB definitions, section 2): reference, gallery, caption, infobox, template, table, list, lead,
prose. Each kind of span is painted over the links in rising order of precedence; spans of one kind are disjoint, so
that the work is linear however deep a page nests.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from pipeline.records.names import Context
from pipeline.titles.parsing import FILE
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.file_links import FileLink, file_links, outermost_calls, outermost_infoboxes
from pipeline.wikitext.page_tokens import PageTokens
from pipeline.wikitext.structure import Span, Structure

__all__ = ["FileLink", "file_link_spans", "page_links"]

LinkKey = tuple[str, str, str, str, bool]
"""Target, fragment, surface, context, in_template."""

_T = TypeVar("_T")
_FILES = f"namespace:{FILE}"
# Plain strings are quicker to hash than members of an enumeration.
_REFERENCE, _GALLERY, _CAPTION = Context.REFERENCE.value, Context.GALLERY.value, Context.CAPTION.value
_INFOBOX, _TEMPLATE, _TABLE = Context.INFOBOX.value, Context.TEMPLATE.value, Context.TABLE.value
_LIST, _LEAD, _PROSE = Context.LIST.value, Context.LEAD.value, Context.PROSE.value
_LIST_LINES = re.compile(r"\n[*#:;][^\n]*+(?:\n[*#:;][^\n]*+)*+")
_FIRST_LIST_LINE = re.compile(r"[*#:;][^\n]*+")


def page_links(structure: Structure, title: str, wiki: Wiki, drops: dict[str, int]) -> Counter[LinkKey]:
    """How often each link to the main namespace stands in the page.

    What is no such link is counted in `drops`: under a DropReason, or under "namespace:<id>" for other namespaces.

    Args:
        structure: The page's structure.
        title: Title key of the page; links to it without a fragment are self links.
        wiki: Its wiki.
        drops: Gets the counts added.
    """
    found = PageTokens(structure.text, title, wiki)
    found.scan(drops)
    structure.category_targets = found.categories
    structure.file_links = file_links(structure, found.files, wiki)
    contexts, in_template = _places(structure, found.starts)
    if structure.file_links:
        drops[_FILES] = drops.get(_FILES, 0) + len(structure.file_links)
    return Counter(zip(found.targets, found.fragments, found.surfaces, contexts, in_template, strict=True))


def category_targets(structure: Structure, wiki: Wiki) -> list[str]:
    """Targets of the links to categories as typed, in order; those with a leading colon included."""
    if structure.category_targets is None:
        page_links(structure, "", wiki, {})
    return structure.category_targets or []


def file_link_spans(structure: Structure, wiki: Wiki) -> list[FileLink]:
    """The file links of a page by start, those in captions and galleries included; found once per structure."""
    if structure.file_links is None:
        page_links(structure, "", wiki, {})
    return structure.file_links or []


def _places(structure: Structure, starts: list[int]) -> tuple[list[str], list[bool]]:
    """Context and in_template of the links that start at `starts`, ascending; file links must be known."""
    n_lead = bisect_left(starts, structure.lead_end)
    contexts = [_LEAD] * n_lead + [_PROSE] * (len(starts) - n_lead)
    in_template = [False] * len(starts)
    _paint(contexts, _within(starts, _list_lines(structure.text)), _LIST)
    _paint(contexts, _within(starts, structure.tables), _TABLE)
    in_calls = _within(starts, outermost_calls(structure))
    _paint(in_template, in_calls, True)
    _paint(contexts, in_calls, _TEMPLATE)
    _paint(contexts, _within(starts, outermost_infoboxes(structure)), _INFOBOX)
    captions = [(link.start + 1, link.end) for link in structure.file_links or ()]
    _paint(contexts, _within(starts, captions), _CAPTION)
    _paint(contexts, _within(starts, structure.galleries), _GALLERY)
    _paint(contexts, _within(starts, structure.references), _REFERENCE)
    return contexts, in_template


def _list_lines(text: str) -> list[Span]:
    """Runs of lines that begin with a list's mark."""
    spans = [lines.span() for lines in _LIST_LINES.finditer(text)]
    first = _FIRST_LIST_LINE.match(text)
    return spans if first is None else [first.span(), *spans]


def _within(starts: list[int], spans: Iterable[Span]) -> list[Span]:
    """Which links begin in one of `spans`, which are by start: ranges of indices."""
    found = []
    low, count = 0, len(starts)
    for start, end in spans:
        low = bisect_left(starts, start, low)
        if low == count:
            break
        if starts[low] < end:
            high = bisect_left(starts, end, low)
            found.append((low, high))
            low = high
    return found


def _paint(values: list[_T], ranges: list[Span], value: _T) -> None:
    for low, high in ranges:
        values[low:high] = [value] * (high - low)
