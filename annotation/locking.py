"""A lock on a project for commands that rewrite its files."""

from contextlib import AbstractContextManager
from pathlib import Path

from pipeline.records.locks import held

LOCK = ".lock"


def project_lock(folder: Path) -> AbstractContextManager[None]:
    """While it is held, no other command rewrites the project; the system lets go when the process ends.

    Raises:
        LockedError: another command is at it, when the block is entered.
    """
    return held(folder / LOCK, f"{folder} is being changed by another command; wait for it")
