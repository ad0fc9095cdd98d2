"""Making an assignment, and letting late annotators in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from annotation.assignment import Assignment, Task
from annotation.balancing import Balance, balanced_blocks, replace_person, seeded, swap_cost
from annotation.records import MAIN, PILOT, RETEST
from pipeline.records.errors import UsageError

Groups = Mapping[str, Sequence[str]]
"""Group (article) -> ids of its pairs in document order."""
Done = Collection[tuple[str, str]]
"""(annotator, pair id) of what has been annotated."""
ANNOTATOR, EXPERT = "a", "e"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for.

    Attributes:
        annotators: How many people.
        per_pair: How many of them annotate each pair.
        experts: How many people adjudicate.
        pilot: Pairs that all annotators do first.
        retest_share: Share of a person's pairs that come again unannounced.
        seed: Decides between equals.
    """

    annotators: int
    per_pair: int = 2
    experts: int = 2
    pilot: int = 0
    retest_share: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        if self.annotators < 1 or self.experts < 0 or self.pilot < 0:
            raise UsageError("there should be at least one annotator, and no negative number of experts or pilot pairs")
        if not 1 <= self.per_pair <= self.annotators:
            raise UsageError(
                f"--per-pair {self.per_pair} does not go with {self.annotators} annotators: it should be 1 to that many"
            )
        if not 0 <= self.retest_share <= 0.5:
            raise UsageError(f"the share of repeated pairs should be 0 to 0.5, not {self.retest_share}")


def assign(groups: Groups, plan: Plan) -> Assignment:
    """Share all pairs out; the same groups, plan and seed give the same assignment.

    Raises:
        UsageError: the pilot asks for more pairs than there are, or for fewer than any article has.
    """
    people = names(ANNOTATOR, plan.annotators)
    pilot = _pilot(groups, plan)
    sizes = {group: len(ids) for group, ids in groups.items() if group not in pilot}
    seats = balanced_blocks(sizes, people, plan.per_pair, plan.seed)
    experts = names(EXPERT, plan.experts)
    all_sizes = {group: len(ids) for group, ids in groups.items()}
    judges = balanced_blocks(all_sizes, experts, 1, plan.seed) if experts else {}
    empty = Assignment(
        plan.seed, plan.per_pair, plan.retest_share, tuple(one for group in pilot for one in groups[group]),
        {group: seats[group] for group in groups if group in seats}, {},
        {group: judges[group][0] for group in groups if group in judges}, experts, plan.annotators,
    )  # fmt: skip
    return replace(empty, tasks={name: person_tasks(name, empty, groups) for name in people})


def add_annotators(assignment: Assignment, groups: Groups, n_new: int, done: Done) -> Assignment:
    """Let `n_new` people join: they take their share of the work that is still open.

    What somebody has annotated stays theirs, and so does an article that somebody has begun. Seats that nobody holds
    are filled first.

    Raises:
        UsageError: nobody is to join.
    """
    if n_new < 1:
        raise UsageError(f"--add {n_new}: at least one annotator should join")
    started = set(done)
    new = names(ANNOTATOR, assignment.n_joined + n_new)[assignment.n_joined :]
    seats = dict(assignment.seats)
    balance = Balance()
    for group, people in seats.items():
        balance.add(people, len(groups[group]))
    open_work = _open_work(seats, groups, started, (*assignment.tasks, *new))
    _fill_vacancies(seats, groups, assignment.per_pair, (new, open_work, balance))
    free = {
        group: {one for one in people if one not in new and not any((one, pair) in started for pair in groups[group])}
        for group, people in seats.items()
    }
    _move_open_work(seats, groups, free, (new, open_work, balance))
    n_joined = assignment.n_joined + n_new
    moved = replace(assignment, n_joined=n_joined, seats={group: seats[group] for group in assignment.seats})
    tasks = {name: _kept(name, moved, groups) for name in assignment.tasks}
    return replace(moved, tasks=tasks | {name: person_tasks(name, moved, groups) for name in new})


def names(letter: str, n: int) -> tuple[str, ...]:
    """Pseudonyms: the letter and numbers from 01."""
    return tuple(f"{letter}{number:02}" for number in range(1, n + 1))


