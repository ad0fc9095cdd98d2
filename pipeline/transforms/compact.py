"""Staging shards of ranges to the shards of one artifact."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam

from pipeline.beamx.sink import ShardWriter
from pipeline.records.schemas import Schema
from pipeline.transforms.compact_span import CompactUnit, compact_span


class CompactSpans(beam.PTransform):  # type: ignore[misc]
    """PCollection[CompactUnit] to written partition numbers of one artifact in `folder`."""

    def __init__(self, schema: Schema, folder: str) -> None:
        super().__init__()
        self.schema = schema
        self.folder = folder

    def expand(self, units: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Spread the spans over the workers, merge each."""
        return (
            units
            | "Spread spans" >> beam.Reshuffle()
            | "Merge" >> beam.ParDo(_Merge(self.schema, self.folder)).with_output_types(int)
        )


class _Merge(beam.DoFn):  # type: ignore[misc]
    def __init__(self, schema: Schema, folder: str) -> None:
        super().__init__()
        self.schema = schema
        self.writer = ShardWriter(folder, schema)

    def process(self, unit: CompactUnit) -> Iterator[int]:
        self.writer.write_all(unit.number, compact_span(unit, self.schema))
        yield unit.number
