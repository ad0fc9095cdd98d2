"""File links with their captions, which hold links of their own."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pipeline.titles.wiki import Wiki
from pipeline.wikitext.splitting import split_bars
from pipeline.wikitext.structure import Span, Structure


class FileLink(NamedTuple):
    """One `[[File:…]]`, text[start:end].

    `file_title` is as typed, with its prefix; `parts` are the parameters after it, as typed. The caption is
    text[caption_start:caption_end], empty when there is none.
    """

    start: int
    end: int
    file_title: str
    parts: list[str]
    caption_start: int
    caption_end: int
    in_template: bool


def file_end(text: str, place: int) -> int:
    """Where a file link ends whose title ends at `place`; -1 for one that is not closed.

    Links in the caption close first, one level deep (MediaWiki: handleInternalLinks2). A file link without end stops
    at the next one of its kind, which keeps the whole page linear.
    """
    following = _next_link(text, place)
    close = text.find("]]", place, following)
    if close >= 0:
        return _after(text, place, close)
    while following < len(text):
        begin, following = following + 2, _next_link(text, following + 2)
        close = text.find("]]", begin, following)
        if close < 0:
            return -1
        inner = close + 2
        close = text.find("]]", inner, following)
        if close >= 0:
            return _after(text, inner, close)
    return -1


def _after(text: str, place: int, close: int) -> int:
    """Where a file link ends that the brackets at `close` close; an external link may take one."""
    # "[[File:a|[http://x y]]]": the first bracket is the external link's.
    return close + 3 if text.startswith("]", close + 2) and "[" in text[place:close] else close + 2


def _next_link(text: str, place: int) -> int:
    found = text.find("[[", place)
    return len(text) if found < 0 else found


def _caption_of(parts: list[str], options: "_Options") -> int:
    """Index of the caption: the last part that is no image option; -1 when there is none."""
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index].strip()
        if part not in options.words and options.valued.fullmatch(part) is None:
            return index
    return -1


def file_links(structure: Structure, openings: Iterable[Span], wiki: Wiki) -> list[FileLink]:
    """The file links that begin at these places, with the ends of their titles; unclosed ones left out."""
    text, found = structure.text, []
    calls = outermost_calls(structure)
    call = 0
    options = _options(wiki)
    for start, title_end in openings:
        end = file_end(text, title_end)
        if end < 0:
            continue
        while call < len(calls) and calls[call][1] <= start:
            call += 1
        in_template = call < len(calls) and calls[call][0] < start
        parts = split_bars(text[title_end + 1 : end - 2]) if text[title_end] == "|" else []
        caption = _caption_of(parts, options)
        before = title_end + 1 + sum(map(len, parts[:caption])) + caption if caption >= 0 else end - 2
        after = before + (len(parts[caption]) if caption >= 0 else 0)
        found.append(FileLink(start, end, text[start + 2 : title_end], parts, before, after, in_template))
    return found


def outermost_calls(structure: Structure) -> list[Span]:
    """Spans of template calls that stand in no other one, by start; parser functions are no templates."""
    if structure.outermost is None:
        spans: list[Span] = []
        reach = 0
        for template in structure.templates:
            if template.start >= reach and not template.is_function:
                reach = template.end
                spans.append((template.start, reach))
        structure.outermost = spans
    return structure.outermost


def outermost_infoboxes(structure: Structure) -> list[Span]:
    """Spans of infoboxes that stand in no other one, by start."""
    spans: list[Span] = []
    for template in structure.templates:
        if template.is_infobox and (not spans or template.start >= spans[-1][1]):
            spans.append((template.start, template.end))
    return spans


class _Options(NamedTuple):
    """Image options of a wiki: whole words such as `thumb`, and what matches `220px` or `alt=…`."""

    words: frozenset[str]
    valued: re.Pattern[str]


@lru_cache(maxsize=8)
def _options(wiki: Wiki) -> _Options:
    words = [(name, word) for name, written in wiki.siteinfo.image_words for word in written]
    valued = [re.escape(word).replace(r"\$1", _OPTION_VALUES.get(name, ".*")) for name, word in words if "$1" in word]
    plain = frozenset(word for _, word in words if "$1" not in word)
    return _Options(plain, re.compile("|".join(valued) or r"(?!)", re.DOTALL))


_OPTION_VALUES = {
    "img_width": r"(?:[0-9]+(?:x[0-9]*)?|x[0-9]+)\s*(?:px\s*)?",
    "img_upright": r"\s*[0-9.]+\s*",
}
"""Options whose value must have a form; without it the parameter is the caption (MediaWiki: Parser::makeImage)."""
