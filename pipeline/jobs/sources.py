"""Finished results of other jobs that a job reads: opened, or refused."""

import json
from pathlib import Path
from typing import Any

from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST, is_finished

_MADE_BY = {"kb": ("KB", "build_kb.py"), "corpus": ("corpus", "build_corpus.py")}


def read_finished(folder: Path, kind: str) -> dict[str, Any]:
    """What the manifest of a finished KB or corpus says of itself; `kind` is also the flag that names the folder.

    Raises:
        UsageError: there is no such folder, or it holds something else.
        ArtifactError: the run that made it did not end, or its manifest is damaged.
    """
    called, runner = _MADE_BY[kind]
    wanted = f"--{kind} wants the folder of a finished {called}, as runners/{runner} makes one"
    if not folder.is_dir():
        raise UsageError(f"--{kind} {folder}: no such folder; {wanted}")
    there: Any = None
    if (folder / MANIFEST).is_file():
        try:
            there = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ArtifactError(f"--{kind} {folder}: its manifest is damaged: {error!r}") from error
        found = there.get("kind") if isinstance(there, dict) else None
        if found != kind:
            raise UsageError(f"--{kind} {folder} is {f'a {found}, ' if found else ''}no {called}; {wanted}")
    if not isinstance(there, dict) or not is_finished(folder):
        raise ArtifactError(f"--{kind} {folder} is no finished {called}: its run did not end, or it is none; {wanted}")
    return there


def foreign_kb(linked: str, of_kb: str) -> str:
    """The warning about captions that link to another wiki than the KB is made of."""
    return f"captions link to {linked}, and --kb is of {of_kb}: few of their links lead anywhere in it"
