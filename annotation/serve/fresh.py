"""A file's content, read again when the file changes."""

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

Content = TypeVar("Content")


class Fresh(Generic[Content]):
    """What `load` makes of a file that other commands may replace while the server runs."""

    def __init__(self, path: Path, load: Callable[[], Content]) -> None:
        self._path = path
        self._load = load
        self._lock = Lock()
        self._stamp: tuple[int, ...] | None = None
        self._content: Content | None = None

    def get(self) -> Content:
        """The content of now."""
        with self._lock:
            stamp = _stamp(self._path)
            if self._content is None or stamp != self._stamp:
                self._content, self._stamp = self._load(), stamp
            return self._content


def stamps(paths: Iterable[Path]) -> list[tuple[int, ...]]:
    """What tells whether files have changed."""
    return [_stamp(path) for path in paths]


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        told = path.stat()
    except FileNotFoundError:
        return ()
    return told.st_mtime_ns, told.st_size, told.st_ino
