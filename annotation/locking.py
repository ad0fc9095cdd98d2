"""A lock on a project for commands that rewrite its files."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.records.errors import LockedError

LOCK = ".lock"


@contextmanager
def project_lock(folder: Path) -> Iterator[None]:
    """While it is held, no other command rewrites the project; the system lets go when the process ends.

    Raises:
        LockedError: another command is at it.
    """
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(f"{folder} is being changed by another command; wait for it") from None
        yield
    finally:
        os.close(file)
