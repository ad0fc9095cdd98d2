"""Credit lines that stand in captions: found, and moved out of them.

| form | such as |
|---|---|
| template | `{{Image source|NASA}}` |
| photo_credit | "Photo credit: X", "Image source: X", "(Photo credit X)" |
| photo | "Photo: X", "image: X", also glued to the word before |
| all_photos | "All images: X", also glued |
| agency | "(AP Photo/X)", ". Reuters Photo/X" |
| credit | "Credit: X" |
| source | "Source: X" |
| copyright | "Copyright: X", "© X" behind a break |
| courtesy | "(Courtesy of X)", "Image courtesy of X", ", courtesy of NOAA." |
| photo_by | "Photograph by X", "(Photo by X)" |
| photo_from | "(Image from X)", ". Image from X" |

Without a colon the words behind a label must be a name. A credit ends at the next break, at the bracket that closes
around it, or with its sentence; terms of use behind it ("All rights reserved.") go with it. "Stock photo: a storm" and
"Satellite image: smoke" are captions.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.records.corpus import CaptionLink
from pipeline.titles.words import MIN_WORDS, count_words
from pipeline.wikinews.credit_labels import LABEL, MAX_CHARS, OPENING, end_before, is_credit
from pipeline.wikinews.credit_names import sentence_end
from pipeline.wikinews.marks import Rendered


@dataclass(frozen=True, slots=True)
class Credit:
    """text[start:end] of a caption names where its image comes from; `form` is the rule that found it."""

    start: int
    end: int
    form: str


@dataclass(frozen=True, slots=True)
class Split:
    """A caption without its credits, links moved along, and the credits."""

    caption: str
    links: tuple[CaptionLink, ...]
    credit: str
    forms: tuple[str, ...]


_LOOSE = " \t,;:|–—-("
_BRACKETS = {"(": re.compile(r"[()]"), "[": re.compile(r"[\[\]]")}


def find_credits(rendered: Rendered) -> list[Credit]:
    """Credits of a caption by start; they do not overlap."""
    found = [Credit(start, end, "template") for start, end in rendered.credits]
    found += _labelled(rendered.text, rendered.breaks)
    kept: list[Credit] = []
    for credit in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or credit.start >= kept[-1].end:
            kept.append(credit)
    return kept


def _labelled(text: str, breaks: tuple[int, ...]) -> Iterator[Credit]:
    reach = 0
    for label in LABEL.finditer(text):
        if label.start() < reach:
            continue
        begin, end = _span(text, label, breaks)
        if end - begin > MAX_CHARS or not text[label.end() : end].strip(" .)]"):
            continue
        if is_credit(text, label, (begin, end), breaks):
            reach = end
            yield Credit(begin, end, label.lastgroup or "")


def _span(text: str, label: re.Match[str], breaks: tuple[int, ...]) -> tuple[int, int]:
    """What a credit with this label takes: its bracket, else its sentence in its line."""
    before = end_before(text, label.start())
    limit = min(len(text), label.start() + MAX_CHARS + 1)
    if before and text[before - 1] in OPENING:
        end = _bracket_end(text, before - 1, limit)
        if end > 0:
            return before - 1, end
        return before - 1, sentence_end(text, label.end(), _next_break(breaks, label.end(), limit))
    return label.start(), sentence_end(text, label.end(), _next_break(breaks, label.end(), limit))


def _bracket_end(text: str, bracket: int, limit: int) -> int:
    """Behind the bracket that closes the one at `bracket`; -1 when none does before `limit`."""
    depth = 0
    for found in _BRACKETS[text[bracket]].finditer(text, bracket, limit):
        depth += 1 if found[0] == text[bracket] else -1
        if not depth:
            return found.end()
    return -1


def _next_break(breaks: tuple[int, ...], place: int, limit: int) -> int:
    index = bisect_right(breaks, place)
    return min(breaks[index], limit) if index < len(breaks) else limit


def split_credit(rendered: Rendered) -> Split:
    """Move the credits of a caption out of it; words that stood beside one are never glued.

    Links inside a credit go with it. A caption that is nothing but a credit becomes ''; but one of `MIN_WORDS` words
    or more that only a label tells stays as it is, for "Image: a satellite view of the storm" may be either.
    """
    found = find_credits(rendered)
    credit = " · ".join(_words_of(rendered.text, one) for one in found)
    forms = tuple(one.form for one in found)
    caption, links = _without(rendered, found)
    is_sure = not forms or set(forms) == {"template"}
    if not caption and not is_sure and count_words(rendered.text) >= MIN_WORDS:
        caption, links = rendered.text, rendered.links
    return Split(caption, links, credit, forms)


def _without(rendered: Rendered, found: list[Credit]) -> tuple[str, tuple[CaptionLink, ...]]:
    """Text and links without the credits."""
    if not found:
        return rendered.text, rendered.links
    text = rendered.text
    parts: list[str] = []
    links: list[CaptionLink] = []
    length = place = 0
    for start, end in [*((credit.start, credit.end) for credit in found), (len(text), len(text))]:
        first, last = _trimmed(text, place, start, is_cut=start < len(text) or end > start)
        place = end
        if first == last:
            continue
        gap = " " if parts and text[first] not in ".,;:!?)" else ""
        shift = length + len(gap) - first
        parts.append(gap + text[first:last])
        length += len(parts[-1])
        links += [
            CaptionLink(link.start + shift, link.end + shift, link.surface, link.target, link.wiki)
            for link in rendered.links
            if first <= link.start and link.end <= last
        ]
    return "".join(parts), tuple(links)


def _words_of(text: str, credit: Credit) -> str:
    words = text[credit.start : credit.end].strip()
    if words[0] not in OPENING:
        return words
    return (words[1:-1] if words[-1] in ")]" else words[1:]).strip()


def _trimmed(text: str, first: int, last: int, *, is_cut: bool) -> tuple[int, int]:
    """The span without white space, and without separators that introduced the credit behind it."""
    while first < last and text[first] == " ":
        first += 1
    if text[first:last].strip(" .,;:)(") == "":
        return first, first
    loose = _LOOSE if is_cut else " "
    while first < last and text[last - 1] in loose:
        last -= 1
    return first, last
