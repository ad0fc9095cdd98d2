"""Agreement on parts of a campaign: topics, lengths, types, time."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from annotation.agreement.figures import Sampling
from annotation.agreement.measures import Measure
from annotation.agreement.measuring import measure_all
from annotation.agreement.pairing import Pairing, Rules, grouped
from annotation.agreement.registry import EL_HEADLINE, MD_HEADLINE
from annotation.journal import Journal
from annotation.records import CLUES, MENTIONS, Annotation, Answer
from annotation.statistics.ambiguity import AMBIGUITIES
from annotation.store import TIMES
from annotation.tokens import count_words
from pipeline.formats.mention_types import TYPES

HEADLINES = (MD_HEADLINE, EL_HEADLINE)
TYPE_IDS = ("md.span.f1", EL_HEADLINE)
UNKNOWN, OTHERS, NO_CLUE, DIFFERENT = "unknown", "others", "no clue", "they differ"
_LENGTHS = (("up to 5 words", 6), ("6 to 10", 11), ("11 to 15", 16), ("16 to 25", 26), ("over 25", 1 << 30))
_TENTHS, _LEAST_IN_PART = 10, 20
_MOST_TOPICS, _MOST_WEEKS = 20, 30
Key = tuple[str, str, str]
"""Annotator, pair, batch."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the campaign.

    Attributes:
        name: Of the part.
        n_pairings: Pairs of answers in it.
        measures: One a definition of its table.
    """

    name: str
    n_pairings: int
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class SliceTable:
    """Parts under the same definitions, in order."""

    ids: tuple[str, ...]
    slices: tuple[Slice, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON value."""
        return asdict(self)


def by_topic(pairings: Sequence[Pairing], rules: Rules, sampling: Sampling) -> SliceTable:
    """The largest topics, then all others together."""
    sizes = {name: len(members) for name, members in grouped(pairings, _topic).items()}
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    kept = order if len(order) <= _MOST_TOPICS else order[: _MOST_TOPICS - 1]
    names = kept if len(kept) == len(order) else [*kept, OTHERS]
    of = {name: name if name in kept else OTHERS for name in order}
    return _table(pairings, lambda one: of[_topic(one)], names, (rules, sampling))


def by_length(pairings: Sequence[Pairing], rules: Rules, sampling: Sampling) -> SliceTable:
    """Captions by their number of words."""
    ends = [end for _, end in _LENGTHS]

    def key(one: Pairing) -> str:
        return _LENGTHS[bisect_right(ends, count_words(one.item.caption))][0]

    return _table(pairings, key, [name for name, _ in _LENGTHS], (rules, sampling))


def by_type(pairings: Sequence[Pairing], rules: Rules, sampling: Sampling) -> SliceTable:
    """Each type alone: F1 of its spans, and kappa of entities where both chose the type."""
    slices = []
    for name in TYPES:
        kept = [keep_spans(one, lambda span, name=name: span.type == name) for one in pairings]  # type: ignore[misc]
        members = [one for one in kept if one.left.annotations or one.right.annotations]
        slices.append(Slice(name, len(members), tuple(measure_all(members, rules, sampling, TYPE_IDS))))
    return SliceTable(TYPE_IDS, tuple(one for one in slices if one.n_pairings))


def by_clue(pairings: Sequence[Pairing], rules: Rules, sampling: Sampling) -> SliceTable:
    """Each visual clue alone: spans for which either annotator saw it, then spans for which both saw none."""
    slices = []
    for name in (*CLUES, NO_CLUE):
        kept = [_with_clue(one, name) for one in pairings]
        members = [one for one in kept if one.left.annotations or one.right.annotations]
        slices.append(Slice(name, len(members), tuple(measure_all(members, rules, sampling, TYPE_IDS))))
    return SliceTable(TYPE_IDS, tuple(one for one in slices if one.n_pairings))


