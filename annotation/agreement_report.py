"""Agreement of a project: all figures, with what a reader must know."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from annotation.agreement.annotators import PairTable, by_annotator, by_annotator_pair
from annotation.agreement.figures import Sampling
from annotation.agreement.measures import Measure
from annotation.agreement.measuring import measure_all
from annotation.agreement.pairing import SLOT_RULE, Paired, Pairing, Rules, pair_answers
from annotation.agreement.registry import EL_HEADLINE, MD_HEADLINE, NIL_POLICY, Definition, definition_named
from annotation.disagreements import GuidelineCount, find_disagreements, type_confusion, worst_guidelines
from annotation.project import open_project
from annotation.records import MAIN, RETEST, Answer, Item
from annotation.store import Store
from pipeline.formats.mention_types import TYPES
from pipeline.records.errors import UsageError

VERSION = 1


@dataclass(frozen=True, slots=True)
class Material:
    """What is measured.

    Attributes:
        name: Of the project.
        paired: Answers, two by two.
        repeated: Each person's first answer beside their second one.
        answers: All of them, in order of work.
        rules: Tokenizer and redirects.
        batches: Batches that are compared.
        digests: File -> hash.
        title_policy: Whether a person's title is part of the span.
    """

    name: str
    paired: Paired
    repeated: tuple[Pairing, ...]
    answers: tuple[Answer, ...]
    rules: Rules
    batches: tuple[str, ...]
    digests: Mapping[str, str]
    title_policy: str


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Agreement of a project.

    Attributes:
        facts: (name, value): pairs, people, and the rules by which it was measured.
        measures: One a definition.
        digests: File -> hash of what was measured.
        pairs: Each two annotators, under the headline of mention detection; None where not asked for.
        people: Each annotator against all partners, the same.
        guidelines: Disagreements by the guideline that should have settled them, the worst first.
        repeats: The same definitions for people against themselves, on the pairs that came twice.
        confusion: Spans by type of both slots; the last row and column are spans not marked.
    """

    facts: tuple[tuple[str, Any], ...]
    measures: tuple[Measure, ...]
    digests: Mapping[str, str]
    pairs: PairTable | None = None
    people: Mapping[str, Measure] | None = None
    guidelines: tuple[GuidelineCount, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    repeats: tuple[Measure, ...] = ()

    def headlines(self) -> list[Measure]:
        """Those that stand beside the paper's two figures."""
        return [one for one in self.measures if one.definition in {MD_HEADLINE, EL_HEADLINE}]

    def definition(self, id_: str) -> Definition:
        """What a definition says."""
        return definition_named(id_)

    def to_json(self) -> dict[str, Any]:
        """As JSON value; no times, no names but pseudonyms."""
        told = {one.definition: definition_named(one.definition) for one in self.measures}
        return {
            "version": VERSION,
            "facts": dict(self.facts),
            "files": dict(self.digests),
            "measures": [
                {
                    **one.to_json(),
                    "sentence": told[one.definition].sentence,
                    "role": told[one.definition].role,
                    "paper": told[one.definition].paper,
                }
                for one in self.measures
            ],
            "repeats": [one.to_json() for one in self.repeats],
            "worst_guidelines": [asdict(one) for one in self.guidelines],
            "type_confusion": {"types": [*TYPES, "not marked"], "spans": self.confusion},
            "annotator_pairs": None if self.pairs is None else asdict(self.pairs),
            "annotators": None if self.people is None else {name: one.to_json() for name, one in self.people.items()},
        }


def measure_project(
    folder: Path,
    ids: Sequence[str],
    sampling: Sampling,
    *,
    batches: tuple[str, ...] = (MAIN,),
    kb: Path | None = None,
    with_people: bool = False,
) -> AgreementReport:
    """Measure the agreement of a project.

    Args:
        folder: The project.
        ids: Definitions.
        sampling: How intervals are made.
        batches: main, pilot.
        kb: A knowledge base for redirects.
        with_people: Also each two annotators, and each against the others.

    Raises:
        UsageError: a definition is none, or no pair has two answers.
    """
    for id_ in ids:
        definition_named(id_)
    return measure_material(read_material(folder, batches=batches, kb=kb), ids, sampling, with_people=with_people)


def read_material(
    folder: Path, *, batches: tuple[str, ...] = (MAIN,), kb: Path | None = None, with_times: bool = False
) -> Material:
    """Everything that is measured of a project; with `with_times` answers know how long they took.

    Raises:
        UsageError: no pair has two answers.
    """
    project = open_project(folder)
    store = Store(folder)
    answers = store.answers(batches={MAIN, RETEST, *batches}, with_times=with_times)
    rules = Rules(guideline=project.settings.guidelines)
    if kb is not None:
        from annotation.redirects import rules_with  # noqa: PLC0415 - the store is read only when asked for

        rules = rules_with(answers, kb, project.settings.guidelines)
    paired = pair_answers(project.items, answers, batches=batches)
    if not paired.pairings:
        raise UsageError(f"{folder}: no pair has the answers of two people yet (batch {', '.join(batches)})")
    repeated = repeat_pairings(project.items, answers)
    policy = project.settings.title_policy
    return Material(folder.name, paired, tuple(repeated), tuple(answers), rules, batches, store.digests(), policy)


def measure_material(
    material: Material, ids: Sequence[str], sampling: Sampling, *, with_people: bool = False
) -> AgreementReport:
    """Measure answers that are paired; see `measure_project`."""
    pairings, rules = material.paired.pairings, material.rules
    headline = next((id_ for id_ in (MD_HEADLINE, *ids) if id_ in ids), ids[0])
    return AgreementReport(
        _facts(material, sampling),
        tuple(measure_all(pairings, rules, sampling, ids)),
        material.digests,
        by_annotator_pair(pairings, headline, rules, sampling) if with_people else None,
        by_annotator(pairings, headline, rules, sampling) if with_people else None,
        tuple(worst_guidelines(one for pairing in pairings for one in find_disagreements(pairing, rules))),
        tuple(map(tuple, type_confusion(pairings, TYPES))),
        tuple(measure_all(material.repeated, rules, sampling, ids)) if material.repeated else (),
    )


def repeat_pairings(items: Iterable[Item], answers: Iterable[Answer]) -> list[Pairing]:
    """Each person's first answer beside their second one to the same item, in the order of items."""
    first: dict[tuple[str, str], Answer] = {}
    second: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.batch == RETEST:
            second.setdefault(answer.pair_id, []).append(answer)
        elif answer.batch == MAIN:
            first[answer.pair_id, answer.annotator] = answer
    return [
        Pairing(item, first[item.pair_id, again.annotator], again)
        for item in items
        for again in sorted(second.get(item.pair_id, ()), key=lambda one: one.annotator)
        if (item.pair_id, again.annotator) in first
    ]


def _facts(material: Material, sampling: Sampling) -> tuple[tuple[str, Any], ...]:
    """What was measured, and by which rules."""
    rules, paired = material.rules, material.paired
    n_more = sum(n > 1 for n in Counter(one.item.pair_id for one in paired.pairings).values())
    return (
        ("pairs with two answers or more", len({one.item.pair_id for one in paired.pairings})),
        *([("pairs with more, every two people compared", n_more)] if n_more else []),
        ("pairs with one answer", len(paired.single)),
        ("pairs without an answer", len(paired.unanswered)),
        ("annotators", len({name for one in paired.pairings for name in one.annotators})),
        ("batches", ", ".join(material.batches)),
        ("tokenizer", rules.tokenizer),
        ("redirects", rules.redirects_name),
        ("guidelines", f"{rules.guideline}, titles of persons: {material.title_policy}"),
        ("NIL", NIL_POLICY),
        ("slots", SLOT_RULE),
        ("bootstrap", f"{sampling.draws:,} draws over articles, seed {sampling.seed}"),
    )
