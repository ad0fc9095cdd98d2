"""A lock on an output folder, released when its process dies."""

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.records.errors import LockedError

LOCK = ".lock"


class OutputLock:
    """Context manager: while it is held, no other run may write to `folder`.

    The system lets go of the lock when the process ends, however it ends. The lock file goes with the lock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            LockedError: a live run holds it; the message says which and since when.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / LOCK
        while self._file is None:
            self._file = _take(path, self.folder)
        owner = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(sep=" ", timespec="seconds")}
        os.truncate(self._file, 0)
        os.write(self._file, json.dumps(owner).encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go."""
        if self._file is not None:
            (self.folder / LOCK).unlink(missing_ok=True)
            os.close(self._file)
            self._file = None


def _take(path: Path, folder: Path) -> int | None:
    """The locked file; None when its last owner removed it in between."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = _describe_owner(os.read(file, 1000))
        os.close(file)
        raise LockedError(f"{folder} is being written by {owner}; wait for it or choose another folder") from None
    if path.exists() and os.fstat(file).st_ino == path.stat().st_ino:
        return file
    os.close(file)
    return None


def _describe_owner(text: bytes) -> str:
    try:
        owner = json.loads(text)
        return f"process {owner['pid']} since {owner['since']}"
    except (ValueError, KeyError, TypeError):  # it has the lock but has not signed yet
        return "another process that has just started"
