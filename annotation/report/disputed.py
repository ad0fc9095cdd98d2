"""Pairs of answers that differ, and which of them a page shows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.agreement.pairing import Pairing, Rules
from annotation.disagreements import GUIDELINES, Disagreement, Kind, find_disagreements
from annotation.records import Annotation
from pipeline.stats.seeding import seeded_rank


@dataclass(frozen=True, slots=True)
class Disputed:
    """Two answers and where they differ."""

    pairing: Pairing
    found: tuple[Disagreement, ...]

    @property
    def kinds(self) -> list[Kind]:
        """Classes that occur, in their own order."""
        there = {one.kind for one in self.found}
        return [kind for kind in Kind if kind in there]


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How often a class of disagreement occurs."""

    kind: Kind
    n: int
    n_pairings: int

    def to_json(self) -> dict[str, Any]:
        """As JSON value."""
        return {
            "kind": self.kind.value,
            "n": self.n,
            "n_pairings": self.n_pairings,
            "guideline": GUIDELINES[self.kind],
        }


def find_disputed(pairings: Iterable[Pairing], rules: Rules) -> list[Disputed]:
    """Pairs of answers that differ in more than the name of a redirect, in order."""
    every = (Disputed(one, tuple(find_disagreements(one, rules))) for one in pairings)
    return [one for one in every if any(each.is_real for each in one.found)]


def count_classes(disputed: Iterable[Disputed]) -> tuple[ClassCount, ...]:
    """Classes that occur, the most frequent first."""
    n, n_pairings = Counter[Kind](), Counter[Kind]()
    for one in disputed:
        n.update(each.kind for each in one.found)
        n_pairings.update(one.kinds)
    order = list(Kind)
    rows = [ClassCount(kind, n[kind], n_pairings[kind]) for kind in sorted(n, key=order.index)]
    return tuple(sorted(rows, key=lambda row: -row.n))


def choose(disputed: Sequence[Disputed], most: int, seed: int) -> list[Disputed]:
    """At most `most`, in order: every class gives one in turn, drawn by the seed, so that rare ones are all there."""
    if len(disputed) <= most:
        return list(disputed)
    ranked = sorted(range(len(disputed)), key=lambda at: (seeded_rank(seed, _name(disputed[at])), at))
    queues: dict[Kind, Iterator[int]] = {
        kind: iter([at for at in ranked if kind in disputed[at].kinds])
        for kind in Kind
        if any(kind in one.kinds for one in disputed)
    }
    chosen: set[int] = set()
    while len(chosen) < most:
        for kind in list(queues):
            if len(chosen) < most:
                following = next((at for at in queues[kind] if at not in chosen), None)
                if following is None:
                    del queues[kind]
                else:
                    chosen.add(following)
    return [disputed[at] for at in sorted(chosen)]


def disputed_json(one: Disputed) -> dict[str, Any]:
    """Everything about one, for a line of a file."""
    item = one.pairing.item
    return {
        "pair_id": item.pair_id,
        "caption": item.caption,
        "annotators": one.pairing.annotators,
        "answers": [[_span_json(span) for span in side.annotations] for side in (one.pairing.left, one.pairing.right)],
        "disagreements": [
            {"kind": each.kind.value, "guideline": each.guideline, "left": each.left, "right": each.right}
            for each in one.found
        ],
    }


def _span_json(one: Annotation) -> Mapping[str, Any]:
    return {"start": one.start, "end": one.end, "surface": one.surface, "type": one.type, "entity": one.entity}


def _name(one: Disputed) -> str:
    return "\t".join((one.pairing.item.pair_id, *one.pairing.annotators))
