"""Decoding in a child process that may hang, crash or burst."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from pipeline.images.fonts import font_environment
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import Failure, Outcome, Reason, from_parts
from pipeline.images.wire import TimedPipe, WireError, WireTimeoutError, pack
from pipeline.records.errors import UsageError

DECODER = "pipeline.images.normalize:normalize"
_ROOT = Path(__file__).resolve().parents[2]
_START_S = 60.0
_FILES_PER_CHILD = 1000
"""A fresh child now and then, so that no library's leak adds up."""
_BODY_SLACK = 1 << 20


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One file to normalise; `frame_time_s` names the frame of a video by hand."""

    name: str
    data: bytes
    frame_time_s: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; pixels and bytes stand in NormalizeOptions.

    `memory_bytes` is the child's address space, and the resident memory of the child with what it starts.
    """

    seconds: float = 60.0
    memory_bytes: int = 2 << 30


class _MemoryExceededError(Exception):
    pass


class Isolated:
    """Normalises files in one child process, which is started anew when it is lost.

    To be used by one thread at a time. The child ends with `close`, with this process, or when it outlives its limit.

    Args:
        options: see NormalizeOptions.
        limits: see Limits.
        decoder: `module:function` that the child calls as `normalize` is called.
        scratch: where its folder for temporary files goes; the system's place by default. When this process is
            killed the folder stays.
    """

    def __init__(
        self,
        options: NormalizeOptions | None = None,
        limits: Limits | None = None,
        *,
        decoder: str = DECODER,
        scratch: Path | None = None,
    ) -> None:
        self._options = options or NormalizeOptions()
        self._limits = limits or Limits()
        self._decoder = decoder
        if scratch is not None:
            scratch.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="mel-images-", dir=scratch)).absolute()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: TimedPipe | None = None
        self._n_files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def child_id(self) -> int | None:
        """Process id of the child; None while there is none."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the child and remove its folder."""
        self._end_child()
        shutil.rmtree(self._folder, ignore_errors=True)

    def normalize_many(self, files: Iterable[ImageFile]) -> Iterator[Outcome]:
        """One outcome a file, in order; nothing that a file does reaches its neighbours."""
        for file in files:
            yield self.normalize(file)

    def normalize(self, file: ImageFile) -> Outcome:
        """A picture or a named failure, within the limits.

        Raises:
            UsageError: the child cannot start at all.
        """
        if len(file.data) > self._options.max_bytes:
            allowed = self._options.max_bytes
            return Failure(Reason.TOO_LARGE, f"{file.name}: {len(file.data)} bytes; allowed are {allowed}")
        pipe = self._ready_pipe()
        pipe.deadline = time.monotonic() + self._limits.seconds
        try:
            pipe.send(pack({"name": file.name, "frame_time_s": file.frame_time_s}, file.data))
            outcome = from_parts(*pipe.receive(3 * self._options.side_px**2 + _BODY_SLACK))
        except WireTimeoutError:
            self._end_child()
            return Failure(Reason.TIMEOUT, f"{file.name}: took more than {self._limits.seconds:g} s")
        except _MemoryExceededError:
            self._end_child()
            return Failure(Reason.OUT_OF_MEMORY, f"{file.name}: more memory needed than allowed")
        except (WireError, ValueError) as error:
            return Failure(Reason.CRASHED, f"{file.name}: {self._how_it_ended(error)}")
        self._n_files += 1
        return outcome

    def _ready_pipe(self) -> TimedPipe:
        if self._n_files >= _FILES_PER_CHILD:
            self._end_child()
        if self._pipe is None:
            self._start_child()
        assert self._pipe is not None
        return self._pipe

    def _start_child(self) -> None:
        settings = {
            "options": self._options.to_json(),
            "seconds": self._limits.seconds,
            "memory_bytes": self._limits.memory_bytes,
            "decoder": self._decoder,
            "parent": os.getpid(),
        }
        # -P: the working directory is no place to import from. The child leads a group of its own, so that what it
        # starts can be ended with it.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-m", "pipeline.images.child", json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=self._environment(),
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._pipe = TimedPipe(self._process.stdin.fileno(), self._process.stdout.fileno(), self._check_memory)
        self._n_files = 0
        self._await_ready(self._pipe)

    def _await_ready(self, pipe: TimedPipe) -> None:
        pipe.deadline = time.monotonic() + _START_S
        try:
            header, _ = pipe.receive(0)
        except (WireError, WireTimeoutError, _MemoryExceededError) as error:
            self._end_child()
            megabytes = self._limits.memory_bytes >> 20
            raise UsageError(
                f"The image decoder does not start; is a memory limit of {megabytes} MiB enough?"
            ) from error
        if not header.get("ready"):
            self._end_child()
            hint = "install the extra: pip install 'mel-toolkit[images]'"
            raise UsageError(f"The image decoder does not start ({header.get('message')}); {hint}")

    def _environment(self) -> dict[str, str]:
        paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
        return {
            **font_environment(self._folder, dict(os.environ)),
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "TMPDIR": str(self._folder),
            "OMP_NUM_THREADS": "1",
            "VIPS_CONCURRENCY": "1",
            "VIPS_BLOCK_UNTRUSTED": "1",
        }

    def _check_memory(self) -> None:
        """Compare the resident memory of the child and what it started with the limit."""
        assert self._process is not None
        try:
            child = psutil.Process(self._process.pid)
            resident = sum(process.memory_info().rss for process in (child, *child.children(recursive=True)))
        except psutil.Error:
            return  # gone: the pipe will say so
        if resident > self._limits.memory_bytes:
            raise _MemoryExceededError

    def _how_it_ended(self, error: Exception) -> str:
        process = self._process
        self._end_child()
        code = process.returncode if process else 0
        if isinstance(error, ValueError) or not isinstance(error, WireError):
            return f"the decoder answered nonsense ({error})"
        if code < 0:
            return f"the decoder was ended by {signal.Signals(-code).name}"
        return f"the decoder ended with code {code}"

    def _end_child(self) -> None:
        process, self._process = self._process, None
        if self._pipe:
            self._pipe.close()
            self._pipe = None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        _end_group(process)
        for left in self._folder.iterdir():
            shutil.rmtree(left, ignore_errors=True)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the process with its group; one that is ending by itself keeps its own exit code."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # Before it is waited for, its id cannot belong to anybody else.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
