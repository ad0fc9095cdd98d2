"""Progress of a long job: a bar on a terminal, else lines."""

import os
import sys
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from pipeline.console.format import format_bytes, format_count, format_duration, format_value, printable

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

FIRST_S = 2.0
"""Jobs shorter than this show nothing."""
WIDE_COLUMNS = 110
"""Terminals from here on have room for a long bar."""
EVERY_S = 5.0
"""Time between two plain lines."""


class Progress:
    """Shows how far a job is, on stderr, from any thread.

    On a terminal a bar with percent, time left and figures; elsewhere one plain line after 2 s and then every 5 s.
    A job that ends within 2 s shows nothing. A stream that is closed meanwhile is no error.

        with Progress("extract", total=5430, unit="ranges") as progress:
            progress.update(812, pages=120_000, dead=0)
    """

    def __init__(
        self,
        label: str,
        total: int | None,
        unit: str = "ranges",
        stream: TextIO | None = None,
        *,
        first_s: float = FIRST_S,
    ) -> None:
        """`total` None = not known; unit "bytes" shows sizes; `stream` defaults to `sys.stderr`."""
        self.label = printable(label)
        self.unit = unit
        self._stream = _Quiet(stream)
        self._first_s = first_s
        self._lock = threading.Lock()
        self._state = _State(total)
        self._ended = threading.Event()
        self._view: _View | None = None
        self._ticker = threading.Thread(target=self._tick, name=f"progress {label}", daemon=True)

    def __enter__(self) -> Self:
        self._state.begin()
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._ticker.join()
        if self._view is not None:
            self._view.close(self._line(), is_complete=kind is None)

    def update(self, done: int, *, total: int | None = None, **figures: object) -> None:
        """`done` units are finished, those of an earlier run included; figures replace their namesakes."""
        with self._lock:
            self._state.note(done, total, figures)

    def _tick(self) -> None:
        if self._ended.wait(self._first_s):
            return
        self._view = _BarView(self._stream, self) if self._stream.is_terminal() else _LineView(self._stream)
        while True:
            self._view.show(self._line())
            if self._ended.wait(self._view.every_s):
                return

    def _line(self) -> "Line":
        with self._lock:
            return self._state.line(self.label, self.unit)


class _State:
    """Counts and times behind one progress display; guarded by its owner's lock."""

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.done = 0
        self.figures: dict[str, object] = {}
        self.begun = self.first_time = time.monotonic()
        self.first_done: int | None = None

    def begin(self) -> None:
        self.begun = self.first_time = time.monotonic()

    def note(self, done: int, total: int | None, figures: dict[str, object]) -> None:
        """Take a new state; the first one is where the speed is measured from (a resumed run starts high)."""
        if self.first_done is None:
            self.first_done, self.first_time = (done, time.monotonic()) if done else (0, self.begun)
        self.done = done
        self.total = total if total is not None else self.total
        self.figures |= figures

    def line(self, label: str, unit: str) -> "Line":
        now = time.monotonic()
        made = self.done - (self.first_done or 0)
        left_s = None
        if self.total is not None and made > 0:
            left_s = max(self.total - self.done, 0) * (now - self.first_time) / made
        return Line(label, unit, self.done, self.total, now - self.begun, left_s, dict(self.figures))


@dataclass(slots=True)
class Line:
    """One state of a job, ready to be shown."""

    label: str
    unit: str
    done: int
    total: int | None
    elapsed_s: float
    left_s: float | None
    figures: dict[str, object]

    @property
    def amount(self) -> str:
        """`812/5,430 ranges`, or sizes where the unit is bytes."""
        show = format_bytes if self.unit == "bytes" else format_count
        amount = show(self.done) if self.total is None else f"{show(self.done)}/{show(self.total)}"
        return amount if self.unit == "bytes" else f"{amount} {self.unit}"

    @property
    def percent(self) -> str:
        """Whole percent, rounded down, or nothing when the total is not known."""
        return f"{100 * self.done // self.total} %" if self.total else ""

    @property
    def left(self) -> str:
        """Time left, or nothing while it cannot be known."""
        return "" if self.left_s is None else f"{format_duration(self.left_s)} left"

    @property
    def detail(self) -> str:
        """The figures: `pages 120,000, dead 0`."""
        return ", ".join(f"{name.replace('_', ' ')} {format_value(value)}" for name, value in self.figures.items())

    def plain(self) -> str:
        """The whole state in one line."""
        share = f"{self.amount} ({self.percent})" if self.percent else self.amount
        return f"{self.label}: " + ", ".join(part for part in (share, self.left, self.detail) if part)

    def last(self) -> str:
        """What stands when the job is over."""
        parts = (f"{self.amount} in {format_duration(self.elapsed_s)}", self.detail)
        return f"{self.label}: " + ", ".join(part for part in parts if part)