def person_tasks(name: str, assignment: Assignment, groups: Groups) -> tuple[Task, ...]:
    """All tasks of a person in order: the pilot, then articles as the seed has it, repeats in the second half."""
    seed = assignment.seed
    pilot = sorted(assignment.pilot, key=lambda pair: seeded(seed, "pilot", name, pair))
    own = [group for group, people in assignment.seats.items() if name in people]
    own.sort(key=lambda group: seeded(seed, "order", name, group))
    main = [pair for group in own for pair in groups[group]]
    tasks = [Task(pair, MAIN) for pair in main]
    half = len(main) // 2
    n_repeats = min(half, int(assignment.retest_share * len(main) + 0.5))
    chosen = sorted(range(half), key=lambda at: seeded(seed, "retest", name, main[at]))[:n_repeats]
    # In the order of the first showing, evenly over the second half: about half the work lies between.
    for rank, at in reversed(list(enumerate(sorted(chosen)))):
        place = half + (rank + 1) * (len(main) - half) // n_repeats
        tasks.insert(place, Task(main[at], RETEST))
    return (*(Task(pair, PILOT) for pair in pilot), *tasks)


def _pilot(groups: Groups, plan: Plan) -> list[str]:
    """Whole articles in seeded order, as many as fit into the pilot."""
    n_pairs = sum(map(len, groups.values()))
    if plan.pilot > n_pairs:
        raise UsageError(f"--pilot {plan.pilot} is more than the {n_pairs} pairs of the project")
    chosen, left = [], plan.pilot
    for group in sorted(groups, key=lambda one: seeded(plan.seed, "pilot", one)):
        if len(groups[group]) <= left:
            chosen.append(group)
            left -= len(groups[group])
    if plan.pilot and not chosen:
        raise UsageError(f"--pilot {plan.pilot} is less than the pairs of any article; articles are not cut")
    return chosen


def _open_work(
    seats: Mapping[str, Sequence[str]], groups: Groups, started: set[tuple[str, str]], people: Sequence[str]
) -> dict[str, int]:
    """Person -> pairs of theirs that are not annotated yet."""
    work = dict.fromkeys(people, 0)
    for group, holders in seats.items():
        for name in holders:
            work[name] += sum((name, pair) not in started for pair in groups[group])
    return work


def _fill_vacancies(
    seats: dict[str, tuple[str, ...]],
    groups: Groups,
    per_pair: int,
    state: tuple[Sequence[str], dict[str, int], Balance],
) -> None:
    """Give seats that nobody holds to the new people, largest articles first."""
    new, work, balance = state
    vacant = [group for group, people in seats.items() if len(people) < per_pair]
    for group in sorted(vacant, key=lambda one: (-len(groups[one]), one)):
        while len(seats[group]) < per_pair and (able := [name for name in new if name not in seats[group]]):
            name = min(able, key=lambda one: (work[one], one))
            balance.add(seats[group], -len(groups[group]))
            seats[group] = tuple(sorted((*seats[group], name)))
            balance.add(seats[group], len(groups[group]))
            work[name] += len(groups[group])


def _move_open_work(
    seats: dict[str, tuple[str, ...]],
    groups: Groups,
    free: dict[str, set[str]],
    state: tuple[Sequence[str], dict[str, int], Balance],
) -> None:
    """Move articles that nobody has begun from the busiest to the new people until the open work is even."""
    new, work, balance = state
    for _ in range(sum(map(len, free.values()))):
        idle = min(new, key=lambda name: (work[name], name))
        for busy in sorted(work, key=lambda name: (-work[name], name)):
            gap = work[busy] - work[idle]
            fitting = [g for g, able in free.items() if busy in able and idle not in seats[g] and len(groups[g]) < gap]
            if gap <= 1 or fitting:
                break
        if gap <= 1 or not fitting:
            return
        best = min(fitting, key=lambda g: (swap_cost(balance, seats[g], (busy, idle), len(groups[g])), g))
        size = len(groups[best])
        replace_person(seats, best, (busy, idle), balance, size)
        free[best].discard(busy)
        work[busy] -= size
        work[idle] += size


def _kept(name: str, assignment: Assignment, groups: Groups) -> tuple[Task, ...]:
    """The tasks of a person without those that went to somebody else."""
    own = {pair for group, people in assignment.seats.items() if name in people for pair in groups[group]}
    return tuple(task for task in assignment.tasks[name] if task.batch == PILOT or task.pair_id in own)
