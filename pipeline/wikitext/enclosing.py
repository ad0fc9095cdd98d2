"""Which template call each place of a page stands in."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.wikitext.structure import Structure, Template


class Enclosure(NamedTuple):
    """The innermost call around a place, and whether any call around it is an infobox."""

    template: Template | None
    in_infobox: bool


OUTSIDE = Enclosure(None, False)


def enclosures(structure: Structure, places: Sequence[int]) -> list[Enclosure]:
    """The enclosure of each place; `places` ascend. Parser functions are no templates. One pass over both."""
    if not places:
        return []
    found: list[Enclosure] = []
    stack: list[Enclosure] = []
    calls = iter(structure.templates)
    call = next(calls, None)
    for place in places:
        while call is not None and call.start <= place:
            if call.end > place and not call.is_function:
                stack.append(Enclosure(call, call.is_infobox or (bool(stack) and stack[-1].in_infobox)))
            call = next(calls, None)
        while stack and stack[-1].template is not None and stack[-1].template.end <= place:
            stack.pop()
        found.append(stack[-1] if stack else OUTSIDE)
    return found
