"""Dump ranges to staging shards, in parallel."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam

from pipeline.beamx.units import UnitLog
from pipeline.transforms.read_range import ExtractUnit, RangeReader


class ExtractRanges(beam.PTransform):  # type: ignore[misc]
    """PCollection[ExtractUnit] to names of finished units; each leaves its shards and a completion record.

    Args:
        reader: makes the reader of ranges, once per worker; it travels as a pickle.
        log: folder of the completion records.
    """

    def __init__(self, reader: Callable[[], RangeReader], log: Path) -> None:
        super().__init__()
        self.reader = reader
        self.log = log

    def expand(self, units: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Spread the ranges over the workers, read each."""
        return (
            units
            | "Spread ranges" >> beam.Reshuffle()
            | "Extract" >> beam.ParDo(_Extract(self.reader, self.log)).with_output_types(str)
        )


class _Extract(beam.DoFn):  # type: ignore[misc]
    def __init__(self, reader: Callable[[], RangeReader], log: Path) -> None:
        super().__init__()
        self.make_reader = reader
        self.log = UnitLog(log)

    def setup(self) -> None:
        self.reader = self.make_reader()

    def process(self, unit: ExtractUnit) -> Iterator[str]:
        name = unit.dump_range.unit
        self.log.finish(name, self.reader.extract(unit))
        yield name
