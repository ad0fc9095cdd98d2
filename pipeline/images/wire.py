"""Frames between parent and child: JSON and raw bytes, no pickle."""

import json
import os
import selectors
import struct
import time
from collections.abc import Callable
from typing import Any

HEADER_BYTES_MAX = 1 << 16
_HEAD = struct.Struct(">IQ")
_CHUNK = 1 << 20
_TICK_S = 0.1


class WireError(Exception):
    """The other side closed the pipe or does not keep to the form."""


class WireTimeoutError(Exception):
    """The other side did not answer in time."""


def pack(header: dict[str, Any], body: bytes) -> bytes:
    """One frame: the two lengths, the header as JSON, the body."""
    text = json.dumps(header).encode("ascii")
    return _HEAD.pack(len(text), len(body)) + text + body


def read_frame(read: Callable[[int], bytes], body_bytes_max: int) -> tuple[Any, bytes] | None:
    """The next frame by `read(n)`, which gives exactly n bytes, or fewer at the end; None at a clean end.

    Raises:
        WireError: cut off, longer than allowed, or no JSON.
    """
    head = read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise WireError("the pipe was closed inside a frame")
    n_header, n_body = _HEAD.unpack(head)
    if n_header > HEADER_BYTES_MAX or n_body > body_bytes_max:
        raise WireError("a frame is longer than allowed")
    text, body = read(n_header), read(n_body)
    if len(text) + len(body) < n_header + n_body:
        raise WireError("the pipe was closed inside a frame")
    try:
        return json.loads(text), body
    except (ValueError, RecursionError) as error:
        raise WireError("a header is no JSON") from error


def read_all(descriptor: int, n: int) -> bytes:
    """`n` bytes from a blocking descriptor; fewer at its end."""
    parts: list[bytes] = []
    while n > 0 and (part := os.read(descriptor, min(n, _CHUNK))):
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


class TimedPipe:
    """Both ends of a child's pipes with one deadline; `watch` is called while waiting."""

    def __init__(self, to_child: int, from_child: int, watch: Callable[[], None]) -> None:
        self._to_child = to_child
        self._from_child = from_child
        self._watch = watch
        self.deadline = float("inf")
        os.set_blocking(to_child, False)
        # poll, since select fails above descriptor 1023.
        self._writer, self._reader = selectors.PollSelector(), selectors.PollSelector()
        self._writer.register(to_child, selectors.EVENT_WRITE)
        self._reader.register(from_child, selectors.EVENT_READ)

    def send(self, frame: bytes) -> None:
        """Write a frame.

        Raises:
            WireError: the child is gone.
            WireTimeoutError: it did not read in time.
        """
        rest = memoryview(frame)
        while rest:
            self._wait(writing=True)
            try:
                rest = rest[os.write(self._to_child, rest[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise WireError("the child closed its pipe") from error

    def receive(self, body_bytes_max: int) -> tuple[Any, bytes]:
        """Read a frame.

        Raises:
            WireError: the child is gone or does not keep to the form.
            WireTimeoutError: no whole frame came in time.
        """
        frame = read_frame(self._read, body_bytes_max)
        if frame is None:
            raise WireError("the child closed its pipe")
        return frame

    def _read(self, n: int) -> bytes:
        parts: list[bytes] = []
        while n > 0:
            self._wait(writing=False)
            part = os.read(self._from_child, min(n, _CHUNK))
            if not part:
                break
            parts.append(part)
            n -= len(part)
        return b"".join(parts)

    def _wait(self, *, writing: bool) -> None:
        """Until the pipe is ready, looking after the child ten times a second."""
        selector = self._writer if writing else self._reader
        while True:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise WireTimeoutError
            if selector.select(min(left, _TICK_S)):
                return
            self._watch()

    def close(self) -> None:
        """Forget the descriptors; the process object closes them."""
        self._writer.close()
        self._reader.close()
