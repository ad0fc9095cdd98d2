"""Few connections a host, pauses that a host asked for, bandwidth."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.net.errors import FetchError, FetchReason


class HostGate:
    """Lets at most `connections` requests to one host run at a time, across threads.

    A pause counts for all of them. `stop` ends every wait.
    """

    def __init__(self, connections: int = 2) -> None:
        self.stop = threading.Event()
        self._connections = connections
        self.lock = threading.Lock()
        self._slots: dict[str, threading.BoundedSemaphore] = {}
        self._until: dict[str, float] = {}

    @contextmanager
    def slot(self, host: str) -> Iterator[None]:
        """Wait for a free connection and for the end of a pause.

        Raises:
            FetchError: the client was stopped meanwhile.
        """
        with self.lock:
            slots = self._slots.setdefault(host, threading.BoundedSemaphore(self._connections))
        while not slots.acquire(timeout=0.2):
            self.check()
        try:
            while (left_s := self._pause_left_s(host)) > 0:
                self.sleep(left_s)
            self.check()
            yield
        finally:
            slots.release()

    def pause(self, host: str, seconds: float) -> None:
        """Send nothing to `host` for so long, whoever asks."""
        with self.lock:
            self._until[host] = max(self._until.get(host, 0.0), time.monotonic() + seconds)

    def sleep(self, seconds: float) -> None:
        """Wait, or end early with the client."""
        self.stop.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raise when the client was stopped."""
        if self.stop.is_set():
            raise FetchError(FetchReason.STOPPED, "the download was stopped")

    def _pause_left_s(self, host: str) -> float:
        with self.lock:
            return self._until.get(host, 0.0) - time.monotonic()


class Meter:
    """Bytes that came in, from all threads, and how fast."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._lock = threading.Lock()
        self._first: float | None = None
        self._last = 0.0

    def add(self, n_bytes: int) -> None:
        """Note bytes that have just come."""
        now = time.monotonic()
        with self._lock:
            self._first = now if self._first is None else self._first
            self._last = now
            self.size_bytes += n_bytes

    @property
    def bytes_per_s(self) -> float:
        """Mean rate between the first and the last byte; 0.0 while there is none."""
        with self._lock:
            spent_s = self._last - (self._first or self._last)
            return self.size_bytes / spent_s if spent_s > 0 else 0.0


class Pacer:
    """Holds the mean rate of each host under a bound, across threads."""

    def __init__(self, gate: HostGate, max_bytes_per_s: float | None) -> None:
        self._gate = gate
        self.bytes_per_s = float("inf") if max_bytes_per_s is None else max_bytes_per_s
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}

    def spend(self, host: str, n_bytes: int) -> None:
        """Wait as long as these bytes take at the bound."""
        if self.bytes_per_s == float("inf"):
            return
        now = time.monotonic()
        with self._lock:
            free_at = max(self._free_at.get(host, now), now) + n_bytes / self.bytes_per_s
            self._free_at[host] = free_at
        self._gate.sleep(free_at - now)
