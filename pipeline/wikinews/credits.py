"""Credit lines that stand in captions: found, and moved out of them.

| form | such as |
|---|---|
| template | `{{Image source|NASA}}` |
| photo_credit | "Photo credit: X", "Image source: X", "(Photo credit X)" |
| photo | "Photo: X", "image: X", also glued to the word before |
| credit | "Credit: X" |
| source | "Source: X" |
| copyright | "Copyright: X", "© X" behind a break |
| courtesy | "(Courtesy of X)", "Image courtesy of X", ", courtesy of NOAA." |

A credit ends at the next break, at the bracket that closes around it, or with the caption. "Stock photo: a storm" and
"Satellite image: smoke" are captions.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.records.corpus import CaptionLink
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


_KIND = r"(?:photo(?:graph)?s?|images?|pictures?|pics?|video|graphic|screenshot|illustration)"
_LABEL = re.compile(
    rf"(?P<photo_credit>(?:{_KIND}|file) ?(?:credits?|source|copyright)(?: ?:|(?= [A-Z©])))"
    rf"|(?P<courtesy>(?:{_KIND}(?: is)? )?courtesy(?: of\b| ?:|(?= [A-Z])))"
    r"|(?P<photo>(?:photo(?:graph(?:er)?)?|image|picture|pic)(?: by)? ?:)"
    r"|(?P<credit>credits? ?:)"
    r"|(?P<source>source ?:)"
    r"|(?P<copyright>copyright ?:|©)",
    re.IGNORECASE,
)
_KIND_OF_PICTURE = re.compile(
    r"(?:stock|file|archive[ds]?|library|satellite|radar|composite|undated|handout|courtroom|aerial|thermal|infrared"
    r"|tele|screen|head|cover|family|profile)[ -]?\Z",
    re.IGNORECASE,
)
_SENTENCE_END = ".!?…\"”’')]»*"
_OPENING = "(["
_LOOSE = " \t,;:|–—-("
_MAX_BARE_WORDS = 6
_NAME_AFTER = re.compile(r" *(?:the )?(?:[A-Z][\w./&'-]*(?: (?:of|the|and|for) )?[ ,]*){1,6}\.?\Z")


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
    for label in _LABEL.finditer(text):
        start = label.start()
        if start < reach:
            continue
        form = label.lastgroup or ""
        bracket = _bracket_before(text, start)
        end = _bracket_end(text, bracket) if bracket >= 0 else _next_break(breaks, label.end(), len(text))
        if text[label.end() : end].strip(" .)]") and _is_credit(text, label, form, breaks, end):
            begin = bracket if bracket >= 0 else start
            reach = end
            yield Credit(begin, end, form)


def _bracket_before(text: str, start: int) -> int:
    place = _end_before(text, start)
    return place - 1 if place and text[place - 1] in _OPENING else -1


def _end_before(text: str, place: int) -> int:
    """Where the text before `place` ends, its spaces left out."""
    while place and text[place - 1] == " ":
        place -= 1
    return place


def _bracket_end(text: str, bracket: int) -> int:
    """Behind the bracket that closes the one at `bracket`; the end of the text when none does."""
    closing = ")" if text[bracket] == "(" else "]"
    depth = 0
    for place in range(bracket, len(text)):
        if text[place] == text[bracket]:
            depth += 1
        elif text[place] == closing:
            depth -= 1
            if not depth:
                return place + 1
    return len(text)


def _next_break(breaks: tuple[int, ...], place: int, length: int) -> int:
    index = bisect_right(breaks, place)
    return breaks[index] if index < len(breaks) else length


def _is_break(breaks: tuple[int, ...], place: int) -> bool:
    index = bisect_left(breaks, place)
    return index < len(breaks) and breaks[index] == place


def _is_credit(text: str, label: re.Match[str], form: str, breaks: tuple[int, ...], end: int) -> bool:
    """Whether what stands before and after a label lets it be one."""
    start, rest = label.start(), text[label.end() : end]
    before = _end_before(text, start)
    last = text[before - 1] if before else ""
    if not last:
        return form not in ("photo", "courtesy") or len(rest.split()) <= _MAX_BARE_WORDS
    if last in _OPENING or _is_break(breaks, before) or _is_break(breaks, start):
        return True
    if _KIND_OF_PICTURE.search(text[max(0, start - 12) : start]):
        return False
    return last in _SENTENCE_END or _interrupts(label, form, last, rest)


def _interrupts(label: re.Match[str], form: str, last: str, rest: str) -> bool:
    """Whether a label in the middle of a sentence begins a credit."""
    if form == "courtesy":
        return _follows_kind(label[0]) or (last == "," and _NAME_AFTER.match(rest[:80]) is not None)
    if form == "copyright":
        return label[0][0] in "Cc"
    is_capital = label[0][0].isupper()
    if last == label.string[label.start() - 1]:  # glued to the word before
        return is_capital or form in ("photo", "photo_credit")
    return is_capital and (form in ("credit", "photo_credit", "source") or len(rest.split()) <= _MAX_BARE_WORDS)


def _follows_kind(label: str) -> bool:
    return not label[:8].casefold().startswith("courtesy")


def split_credit(rendered: Rendered) -> Split:
    """Move the credits of a caption out of it; words that stood beside one are never glued.

    Links inside a credit go with it. A caption that is nothing but a credit becomes ''.
    """
    found = find_credits(rendered)
    if not found:
        return Split(rendered.text, rendered.links, "", ())
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
    credit = " · ".join(_words_of(text, one) for one in found)
    return Split("".join(parts), tuple(links), credit, tuple(one.form for one in found))


def _words_of(text: str, credit: Credit) -> str:
    words = text[credit.start : credit.end].strip()
    if words[0] not in _OPENING:
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