def by_ambiguity(pairings: Sequence[Pairing], rules: Rules, sampling: Sampling) -> SliceTable:
    """Pairs by the class of ambiguity that both annotators chose, then those on which they differ."""
    classed = [one for one in pairings if one.left.ambiguity and one.right.ambiguity]

    def key(one: Pairing) -> str:
        return (one.left.ambiguity or UNKNOWN) if one.left.ambiguity == one.right.ambiguity else DIFFERENT

    return _table(classed, key, [*AMBIGUITIES, DIFFERENT], (rules, sampling))


def by_order(pairings: Sequence[Pairing], answers: Sequence[Answer], rules: Rules, sampling: Sampling) -> SliceTable:
    """Equal parts of the campaign, a pair standing where the later of its two people was in their own work."""
    place: dict[Key, float] = {}
    of_person: dict[str, list[Answer]] = {}
    for one in answers:
        of_person.setdefault(one.annotator, []).append(one)
    for theirs in of_person.values():
        for at, one in enumerate(sorted(theirs, key=lambda one: one.number)):
            place[_key(one)] = at / len(theirs)
    shares = [max(place.get(_key(answer), 0.0) for answer in (one.left, one.right)) for one in pairings]
    ranked = sorted(range(len(pairings)), key=lambda at: (shares[at], at))
    n_parts = max(1, min(_TENTHS, len(pairings) // _LEAST_IN_PART))
    part = {id(pairings[at]): rank * n_parts // len(pairings) for rank, at in enumerate(ranked)}
    names = [f"part {at + 1}" for at in range(n_parts)]
    return _table(pairings, lambda one: names[part[id(one)]], names, (rules, sampling))


def by_week(
    pairings: Sequence[Pairing], moments: Mapping[Key, datetime], rules: Rules, sampling: Sampling
) -> SliceTable | None:
    """Weeks in which the later answer was saved, months where there are many; None where times are not known."""
    known = [one for one in pairings if _key(one.left) in moments and _key(one.right) in moments]
    if not known:
        return None
    week = "%G-W%V" if len({_later(one, moments).strftime("%G-W%V") for one in known}) <= _MOST_WEEKS else "%Y-%m"
    names = sorted({_later(one, moments).strftime(week) for one in known})
    return _table(known, lambda one: _later(one, moments).strftime(week), names, (rules, sampling))


def keep_spans(one: Pairing, is_kept: Callable[[Annotation], bool]) -> Pairing:
    """The same pairing with some of the spans."""
    left, right = (
        replace(side, annotations=tuple(span for span in side.annotations if is_kept(span)))
        for side in (one.left, one.right)
    )
    return Pairing(one.item, left, right)


def saved_moments(folder: Path, annotators: Sequence[str]) -> dict[Key, datetime]:
    """When each answer was last saved, where a project keeps times."""
    return {
        (name, row["pair_id"], row["batch"]): datetime.fromisoformat(row["saved_at"])
        for name in annotators
        for row in Journal(folder / TIMES / MENTIONS / f"{name}.jsonl").rows
        if row.get("saved_at")
    }


def _table(
    pairings: Sequence[Pairing], key: Callable[[Pairing], str], names: Sequence[str], settings: tuple[Rules, Sampling]
) -> SliceTable:
    groups = grouped(pairings, key)
    return SliceTable(
        HEADLINES,
        tuple(
            Slice(name, len(groups[name]), tuple(measure_all(groups[name], *settings, HEADLINES)))
            for name in names
            if name in groups
        ),
    )


def _topic(one: Pairing) -> str:
    return one.item.topic or UNKNOWN


def _key(answer: Answer) -> Key:
    return answer.annotator, answer.pair_id, answer.batch


def _later(one: Pairing, moments: Mapping[Key, datetime]) -> datetime:
    return max(moments[_key(one.left)], moments[_key(one.right)])


def _with_clue(one: Pairing, clue: str) -> Pairing:
    """The spans for which one of both saw the clue; spans that nobody labelled are left out."""
    seen: dict[tuple[int, int], set[str]] = {}
    for side in (one.left, one.right):
        for span in side.annotations:
            if span.visual_clues is not None:
                seen.setdefault(span.span, set()).update(span.visual_clues)
    return keep_spans(
        one, lambda span: span.span in seen and (clue in seen[span.span] or (clue == NO_CLUE and not seen[span.span]))
    )
