"""Everything that an agreement report tells, measured once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from annotation.agreement.annotators import PairTable, by_annotator, by_annotator_pair
from annotation.agreement.clue_items import measure_ambiguity, measure_clues
from annotation.agreement.figures import Sampling
from annotation.agreement.measures import Measure
from annotation.agreement.pairing import Pairing, Rules, pair_answers
from annotation.agreement.registry import EL_HEADLINE, MD_HEADLINE, REPORTED
from annotation.agreement_report import AgreementReport, Material, measure_material, repeat_pairings
from annotation.project import INCLUDE
from annotation.records import MAIN, Answer, Item
from annotation.report.against_gold import Accuracy
from annotation.report.disputed import ClassCount, Disputed, count_classes, find_disputed
from annotation.report.effort import Effort, effort
from annotation.report.slices import (
    Key,
    SliceTable,
    by_ambiguity,
    by_clue,
    by_length,
    by_order,
    by_topic,
    by_type,
    by_week,
)
from pipeline.records.errors import UsageError

TOPIC, LENGTH, TYPE, ORDER, WEEK, CLUE, AMBIGUITY = "topic", "length", "type", "order", "week", "clue", "ambiguity"


@dataclass(frozen=True, slots=True)
class Findings:
    """What a report tells.

    Attributes:
        material: What was measured.
        sampling: How intervals were made.
        agreement: All definitions, guidelines, types.
        pairs: Headline -> each two annotators.
        people: Headline -> each annotator against all partners.
        slices: topic, length, type, order, week, clue, ambiguity -> parts; the last three only where they are known.
        clues: Agreement on visual clues and classes of ambiguity, where two people labelled the same.
        classes: Classes of disagreement, the most frequent first.
        effort: Seconds by person, then of all; empty where no times are known.
        disputed: Pairs of answers that differ.
        accuracy: Answers against adjudicated gold; None where there is none.
    """

    material: Material
    sampling: Sampling
    agreement: AgreementReport
    pairs: Mapping[str, PairTable]
    people: Mapping[str, Mapping[str, Measure]]
    slices: Mapping[str, SliceTable]
    clues: tuple[Measure, ...]
    classes: tuple[ClassCount, ...]
    effort: tuple[Effort, ...]
    disputed: tuple[Disputed, ...]
    accuracy: Accuracy | None = None

    @property
    def pairings(self) -> tuple[Pairing, ...]:
        """What is compared."""
        return self.material.paired.pairings

    def to_json(self) -> dict[str, Any]:
        """As JSON value: what `annotation agree --json` writes, and the rest of the report."""
        return {
            **self.agreement.to_json(),
            "sampling": asdict(self.sampling),
            "annotator_pairs_by_definition": {id_: asdict(table) for id_, table in self.pairs.items()},
            "annotators_by_definition": {
                id_: {name: one.to_json() for name, one in people.items()} for id_, people in self.people.items()
            },
            "slices": {name: table.to_json() for name, table in self.slices.items()},
            "visual_clues": [one.to_json() for one in self.clues],
            "against_gold": None if self.accuracy is None else self.accuracy.to_json(),
            "classes": [one.to_json() for one in self.classes],
            "effort": [asdict(one) for one in self.effort],
            "pairs_with_a_disagreement": len(self.disputed),
        }


def material_of(name: str, items: Sequence[Item], answers: Sequence[Answer], rules: Rules | None = None) -> Material:
    """Answers from anywhere, without a project: the main batch is compared.

    Raises:
        UsageError: no item has two answers.
    """
    paired = pair_answers(items, answers)
    if not paired.pairings:
        raise UsageError(f"{name}: no item has the answers of two people")
    repeated = tuple(repeat_pairings(items, answers))
    return Material(name, paired, repeated, tuple(answers), rules or Rules(), (MAIN,), {}, INCLUDE)


def find_all(
    material: Material,
    sampling: Sampling,
    moments: Mapping[Key, datetime] | None = None,
    accuracy: Accuracy | None = None,
) -> Findings:
    """Measure everything; `moments` are the times at which answers were saved, where they are known."""
    pairings, rules = material.paired.pairings, material.rules
    agreement = measure_material(material, REPORTED, sampling, with_people=True)
    assert agreement.pairs is not None, "asked for"
    assert agreement.people is not None, "asked for"
    compared = [one for one in material.answers if one.batch in material.batches]
    disputed = find_disputed(pairings, rules)
    slices = {
        TOPIC: by_topic(pairings, rules, sampling),
        LENGTH: by_length(pairings, rules, sampling),
        TYPE: by_type(pairings, rules, sampling),
        ORDER: by_order(pairings, compared, rules, sampling),
    }
    weeks = by_week(pairings, moments or {}, rules, sampling)
    clues, layers = _layers(pairings, rules, sampling)
    return Findings(
        material,
        sampling,
        agreement,
        {MD_HEADLINE: agreement.pairs, EL_HEADLINE: by_annotator_pair(pairings, EL_HEADLINE, rules, sampling)},
        {MD_HEADLINE: agreement.people, EL_HEADLINE: by_annotator(pairings, EL_HEADLINE, rules, sampling)},
        slices | layers | ({WEEK: weeks} if weeks is not None else {}),
        tuple(clues),
        count_classes(disputed),
        effort(compared),
        tuple(disputed),
        accuracy,
    )


def _layers(
    pairings: tuple[Pairing, ...], rules: Rules, sampling: Sampling
) -> tuple[list[Measure], dict[str, SliceTable]]:
    """The optional layers that somebody filled in: agreement on them, and agreement on mentions by them."""
    measures: list[Measure] = []
    slices: dict[str, SliceTable] = {}
    sides = [(one.left, one.right) for one in pairings]
    if any(span.visual_clues is not None for both in sides for side in both for span in side.annotations):
        measures += measure_clues(pairings, sampling)
        slices[CLUE] = by_clue(pairings, rules, sampling)
    if any(left.ambiguity and right.ambiguity for left, right in sides):
        measures.append(measure_ambiguity(pairings, sampling))
        slices[AMBIGUITY] = by_ambiguity(pairings, rules, sampling)
    return measures, slices
