"""The folder `review/`: the queue, the decisions applied, and nothing lost."""

import filecmp
import shutil
from collections.abc import Mapping
from pathlib import Path

from pipeline.records.digest import file_digest
from pipeline.records.errors import InputError, UsageError
from pipeline.wikinews.decisions import Decision, lost_lines

REVIEW, QUEUE, APPLIED = "review", "queue.jsonl", "decisions.jsonl"
_KEPT = {QUEUE: "queue.filled", APPLIED: "decisions.earlier"}
"""What a file that holds a person's work is called when a run would write another in its place."""


def check_place(decisions: Path, out: Path) -> None:
    """Refuse decisions that lie where the run writes the next queue.

    Raises:
        UsageError: says what to do.
    """
    folder = out / REVIEW
    if decisions.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"--decisions {decisions} lies in {folder}, which each run writes anew; copy it beside the corpus "
            f"(cp {decisions} {out.parent / APPLIED}) and give that copy"
        )


def carry_over(old: Path, new: Path, given: Mapping[str, Decision]) -> None:
    """Copy what a person has put into the old folder to the new one, which is about to take its place.

    A queue or an applied file with lines that `given` lacks goes along as `queue.filled-N.jsonl` or
    `decisions.earlier-N.jsonl`, other files under their own name.
    """
    for path in sorted(old.iterdir()) if old.is_dir() else ():
        if path.is_dir():
            shutil.copytree(path, new / path.name)
        elif path.name not in _KEPT and not path.name.startswith("_"):
            shutil.copy2(path, new / path.name)
    for name, stem in _KEPT.items():
        if (old / name).is_file() and lost_lines(old / name, given):
            _copy_once(old / name, new, stem)


def kept_files(out: Path, given: Mapping[str, Decision]) -> list[tuple[Path, int]]:
    """Files of `review/` that hold lines of a person which the run did not get, each with their number."""
    paths = sorted(path for name in (QUEUE, *_KEPT.values()) for path in (out / REVIEW).glob(f"{name}*"))
    found = [(path, lost_lines(path, given)) for path in paths if path.name != APPLIED]
    return [(path, n) for path, n in found if n]


def copy_applied(decisions: Path, folder: Path, sha256: str) -> None:
    """Put the applied file beside the queue: a corpus says what was decided about it.

    Raises:
        InputError: the file has changed since the run began.
    """
    shutil.copyfile(decisions, folder / APPLIED)
    if file_digest(folder / APPLIED) != sha256:
        raise InputError(f"--decisions {decisions} changed while the run was going; give the command again")


def _copy_once(path: Path, folder: Path, stem: str) -> None:
    """Copy under the next free number, unless an earlier copy is the same."""
    if any(filecmp.cmp(path, other, shallow=False) for other in folder.glob(f"{stem}-*.jsonl")):
        return
    number = 1
    while (folder / f"{stem}-{number}.jsonl").exists():
        number += 1
    shutil.copy2(path, folder / f"{stem}-{number}.jsonl")
