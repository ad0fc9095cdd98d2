"""Commands of the toolkit, run as a user runs them: as a process, or quicker in this one."""

import contextlib
import io
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest

from pipeline.console import main as console

ROOT = Path(__file__).parents[2]
WAIT_S = 90


def run_command(command: list[str], timeout_s: float = 200) -> subprocess.CompletedProcess[str]:
    """Run a command from the repository root, in a process of its own."""
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False, env=child_environment()
    )


def run_here(command: list[str]) -> subprocess.CompletedProcess[str]:
    """The same for a command of `runners/`, without the seconds that a new process needs for its imports.

    An error that the command does not turn into a sentence fails the test. At least one test of each command uses
    `run_command`.
    """
    _, program, *flags = command
    main = import_module(f"runners.{Path(program).stem}").main
    with _streams(program) as (out, error):
        code = console.run_command(main, flags)
    return subprocess.CompletedProcess(command, code, out.getvalue(), error.getvalue())


def call_main(
    main: Callable[[list[str]], int | None], capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command's `main`, run in this process."""
    code = console.run_command(main, [str(word) for word in words])
    out, error = capsys.readouterr()
    assert "Traceback" not in error
    return code, out, error


@contextlib.contextmanager
def _streams(program: str) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Standard streams, program name, folder and logging as a command of its own has them."""
    out, error = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    try:
        with (
            contextlib.redirect_stdout(out), contextlib.redirect_stderr(error), contextlib.chdir(ROOT),
            patch.object(sys, "argv", [program]),
        ):  # fmt: skip
            yield out, error
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def child_environment() -> dict[str, str]:
    """The environment of a child process: the repository on the path."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Begin a run in a process group of its own."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=child_environment(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(process: subprocess.Popen[bytes], is_there: Callable[[], bool]) -> None:
    """Wait until something has appeared; a run that ends before is a failed test."""
    deadline = time.monotonic() + WAIT_S
    while not is_there():
        assert process.poll() is None, "the run ended before it could be disturbed"
        assert time.monotonic() < deadline, "nothing appeared to disturb the run at"
        time.sleep(0.0005)


def kill(process: subprocess.Popen[bytes], *, whole_group: bool = True) -> None:
    """SIGKILL the run, with or without its workers."""
    if whole_group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    assert process.wait(timeout=20) == -signal.SIGKILL


def start_and_kill(command: list[str], is_there: Callable[[], bool], *, whole_group: bool = True) -> None:
    """Begin a run and SIGKILL it as soon as something has appeared."""
    process = start(command)
    wait_for(process, is_there)
    kill(process, whole_group=whole_group)
