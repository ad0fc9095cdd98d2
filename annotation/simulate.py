"""A simulated campaign: annotators and experts at work, without people."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from annotation.agreement.figures import Sampling
from annotation.agreement.measuring import Meter
from annotation.agreement.pairing import Rules, pair_answers
from annotation.agreement.registry import definition_named
from annotation.assign import Plan, assign
from annotation.assignment import Assignment, Task
from annotation.decisions import Decision, decide
from annotation.disputes import Dispute, Merged
from annotation.events import Draft
from annotation.noise import PAPER_LIKE, Confusions, Noise, ambiguity_class, annotate
from annotation.pairs import ProjectPair
from annotation.project import AMBIGUITY, VISUAL_CLUES, Project
from annotation.records import MAIN, RETEST, Annotation, Answer
from annotation.store import Store
from annotation.synthetic import synthetic_source
from pipeline.records.errors import InputError, UsageError
from pipeline.stats.seeding import generator

FIRST_DAY = datetime(2021, 3, 1, 9, tzinfo=UTC)
_HOURS_A_DAY, _WORKING_DAYS = 6, 5
_SLOWEST, _FASTEST = 1.6, 0.4
_HALF_WIDTH_SCORE = 1.959963985


@dataclass(frozen=True, slots=True)
class Worker:
    """A simulated annotator: how often they err and how fast they are, as multiples of the average."""

    name: str
    errors: float
    pace: float


@dataclass(frozen=True, slots=True)
class PowerPlan:
    """How many pairs an interval of a given width needs.

    Attributes:
        definition: What is measured.
        value: Its value in the simulation.
        n_pairs: Pairs that were simulated.
        half_width: Half the 95 % interval at that number.
        wanted: Half width that is asked for.
        needed: Pairs that it takes: errors shrink with the root of the number.
    """

    definition: str
    value: float
    n_pairs: int
    half_width: float
    wanted: float
    needed: int


def worker(name: str, seed: int) -> Worker:
    """The person behind a pseudonym: errors from U(0.4, 1.6), as in the reference simulation."""
    random = generator(seed, "worker", name)
    return Worker(name, float(random.uniform(_FASTEST, _SLOWEST)), float(random.uniform(0.7, 1.4)))


def simulate_campaign(
    project: Project, assignment: Assignment, noise: Noise, seed: int, *, share: float = 1.0
) -> dict[str, int]:
    """Do everybody's tasks that nobody has done, and save them as annotators do; person -> tasks done.

    Args:
        project: A project with gold labels.
        assignment: Who does what.
        noise: Error rates of the average annotator.
        seed: Another seed, other errors.
        share: Part of the tasks that is done, from the first.

    Raises:
        UsageError: the project has no gold labels to start from.
    """
    gold = project.references
    if not gold:
        raise UsageError(
            f"{project.folder} has no gold labels to simulate from: make it from a data set, "
            "from native lines with mentions, or with annotation simulate --synthetic"
        )
    confusions = Confusions(gold.values())
    store = Store(project.folder)
    done = {}
    for name in assignment.annotators:
        log = store.log(name)
        tasks = assignment.tasks[name][: math.ceil(share * len(assignment.tasks[name]))]
        new = [task for task in tasks if log.current(task.pair_id, task.batch).version == 0]
        person = worker(name, seed)
        rates = noise.times(person.errors)
        told = (person, rates, confusions, seed)
        drafts = [_draft(project.pair(task.pair_id), gold, task, told, project.settings.layers) for task in new]
        log.save_many(drafts, _moments(drafts))
        done[name] = len(drafts)
    return done


def simulate_answers(
    pairs: Mapping[str, ProjectPair], gold: Mapping[str, Answer], assignment: Assignment, noise: Noise, seed: int
) -> list[Answer]:
    """The answers of the main batch alone, in memory."""
    confusions = Confusions(gold.values())
    answers = []
    for name in assignment.annotators:
        person = worker(name, seed)
        told = (person, noise.times(person.errors), confusions, seed)
        for number, task in enumerate(task for task in assignment.tasks[name] if task.batch == MAIN):
            draft = _draft(pairs[task.pair_id], gold, task, told)
            answers.append(Answer(task.pair_id, name, draft.annotations, number=number))
    return answers


def simulate_experts(
    project: Project,
    merged: Mapping[str, Merged],
    adjudicators: Mapping[str, str],
    undecided: Sequence[tuple[str, str]],
) -> dict[str, list[Decision]]:
    """Decisions of experts who know the gold labels; expert -> decisions."""
    found: dict[str, list[Decision]] = {}
    for pair_id, dispute_id in undecided:
        pair, one = project.pair(pair_id), merged[pair_id]
        dispute = next(each for each in one.disputes if each.dispute_id == dispute_id)
        expert = adjudicators.get(pair.group, "e01")
        gold = project.references[pair_id].annotations if pair_id in project.references else ()
        found.setdefault(expert, []).append(_decided(pair, one, dispute, (expert, gold)))
    return found


def plan_pairs(
    half_width: float, definition: str, plan: Plan, noise: Noise = PAPER_LIKE, *, n_pairs: int = 2_000, draws: int = 500
) -> PowerPlan:
    """How many pairs an interval of plus and minus `half_width` needs under this noise.

    Raises:
        UsageError: the width is none, or the definition is none, or it has no value here.
    """
    if not 0 < half_width < 1:
        raise UsageError(f"the half width should be between 0 and 1, for example 0.02; not {half_width}")
    wanted = definition_named(definition)
    source = synthetic_source(n_pairs, plan.seed)
    pairs = {pair.pair_id: pair for pair in source.pairs}
    groups: dict[str, list[str]] = {}
    for pair in source.pairs:
        groups.setdefault(pair.group, []).append(pair.pair_id)
    answers = simulate_answers(pairs, source.references, assign(groups, plan), noise, plan.seed)
    paired = pair_answers([pair.item for pair in source.pairs], answers)
    figure = Meter(paired.pairings, Rules(), Sampling(draws, plan.seed)).measure(wanted).main
    if figure.value is None or figure.error is None:
        raise UsageError(f"{definition} has no value in the simulation ({figure.undefined_reason or 'no error'})")
    width = _HALF_WIDTH_SCORE * figure.error
    needed = math.ceil(n_pairs * (width / half_width) ** 2)
    return PowerPlan(definition, figure.value, n_pairs, width, half_width, needed)


def _draft(
    pair: ProjectPair,
    gold: Mapping[str, Answer],
    task: Task,
    told: tuple[Worker, Noise, Confusions, int],
    layers: Sequence[str] = (),
) -> Draft:
    """What a person makes of a task; of optional layers those that the project asks for."""
    person, rates, confusions, seed = told
    random = generator(seed, "answer", person.name, task.pair_id, task.batch)
    spans = gold[pair.pair_id].annotations if pair.pair_id in gold else ()
    marked = annotate(pair.caption, spans, rates, confusions, random)
    seconds = (8 + 11 * len(marked)) * person.pace * float(random.lognormal(0, 0.4))
    if task.batch == RETEST:
        seconds *= 0.7
    if VISUAL_CLUES not in layers:
        marked = tuple(replace(one, visual_clues=None) for one in marked)
    kind = ambiguity_class(pair.caption, float(random.random())) if AMBIGUITY in layers else ""
    return Draft(pair.pair_id, marked, task.batch, duration_s=round(seconds, 1), ambiguity=kind)


def _moments(drafts: Sequence[Draft]) -> list[datetime]:
    """When each draft is saved: six hours a day, five days a week, from the first day on."""
    moments, spent = [], 0.0
    for draft in drafts:
        spent += draft.duration_s or 0
        days, rest = divmod(spent, _HOURS_A_DAY * 3600)
        weeks, day = divmod(int(days), _WORKING_DAYS)
        moments.append(FIRST_DAY + timedelta(weeks=weeks, days=day, seconds=int(rest)))
    return moments


def _decided(pair: ProjectPair, merged: Merged, dispute: Dispute, told: tuple[str, tuple[Annotation, ...]]) -> Decision:
    expert, gold = told
    there = [one for one in gold if one.start < dispute.end and dispute.start < one.end]
    key = {(one.span, one.type, one.entity) for one in there}
    reason = _reason(pair.pair_id, dispute)
    for number, option in enumerate(dispute.options, start=1):
        if {(one.span, one.type, one.entity) for one in option.spans} == key:
            return decide(pair, merged, (dispute.dispute_id, str(number)), (expert, reason, ""))
    try:
        return decide(pair, merged, (dispute.dispute_id, "new" if there else "none"), (expert, reason, ""), there)
    except InputError:  # the gold span reaches into what annotators agreed on next to it, or is not complete
        return decide(pair, merged, (dispute.dispute_id, "1"), (expert, "edge_case", ""))


def _reason(pair_id: str, dispute: Dispute) -> str:
    chances = {"annotator_error": 0.62, "ambiguous_text": 0.18, "guideline_gap": 0.12, "edge_case": 0.08}
    draw = float(generator(0, "reason", pair_id, dispute.dispute_id).random())
    place = int(np.searchsorted(np.cumsum(list(chances.values())), draw))
    return list(chances)[min(place, len(chances) - 1)]
