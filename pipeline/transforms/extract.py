"""Dump ranges to staging shards, in parallel."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam

from pipeline.beamx.units import UnitLog
from pipeline.transforms.extract_range import ExtractOptions, ExtractUnit, RangeExtractor


class ExtractRanges(beam.PTransform):  # type: ignore[misc]
    """PCollection[ExtractUnit] to names of finished units; each leaves its shards and a completion record.

    Args:
        options: what to read and where to write.
        log: folder of the completion records.
    """

    def __init__(self, options: ExtractOptions, log: Path) -> None:
        super().__init__()
        self.options = options
        self.log = log

    def expand(self, units: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Spread the ranges over the workers, read each."""
        return (
            units
            | "Spread ranges" >> beam.Reshuffle()
            | "Extract" >> beam.ParDo(_Extract(self.options, self.log)).with_output_types(str)
        )


class _Extract(beam.DoFn):  # type: ignore[misc]
    def __init__(self, options: ExtractOptions, log: Path) -> None:
        super().__init__()
        self.options = options
        self.log = UnitLog(log)

    def setup(self) -> None:
        self.extractor = RangeExtractor(self.options)

    def process(self, unit: ExtractUnit) -> Iterator[str]:
        name = unit.dump_range.unit
        self.log.finish(name, self.extractor.extract(unit))
        yield name
