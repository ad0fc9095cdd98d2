"""How commands end: exit codes and sentences instead of tracebacks."""

import logging
import os
import subprocess
import sys

import pytest

from pipeline.console.main import run_command
from pipeline.records.errors import ArtifactError, InputError, UsageError


@pytest.fixture(autouse=True)
def _root_logger():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def command(ending):
    def main(_argv):
        if isinstance(ending, BaseException):
            raise ending
        return ending

    return main


@pytest.mark.parametrize(
    ("ending", "code", "message"),
    [
        (None, 0, ""),
        (0, 0, ""),
        (3, 3, ""),
        (UsageError("--p takes numbers"), 2, "error: --p takes numbers\n"),
        (InputError("a.bz2 is cut short"), 1, "error: a.bz2 is cut short\n"),
        (ArtifactError("kb/links has no _SUCCESS"), 1, "error: kb/links has no _SUCCESS\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (OSError(28, "No space left on device", "kb/links"), 1, "error: No space left on device: kb/links\n"),
        (SystemExit(4), 4, ""),
        (SystemExit(None), 0, ""),
        (SystemExit("bye"), 1, "bye\n"),
        (BrokenPipeError(), 141, ""),
    ],
)
def test_exit_codes(ending, code, message, capfd, monkeypatch):
    monkeypatch.delenv("MEL_DEBUG", raising=False)
    monkeypatch.setattr("pipeline.console.main._drop_stdout", lambda: None)  # the stdout of pytest is still needed
    assert run_command(command(ending), []) == code
    assert capfd.readouterr().err == message


def test_a_bug_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run_command(command(ZeroDivisionError()), [])


def test_debugging_shows_the_traceback_of_a_user_error(monkeypatch):
    monkeypatch.setenv("MEL_DEBUG", "1")
    with pytest.raises(InputError):
        run_command(command(InputError("x")), [])


def test_the_arguments_arrive():
    seen = []
    run_command(seen.extend, ["--a", "b"])
    assert seen == ["--a", "b"]


def test_warnings_are_plain_lines(capsys):
    def main(_argv):
        logging.getLogger("pipeline.x").warning("no siteinfo for %s", "xywiki")
        logging.getLogger("pipeline.x").info("not shown")

    run_command(main, [])
    run_command(main, [])
    assert capsys.readouterr().err == "warning: no siteinfo for xywiki\n" * 2


CHATTY = """
import sys
from pipeline.console.main import run_command
def main(argv):
    sys.stdin.readline()
    for number in range(int(argv[0])):
        print(number)
sys.exit(run_command(main))
"""


@pytest.mark.parametrize("n_lines", ["1", "100000"])
def test_a_reader_that_goes_away_is_no_traceback(n_lines):
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", CHATTY, n_lines], env=buffered, **pipes) as child:
        child.stdout.close()
        child.stdin.close()
        assert child.stderr.read() == b""
        assert child.wait(20) == 141
