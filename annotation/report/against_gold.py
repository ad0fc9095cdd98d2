"""Answers held against adjudicated gold: people, clues, checks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from annotation.agreement.figures import Sampling
from annotation.agreement.measures import Measure
from annotation.agreement.measuring import measure_all
from annotation.agreement.pairing import Pairing, Rules
from annotation.checks.precision import Precision
from annotation.records import CLUES, Answer, Item
from annotation.report.slices import NO_CLUE, Slice, SliceTable, keep_spans

ACCURACY_IDS = ("md.span.f1", "el.linked.f1")
"""How well mentions are found, and how well they are found and linked."""
ALL = "all"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Answers against gold.

    Attributes:
        n_pairs: Pairs with gold that somebody answered.
        people: Annotator -> measures of `ACCURACY_IDS`; `all` last.
        clues: The same by the visual clue that gold names; None where gold names none.
        checks: How often the heuristic checks were right.
    """

    n_pairs: int
    people: Mapping[str, tuple[Measure, ...]]
    clues: SliceTable | None
    checks: tuple[Precision, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON value."""
        return {
            "pairs": self.n_pairs,
            "annotators": {name: [one.to_json() for one in found] for name, found in self.people.items()},
            "by_clue": None if self.clues is None else self.clues.to_json(),
            "checks": [{**asdict(one), "value": one.value} for one in self.checks],
        }


def against_gold(
    answers: Sequence[Answer],
    items: Mapping[str, Item],
    gold: Mapping[str, Answer],
    settings: tuple[Rules, Sampling],
    checks: Sequence[Precision] = (),
) -> Accuracy | None:
    """Everybody against gold; None where no answered pair has gold.

    What all marked alike is gold by itself, so these figures are higher than those against a stranger's labels.
    """
    pairings = [
        Pairing(items[one.pair_id], one, gold[one.pair_id])
        for one in answers
        if one.pair_id in gold and one.pair_id in items
    ]
    if not pairings:
        return None
    rules, sampling = settings
    people = {
        name: [one for one in pairings if one.left.annotator == name]
        for name in sorted({one.left.annotator for one in pairings})
    }
    return Accuracy(
        len({one.item.pair_id for one in pairings}),
        {
            name: tuple(measure_all(theirs, rules, sampling, ACCURACY_IDS))
            for name, theirs in [*people.items(), (ALL, pairings)]
        },
        _by_clue(pairings, settings),
        tuple(checks),
    )


def _by_clue(pairings: Sequence[Pairing], settings: tuple[Rules, Sampling]) -> SliceTable | None:
    """Gold mentions with a clue against what annotators made of them: recall counts, additions do not."""
    if all(span.visual_clues is None for one in pairings for span in one.right.annotations):
        return None
    slices = []
    for name in (*CLUES, NO_CLUE):
        members = [part for part in (_with_clue(one, name) for one in pairings) if part.right.annotations]
        slices.append(Slice(name, len(members), tuple(measure_all(members, *settings, ACCURACY_IDS))))
    return SliceTable(ACCURACY_IDS, tuple(one for one in slices if one.n_pairings))


def _with_clue(one: Pairing, clue: str) -> Pairing:
    """The gold spans with a clue, and what the annotator marked where they stand."""
    kept = [
        span
        for span in one.right.annotations
        if span.visual_clues is not None and (clue in span.visual_clues or (clue == NO_CLUE and not span.visual_clues))
    ]
    return keep_spans(one, lambda span: any(span.start < other.end and other.start < span.end for other in kept))
