"""Append-only files of JSON lines that survive a crash at any moment."""

import fcntl
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotation.files import sync_folder
from pipeline.records.errors import InputError, LockedError

HASH = "hash"
TORN = ".torn"
_LOCK_WAIT_S = 10.0
_log = logging.getLogger(__name__)

Row = dict[str, Any]


class Journal:
    """A file of JSON objects, one a line, each with a hash over itself and the line before.

    `append` returns when the lines are on the disk. Several processes may append to one file: they take turns, and each
    sees what the others wrote before it decides what to write. A last line that a crash cut off is put aside into a
    file beside it; a change anywhere else is an error.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[Row] = []
        self._read_bytes = 0
        self._file_id: tuple[int, int] | None = None
        self.refresh()

    @property
    def last_hash(self) -> str:
        """Hash of the last line; '' where there is none. Covers the whole file."""
        return str(self.rows[-1][HASH]) if self.rows else ""

    def refresh(self) -> list[Row]:
        """Read lines that others wrote since; the new ones. A torn last line is left where it is.

        Raises:
            InputError: the file was changed by anything but appending.
        """
        try:
            with self.path.open("rb") as file:
                return self._read(file.fileno())[0]
        except FileNotFoundError:
            self._forget()
            return []

    def append(self, make: Callable[[], Sequence[Row]]) -> list[Row]:
        """Write the rows that `make` gives, called when this process alone may write and knows all that is written.

        Raises:
            InputError: the file was changed by anything but appending.
            LockedError: another process keeps the file for more than ten seconds.
        """
        with self._locked() as file:
            size = self._read(file)[1]
            if os.fstat(file).st_size > size:
                self._set_torn_aside(file, size)
            before = len(self.rows)
            lines, last = [], self.last_hash
            for row in make():
                line, last = _line(row, last)
                lines.append(line)
            data = b"".join(lines)
            _write_all(file, data, size)
            self.rows += [json.loads(line) for line in lines]
            self._read_bytes = size + len(data)
            return self.rows[before:]

    @contextmanager
    def _locked(self) -> Iterator[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        deadline = time.monotonic() + _LOCK_WAIT_S
        while True:
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                _lock(file, self.path, deadline)
                if self.path.exists() and _identity(file) == _identity(self.path):
                    if is_new:
                        sync_folder(self.path.parent)
                    yield file
                    return
            finally:
                os.close(file)

    def _read(self, file: int) -> tuple[list[Row], int]:
        """Take in the whole lines that are new; they, and where the last one ends."""
        identity = _identity(file)
        size = os.fstat(file).st_size
        if self._file_id not in (None, identity) or size < self._read_bytes:
            self._forget()
        self._file_id = identity
        data = _read_from(file, self._read_bytes)
        whole = data[: data.rfind(b"\n") + 1]
        lines = whole.split(b"\n")[:-1]
        new: list[Row] = []
        last = self.last_hash
        for number, line in enumerate(lines):
            row = _parse(line, last)
            is_last = number == len(lines) - 1
            if row is None and is_last and len(whole) == len(data):
                whole = whole[: -len(line) - 1]
                break
            if row is None:
                place = f"{self.path}, line {len(self.rows) + len(new) + 1}"
                raise InputError(f"{place}: was changed after it was written, or the line before it was")
            new.append(row)
            last = str(row[HASH])
        self.rows += new
        self._read_bytes += len(whole)
        if self._read_bytes < size:
            _log.warning("%s ends in a line that was never finished; it does not count", self.path)
        return new, self._read_bytes

    def _set_torn_aside(self, file: int, size: int) -> None:
        torn = self.path.with_name(self.path.name + TORN)
        with torn.open("ab") as out:
            out.write(_read_from(file, size) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.ftruncate(file, size)
        os.fsync(file)
        _log.warning("the unfinished line was moved to %s", torn)

    def _forget(self) -> None:
        self.rows.clear()
        self._read_bytes, self._file_id = 0, None


def _line(row: Row, before: str) -> tuple[bytes, str]:
    """A row as a line, and its hash."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.blake2b(f"{before}\n{text}".encode(), digest_size=16).hexdigest()
    return f'{text[:-1]},"{HASH}":"{digest}"}}\n'.encode(), digest


def _parse(line: bytes, before: str) -> Row | None:
    """The row of a line; None where the line is not as it was written."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    if not isinstance(row, dict) or len(row) < 2:
        return None
    bare = {name: value for name, value in row.items() if name != HASH}
    return row if _line(bare, before)[0] == line + b"\n" else None


def _write_all(file: int, data: bytes, size: int) -> None:
    """Write and sync; nothing of it stays where either fails."""
    try:
        rest = data
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    except BaseException:
        os.ftruncate(file, size)
        raise


def _read_from(file: int, start: int) -> bytes:
    data = b""
    while chunk := os.pread(file, 1 << 20, start + len(data)):
        data += chunk
    return data


def _lock(file: int, path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise LockedError(f"{path} is kept locked by another process; nothing was saved") from None
            time.sleep(0.005)
        else:
            return


def _identity(file: int | Path) -> tuple[int, int]:
    told = os.fstat(file) if isinstance(file, int) else file.stat()
    return told.st_dev, told.st_ino