class _View(Protocol):
    """A way to show lines."""

    every_s: float

    def show(self, line: Line) -> None: ...
    def close(self, line: Line, *, is_complete: bool) -> None: ...


class _LineView:
    """Plain lines for logs and pipes."""

    every_s = EVERY_S

    def __init__(self, stream: "_Quiet") -> None:
        self._stream = stream

    def show(self, line: Line) -> None:
        self._stream.say(line.plain())

    def close(self, line: Line, *, is_complete: bool) -> None:
        self._stream.say(line.last() if is_complete else f"{line.plain()}, stopped")


class _BarView:
    """A bar that redraws itself."""

    every_s = 0.25

    def __init__(self, stream: "_Quiet", owner: Progress) -> None:
        self._bar = _rich_bar(stream, len(owner.label))
        self._bar.start()
        self._task = self._bar.add_task(owner.label, total=None, amount="", percent="", left="", detail="")

    def show(self, line: Line) -> None:
        self._bar.update(
            self._task, completed=line.done, total=line.total,
            amount=line.amount, percent=line.percent, left=line.left, detail=line.detail,
        )  # fmt: skip
        self._bar.refresh()

    def close(self, line: Line, *, is_complete: bool) -> None:
        if is_complete:
            line.left_s = None
        self.show(line)
        if is_complete:
            self._bar.update(self._task, left=f"in {format_duration(line.elapsed_s)}")
        self._bar.stop()


def _rich_bar(stream: "_Quiet", label_width: int) -> "RichProgress":
    from rich.console import Console  # noqa: PLC0415 - only for a long job on a terminal
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415 - the same
    from rich.progress import Progress as RichProgress  # noqa: PLC0415 - the same
    from rich.table import Column  # noqa: PLC0415 - the same

    console = Console(file=stream, force_terminal=True, highlight=False)  # type: ignore[arg-type]
    whole = Column(no_wrap=True, min_width=4)  # what must be read comes whole, on any width
    label = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, min_width=label_width))
    percent = TextColumn("{task.fields[percent]}", markup=False, table_column=Column(no_wrap=True, min_width=5))
    texts = [TextColumn(f"{{task.fields[{name}]}}", markup=False, table_column=whole) for name in ("amount", "left")]
    shrinking = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    detail = TextColumn("{task.fields[detail]}", markup=False, table_column=shrinking)
    bar = BarColumn(24 if console.width >= WIDE_COLUMNS else 8)
    columns = (label, bar, percent, *texts, detail)
    return RichProgress(*columns, console=console, auto_refresh=False, redirect_stdout=False, expand=True)


class _Quiet:
    """A text stream that swallows its own end: closed files and broken pipes are no error."""

    encoding = "utf-8"

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = sys.stderr if stream is None else stream

    def is_terminal(self) -> bool:
        """Whether the stream is a terminal that can move its cursor."""
        return self.isatty() and os.environ.get("TERM", "") not in ("", "dumb")

    def say(self, text: str) -> None:
        """Write one line at once."""
        self.write(text + "\n")
        self.flush()

    def isatty(self) -> bool:
        try:
            return bool(self._stream.isatty())
        except (OSError, ValueError, AttributeError):
            return False

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except (OSError, ValueError, AttributeError):
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError, AttributeError):
            return
