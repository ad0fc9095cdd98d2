"""Removing one person from a project."""

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from annotation.assignment import has_assignment, read_assignment, write_assignment
from annotation.decisions import DECISIONS
from annotation.gold import GOLD
from annotation.journal import TORN
from annotation.project import Project, read_secrets, write_secrets
from annotation.records import is_pseudonym
from annotation.store import ANNOTATIONS, TIMES, Store
from pipeline.records.errors import UsageError

REPORT = "report"
"""Where `report` writes when it is not told otherwise."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What a project holds of one person.

    Attributes:
        files: Files of theirs alone.
        has_secret: A token, perhaps a name.
        n_tasks: Tasks assigned to them.
        n_judged: Articles that they adjudicate.
        in_gold: gold.jsonl names them.
        in_report: The written report names them.
    """

    files: tuple[Path, ...]
    has_secret: bool
    n_tasks: int
    n_judged: int
    in_gold: bool
    in_report: bool

    def rows(self) -> list[tuple[str, object]]:
        """As a summary."""
        return [
            ("files", ", ".join("/".join(path.parts[-3:]) for path in self.files) or "none"),
            ("token", "yes" if self.has_secret else "no"),
            ("tasks", self.n_tasks),
            ("articles to adjudicate", self.n_judged),
            ("named in gold.jsonl", "yes" if self.in_gold else "no"),
            ("named in report/", "yes" if self.in_report else "no"),
        ]


def _is_named(name: str, folder: Path) -> bool:
    """Whether a file of the folder holds the pseudonym as a word."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    files = [path for path in sorted(folder.glob("*")) if path.is_file()]
    return any(word.search(path.read_text(encoding="utf-8", errors="replace")) for path in files)


def find_traces(project: Project, name: str) -> Traces:
    """What a project holds of one person.

    Raises:
        UsageError: `name` is no pseudonym, or nothing is there of it.
    """
    if not is_pseudonym(name):
        raise UsageError(f"{name!r} is no pseudonym")
    folder = project.folder
    patterns = [f"{part}/*/{name}{ending}" for part in (ANNOTATIONS, TIMES) for ending in (".jsonl", ".jsonl" + TORN)]
    patterns += [f"{DECISIONS}/{name}{ending}" for ending in (".jsonl", ".jsonl" + TORN)]
    files = tuple(path for pattern in patterns for path in sorted(folder.glob(pattern)))
    n_tasks = n_judged = 0
    is_known = False
    if has_assignment(folder):
        made = read_assignment(folder)
        is_known = name in made.tasks or name in made.experts
        n_tasks = len(made.tasks.get(name, ()))
        n_judged = sum(expert == name for expert in made.adjudicators.values())
    gold = folder / GOLD
    in_gold = gold.is_file() and json.dumps(name) in gold.read_text(encoding="utf-8")
    in_report = _is_named(name, folder / REPORT)
    found = Traces(files, name in read_secrets(folder), n_tasks, n_judged, in_gold, in_report)
    if not (files or found.has_secret or is_known or in_gold or in_report):
        raise UsageError(f"{folder} holds nothing of {name}")
    return found


def forget(project: Project, name: str) -> Traces:
    """Remove everything of one person; what it was.

    Their seats become vacant and their articles lose their adjudicator. Gold and a report that name them are removed
    whole: they must be made again from what is left.
    """
    found = find_traces(project, name)
    folder = project.folder
    if has_assignment(folder):
        made = read_assignment(folder)
        write_assignment(
            replace(
                made,
                seats={group: tuple(one for one in people if one != name) for group, people in made.seats.items()},
                tasks={one: tasks for one, tasks in made.tasks.items() if one != name},
                adjudicators={group: one for group, one in made.adjudicators.items() if one != name},
                experts=tuple(one for one in made.experts if one != name),
            ),
            folder,
        )
    Store(folder).forget(name)
    for path in found.files:
        path.unlink(missing_ok=True)
    if found.in_gold:
        (folder / GOLD).unlink()
    if found.in_report:
        shutil.rmtree(folder / REPORT)
    known = read_secrets(folder)
    if known.pop(name, None) is not None:
        write_secrets(folder, known)
    return found
