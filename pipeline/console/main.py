"""Running a command: errors as sentences, exit codes, quiet logging."""

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from pipeline.records.errors import MelError, UsageError

OK = 0
FAILED = 1
MISUSED = 2
INTERRUPTED = 130
READER_GONE = 141
DEBUG_VARIABLE = "MEL_DEBUG"


def run_command(
    main: Callable[[list[str]], int | None], argv: Sequence[str] | None = None, *, goes_on: bool = False
) -> int:
    """Call `main` with the arguments and turn how it ends into an exit code.

    `goes_on` is for a command that a second run continues: an interrupted user is told.

    A `MelError` or an error of the system (no space, no permission) is one line on stderr: code 2 for wrong usage, else
    1. Ctrl-C gives 130, a closed pipe behind stdout 141. MEL_DEBUG=1 shows the traceback instead.
    """
    set_up_logging()
    try:
        return _run(main, list(sys.argv[1:] if argv is None else argv))
    except BrokenPipeError:
        _drop_stdout()
        return READER_GONE
    except KeyboardInterrupt:
        _say("interrupted; the same command goes on from here" if goes_on else "interrupted")
        return INTERRUPTED
    except (MelError, OSError) as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        _say(f"error: {_sentence(error)}")
        return MISUSED if isinstance(error, UsageError) else FAILED


def set_up_logging(level: int = logging.WARNING) -> None:
    """Send log records to stderr as `warning: text`; a second call changes only the level."""
    root = logging.getLogger()
    if not any(isinstance(handler, _StderrHandler) for handler in root.handlers):
        handler = _StderrHandler()
        handler.setFormatter(_Lines())
        root.addHandler(handler)
    root.setLevel(level)


def _run(main: Callable[[list[str]], int | None], argv: list[str]) -> int:
    try:
        code = main(argv)
        sys.stdout.flush()
    except SystemExit as end:
        if isinstance(end.code, str):
            _say(end.code)
            return FAILED
        return end.code or OK
    return code or OK


def _sentence(error: MelError | OSError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error) or type(error).__name__


def _say(line: str) -> None:
    """One line on stderr, or nothing where stderr is closed."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


def _drop_stdout() -> None:
    """Let the interpreter's last flush of stdout go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Lines(logging.Formatter):
    """`warning: text`, without dates and module names."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{record.levelname.lower()}: {record.getMessage()}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to whatever `sys.stderr` is at the moment, so that lines do not break a progress bar."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        """The stream of the moment."""
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """Nothing to set: the stream is always the current one."""
