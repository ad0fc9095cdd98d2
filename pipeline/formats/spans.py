"""Where mentions stand in their caption, told from surfaces and their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a mention can stand.

    Attributes:
        span: Its code points, end exclusive; None where that is not certain.
        choices: All places that remain, left to right; none where the caption does not hold the surface.
    """

    span: Span | None
    choices: tuple[Span, ...]


def occurrences(caption: str, surface: str) -> list[Span]:
    """Every place where `caption` holds `surface`, overlapping ones too, left to right."""
    if not surface:
        return []
    found = []
    start = caption.find(surface)
    while start >= 0:
        found.append((start, start + len(surface)))
        start = caption.find(surface, start + 1)
    return found


def place_mentions(caption: str, surfaces: Sequence[str]) -> list[Placement]:
    """Place mentions that are listed without offsets.

    A place that cuts a word counts only where the surface has no other. Mentions are taken to stand in the caption's
    order without overlap; where that leaves one place, it is the mention's. Where they cannot stand so, each is placed
    alone, and places that belong to others surely are left out.
    """
    everywhere = [occurrences(caption, surface) for surface in surfaces]
    whole = [[span for span in spans if _is_whole(caption, span)] or spans for spans in everywhere]
    known = [place for place, spans in enumerate(everywhere) if spans]
    for spans in (whole, everywhere):
        in_order = _in_order([spans[place] for place in known])
        if in_order is not None:
            left = dict(zip(known, in_order, strict=True))
            return [_placement(left.get(place, [])) for place in range(len(surfaces))]
    return [_placement(spans) for spans in _by_exclusion(whole)]


def overlaps(spans: Sequence[Span]) -> bool:
    """Whether any two spans share a code point."""
    return any(other[0] < one[1] for one, other in pairwise(sorted(spans)))


def _placement(choices: Sequence[Span]) -> Placement:
    return Placement(choices[0] if len(choices) == 1 else None, tuple(choices))


def _in_order(spans: Sequence[Sequence[Span]]) -> list[list[Span]] | None:
    """The places of each mention that some reading from left to right uses; None where there is no such reading."""
    first: list[Span] = []
    for choices in spans:
        after = first[-1][1] if first else 0
        fitting = [span for span in choices if span[0] >= after]
        if not fitting:
            return None
        first.append(fitting[0])
    last: list[Span] = []
    before: int | None = None
    for choices in reversed(spans):
        last.append([span for span in choices if before is None or span[1] <= before][-1])
        before = last[-1][0]
    last.reverse()
    return [
        [span for span in choices if low[0] <= span[0] <= high[0]]
        for choices, low, high in zip(spans, first, last, strict=True)
    ]


def _by_exclusion(spans: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """The places of each mention without those that another one holds for sure."""
    left = [list(choices) for choices in spans]
    is_smaller = True
    while is_smaller:
        is_smaller = False
        taken = {choices[0] for choices in left if len(choices) == 1}
        for place, choices in enumerate(left):
            free = [span for span in choices if span not in taken]
            if len(choices) > 1 and free and len(free) < len(choices):
                left[place], is_smaller = free, True
                break
    return left


_WORD = re.compile(r"\w")


def _is_whole(caption: str, span: Span) -> bool:
    """Whether a span begins and ends where words do."""
    start, end = span
    cuts_left = start > 0 and _are_letters(caption[start - 1], caption[start])
    cuts_right = end < len(caption) and _are_letters(caption[end - 1], caption[end])
    return not cuts_left and not cuts_right


def _are_letters(one: str, other: str) -> bool:
    return _WORD.match(one) is not None and _WORD.match(other) is not None
