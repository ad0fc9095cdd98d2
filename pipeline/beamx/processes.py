"""One supervised child process and what it says."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import IO

MARK = "\x1e"
"""Starts a log record on a child's stderr: MARK level MARK logger MARK message."""

_LOGGER = logging.getLogger(__name__)


class ChildLogHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Used inside a child: sends log records to the parent over stderr."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the message holds."""
        message = super().format(record).replace("\n", MARK * 2)
        return f"{MARK}{record.levelno}{MARK}{record.name}{MARK}{message}"


class ChildProcess:
    """A child process; `on_end` hears one sentence when it ends before `allow_end`.

    Its log records become ours; whatever else it writes to stderr goes to our log at DEBUG.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], on_end: Callable[[str], None]) -> None:
        self._on_end = on_end
        self._may_end = False
        self._last_lines: deque[str] = deque(maxlen=20)
        self._process: subprocess.Popen[bytes] | None = None
        started = threading.Event()
        # The thread that starts the child also waits for it: to Linux, the end of that thread is the parent's death.
        self._waiter = threading.Thread(
            target=self._run, args=(list(command), dict(environment), started), name="wait for child", daemon=True
        )
        self._waiter.start()
        started.wait()

    def allow_end(self) -> None:
        """It may end from now on."""
        self._may_end = True

    def wait(self, timeout_s: float) -> None:
        """Wait for its end; kill it after `timeout_s`."""
        self._waiter.join(timeout=timeout_s)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._may_end = True
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _run(self, command: list[str], environment: dict[str, str], started: threading.Event) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        except OSError as error:
            self._on_end(f"no worker process could be started: {error}")
            return
        finally:
            started.set()
        assert self._process.stderr is not None
        reader = threading.Thread(target=self._relay, args=(self._process.stderr,), name="read child", daemon=True)
        reader.start()
        code = self._process.wait()
        reader.join(timeout=1)  # a grandchild may hold the pipe open
        if not self._may_end:
            self._on_end(describe_end(self._process.pid, code, self._last_lines[-1] if self._last_lines else ""))

    def _relay(self, stream: IO[bytes]) -> None:
        with stream:
            for raw in stream:
                line = raw.decode(errors="replace").rstrip("\n")
                if line.startswith(MARK) and line.count(MARK) >= 3:
                    _, level, name, message = line.split(MARK, 3)
                    logging.getLogger(name).log(int(level), "%s", message.replace(MARK * 2, "\n"))
                elif line.strip():
                    self._last_lines.append(line.strip())
                    _LOGGER.debug("worker: %s", line)


def describe_end(pid: int, code: int, last_line: str) -> str:
    """One sentence about a child's exit code (negative = signal)."""
    if code == -signal.SIGKILL:
        return (
            f"worker process {pid} was killed (SIGKILL); unless somebody did it by hand, memory ran out: "
            "use fewer --workers"
        )
    how = f"crashed with {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return f"worker process {pid} {how}" + (f": {last_line}" if last_line else "")


def child_environment(**extra: str) -> dict[str, str]:
    """Our environment for a child Python that finds the same modules as we do."""
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109 - a string is wanted
    return {**os.environ, "PYTHONPATH": path, **extra}
