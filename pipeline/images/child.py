"""The child process that decodes: limits first, then files from a pipe."""

import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import Failure, Outcome, Reason, to_parts
from pipeline.images.wire import pack, read_all, read_frame

Decoder = Callable[..., Outcome]
_GRACE_S = 5.0
"""After this long past the limit the child ends itself: the parent must be gone."""
_POLL_S = 1.0


def main() -> None:
    """Serve files until the pipe is closed. The one argument is a JSON object from `isolated.py`."""
    settings = json.loads(sys.argv[1])
    requests, answers = _private_pipes()
    _limit(settings["memory_bytes"])
    _follow_parent(settings["parent"])
    options = NormalizeOptions.from_json(settings["options"])
    try:
        decoder = _decoder(settings["decoder"])
    except (ImportError, AttributeError) as error:
        _write(answers, pack({"ready": False, "message": str(error)}, b""))
        return
    _write(answers, pack({"ready": True}, b""))
    _silence(2)  # libtiff and others write there
    while (frame := read_frame(lambda n: read_all(requests, n), options.max_bytes)) is not None:
        # The signal's default action ends the process inside C code, too.
        signal.setitimer(signal.ITIMER_REAL, settings["seconds"] + _GRACE_S)
        _write(answers, _answer(decoder, *frame, options))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(decoder: Decoder, request: dict[str, Any], data: bytes, options: NormalizeOptions) -> bytes:
    if request["frame_time_s"] is not None:
        options = replace(options, frame_time_s=request["frame_time_s"])
    try:
        return pack(*to_parts(decoder(data, name=request["name"], options=options)))
    except MemoryError:
        failure = Failure(Reason.OUT_OF_MEMORY, f"{request['name']}: more memory needed than allowed")
        return pack(*to_parts(failure))


def _decoder(path: str) -> Decoder:
    module, _, name = path.partition(":")
    found: Decoder = getattr(importlib.import_module(module), name)
    return found


def _private_pipes() -> tuple[int, int]:
    """Descriptors of their own for the pipes, so that no library can write between the frames."""
    pipes = os.dup(0), os.dup(1)
    _silence(0)
    _silence(1)
    return pipes


def _silence(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _limit(memory_bytes: int) -> None:
    """No core files; an address space of `memory_bytes`, where the system knows such a limit."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    except (ValueError, OSError):
        return  # macOS: the parent watches the resident memory


def _follow_parent(parent: int) -> None:
    """End this process and those it started soon after the parent has ended."""

    def follow() -> None:
        while os.getppid() == parent:
            time.sleep(_POLL_S)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=follow, daemon=True).start()


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


if __name__ == "__main__":
    main()
