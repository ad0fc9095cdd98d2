"""Progress of a running stage, read from its completion records."""

import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TextIO

from pipeline.beamx.units import UnitLog
from pipeline.console.progress import Progress

EVERY_S = 1.0


class Watch:
    """Shows how far a stage is while a runner blocks: reads new completion records once a second.

    Args:
        label: name of the stage.
        log: where units leave their records.
        weights: every unit of the stage with its share of the work; time left goes by it. Bytes where `rate` is given.
        figures: what to add up and show: word for the user -> name in the records, such as {"pages": "in"}.
        unit: what a unit is called.
        of: what the weights count where not units, such as files; not needed with `rate`.
        rate: name of a byte count in the records, shown as MB/s of this run.
        stream: where to show it, stderr by default.
    """

    def __init__(
        self,
        label: str,
        log: UnitLog,
        weights: Mapping[str, int],
        *,
        figures: Mapping[str, str] | None = None,
        unit: str = "ranges",
        of: str = "",
        rate: str | None = None,
        stream: TextIO | None = None,
    ) -> None:
        self._shown = dict(figures or {})
        self._unit = unit
        self._rate = rate
        self.tally = Tally(log, weights, (*self._shown.values(), *([rate] if rate else [])))
        self._is_told_apart = bool(rate or of)
        self._progress = Progress(label, total=self.tally.total, unit="bytes" if rate else of or unit, stream=stream)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {label}", daemon=True)

    def __enter__(self) -> Self:
        """Count what an earlier run finished, then start."""
        self.tally.refresh()
        self._begun = time.monotonic()
        self._begun_bytes = self._rate_sum()
        self._progress.__enter__()
        self._show()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show the last state and stop."""
        self._stop.set()
        self._thread.join()
        self.tally.refresh()
        self._show()
        if kind is None and not self._is_told_apart:  # partitions without rows leave no record
            self._progress.update(self.tally.total)
        self._progress.__exit__(kind, error, trace)

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.tally.refresh()
            self._show()

    def _show(self) -> None:
        figures: dict[str, Any] = {}
        if self._is_told_apart:  # else the bar itself counts units
            figures[self._unit] = f"{self.tally.units:,}/{self.tally.total_units:,}"
        figures |= {word: self.tally.figures[name] for word, name in self._shown.items()}
        if self._rate is not None:
            seconds = max(time.monotonic() - self._begun, EVERY_S)
            figures["MB/s"] = f"{(self._rate_sum() - self._begun_bytes) / 1e6 / seconds:.1f}"
        self._progress.update(self.tally.done, **figures)

    def _rate_sum(self) -> int:
        return 0 if self._rate is None else self.tally.figures[self._rate]


class Tally:
    """Sums over the completion records of a stage; each record is read once."""

    def __init__(self, log: UnitLog, weights: Mapping[str, int], figures: tuple[str, ...] = ()) -> None:
        self.figures = dict.fromkeys(figures, 0)
        self.done = 0
        self.units = 0
        self.total = sum(weights.values())
        self.total_units = len(weights)
        self._log = log
        self._weights = weights
        self._known: set[str] = set()

    def refresh(self) -> None:
        """Take in the records that are new since the last call; units of no known weight are left out."""
        for unit, record in self._log.read_new(self._known):
            self._known.add(unit)
            if unit in self._weights:
                self._count(unit, record)

    def _count(self, unit: str, record: Mapping[str, Any]) -> None:
        self.units += 1
        self.done += self._weights[unit]
        for name in self.figures:
            value = record.get(name, 0)
            self.figures[name] += value if isinstance(value, int) else 0
