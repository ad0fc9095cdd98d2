"""Who annotates what, in which order: the file assignment.json."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from annotation.files import write_json
from annotation.records import BATCHES, MAIN, PILOT, RETEST, is_pseudonym
from pipeline.records.errors import ArtifactError, UsageError

ASSIGNMENT = "assignment.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Task:
    """A pair that somebody is to annotate, and why."""

    pair_id: str
    batch: str = MAIN


@dataclass(frozen=True, slots=True)
class Assignment:
    """The work of everybody.

    Attributes:
        seed: What decided between equals.
        per_pair: People that annotate each pair.
        retest_share: Share of a person's pairs that come twice.
        pilot: Pairs that everybody annotates.
        seats: Group (article) -> the people who annotate its pairs, sorted; pilot groups have none.
        tasks: Annotator -> tasks in order of work; annotators in order of joining.
        adjudicators: Group -> the expert who decides on its pairs; empty without experts.
        experts: Pseudonyms of the experts.
        n_joined: Annotators that ever joined; no pseudonym is given twice.
    """

    seed: int
    per_pair: int
    retest_share: float
    pilot: tuple[str, ...]
    seats: Mapping[str, tuple[str, ...]]
    tasks: Mapping[str, tuple[Task, ...]]
    adjudicators: Mapping[str, str]
    experts: tuple[str, ...]
    n_joined: int

    @property
    def annotators(self) -> tuple[str, ...]:
        """Pseudonyms in order of joining."""
        return tuple(self.tasks)

    def load(self, annotator: str, batch: str) -> int:
        """Tasks of one batch that a person has."""
        return sum(task.batch == batch for task in self.tasks[annotator])

    def shared(self, groups: Mapping[str, Iterable[str]]) -> Counter[tuple[str, str]]:
        """Two annotators -> pairs of the main batch that both annotate; zeros included."""
        counts = Counter(dict.fromkeys(combinations(sorted(self.tasks), 2), 0))
        for group, people in self.seats.items():
            size = len(list(groups[group]))
            counts.update(dict.fromkeys(combinations(people, 2), size))
        return counts


def write_assignment(assignment: Assignment, folder: Path) -> None:
    """Write assignment.json; equal assignments give equal bytes."""
    value = {
        "version": VERSION,
        "seed": assignment.seed,
        "per_pair": assignment.per_pair,
        "joined": assignment.n_joined,
        "retest_share": assignment.retest_share,
        "annotators": list(assignment.tasks),
        "experts": list(assignment.experts),
        "pilot": list(assignment.pilot),
        "seats": {group: list(people) for group, people in assignment.seats.items()},
        "tasks": {name: [f"{task.batch} {task.pair_id}" for task in tasks] for name, tasks in assignment.tasks.items()},
        "adjudicators": dict(assignment.adjudicators),
    }
    write_json(folder / ASSIGNMENT, value)


def read_assignment(folder: Path) -> Assignment:
    """The assignment of a project.

    Raises:
        UsageError: nothing is assigned yet.
        ArtifactError: the file is damaged or of another version.
    """
    path = folder / ASSIGNMENT
    if not path.is_file():
        raise UsageError(f"{folder} has no {ASSIGNMENT}: annotation assign makes it")
    try:
        return _parse(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"{path} is damaged: {error!r}") from error


def has_assignment(folder: Path) -> bool:
    """Whether anything is assigned yet."""
    return (folder / ASSIGNMENT).is_file()


def load_rows(assignment: Assignment, done: Mapping[str, int] | None = None) -> list[tuple[str | int, ...]]:
    """One row a person: name, pilot, main and retest pairs, their sum, and with `done` what is finished."""
    rows: list[tuple[str | int, ...]] = []
    for name in assignment.annotators:
        loads = [assignment.load(name, batch) for batch in (PILOT, MAIN, RETEST)]
        rows.append((name, *loads, sum(loads), *([done.get(name, 0)] if done is not None else [])))
    return rows


def shared_rows(assignment: Assignment, groups: Mapping[str, Iterable[str]]) -> list[tuple[str | int | None, ...]]:
    """The matrix of pairs that two annotators share, a row each; None on and below the diagonal."""
    counts = assignment.shared(groups)
    names = sorted(assignment.tasks)
    return [(one, *(counts.get((one, other)) for other in names)) for one in names]


def _parse(value: Mapping[str, Any]) -> Assignment:
    if value["version"] != VERSION:
        raise ValueError(f"version {value['version']!r}, not {VERSION}")
    names = (*value["annotators"], *value["experts"])
    if not all(is_pseudonym(str(name)) for name in names) or len(set(names)) < len(names):
        raise ValueError("a name is no pseudonym or occurs twice")
    return Assignment(
        int(value["seed"]), int(value["per_pair"]), float(value["retest_share"]), tuple(value["pilot"]),
        {group: tuple(people) for group, people in value["seats"].items()},
        {name: tuple(_task(one) for one in value["tasks"][name]) for name in value["annotators"]},
        dict(value["adjudicators"]), tuple(value["experts"]), int(value["joined"]),
    )  # fmt: skip


def _task(text: str) -> Task:
    batch, _, pair_id = text.partition(" ")
    if batch not in BATCHES or not pair_id:
        raise ValueError(f"{text[:40]!r} is no task")
    return Task(pair_id, batch)
