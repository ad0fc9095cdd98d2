"""Checks that compare an answer with others, and of the process."""

from collections.abc import Iterator

from annotation.checks.findings import Note
from annotation.checks.scene import Scene, runs
from annotation.records import MAIN, MENTIONS, Answer

LEAST_SECONDS = 2.0


def linked_differently(scene: Scene) -> Iterator[Note]:
    """One surface means one entity within an article."""
    for place, one in scene.annotations:
        if scene.campaign is None or one.entity is None:
            continue
        key = (scene.answer.annotator, scene.item.group, one.surface.casefold())
        others = sorted(scene.campaign.links.get(key, set()) - {one.entity})
        if others:
            yield Note(place, f"{one.surface!r} is {one.entity!r} here and {others[0]!r} elsewhere in the article")


def unmarked(scene: Scene) -> Iterator[Note]:
    """What is marked nearly everywhere else is marked here too."""
    often = scene.campaign.often_marked if scene.campaign is not None else {}
    if not often:
        return
    taken = [one.span for _, one in scene.annotations]
    reported: list[tuple[int, int]] = []
    found = [(span, key) for key, span in runs(scene.caption, max(map(len, often))) if key in often]
    for (start, end), key in sorted(found, key=lambda entry: (entry[0][0], -entry[0][1])):
        if any(start < other_end and other_start < end for other_start, other_end in (*taken, *reported)):
            continue
        reported.append((start, end))
        n_marked, n_seen = often[key]
        told = f"{scene.caption[start:end]!r} is marked in {n_marked} of {n_seen} captions, but not here"
        yield Note(None, told, span=(start, end))


def careless(scene: Scene) -> Iterator[Note]:
    """An answer takes two seconds at least and is no copy of the one before."""
    answer = scene.answer
    if answer.duration_s is not None and answer.duration_s < LEAST_SECONDS:
        yield Note(None, f"answered in {answer.duration_s:.1f} s")
    if scene.campaign is None or not answer.annotations:
        return
    before = scene.campaign.previous.get((answer.annotator, answer.layer, answer.batch, answer.number - 1))
    if before is not None and before.pair_id != answer.pair_id and _content(before) == _content(answer):
        item = scene.campaign.items.get(before.pair_id)
        if item is None or item.caption != scene.caption:
            yield Note(None, "the same annotations as for the item before")


def same_person_twice(scene: Scene) -> Iterator[Note]:
    """The two answers to an item come from two people."""
    answer = scene.answer
    if scene.campaign is None or answer.batch != MAIN or answer.layer != MENTIONS:
        return
    n = scene.campaign.times_answered[answer.pair_id, answer.annotator]
    if n > 1:
        yield Note(None, f"{answer.annotator} answered this item {n} times: both slots would be one person")


def _content(answer: Answer) -> list[tuple[str, str | None, str | None]]:
    return [(one.surface, one.type, one.entity) for one in answer.annotations]
