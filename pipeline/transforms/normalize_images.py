"""Batches of files to rows, in parallel, one child process a worker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam

from pipeline.beamx.units import UnitLog
from pipeline.transforms.normalize_batch import BatchNormalizer, BatchOptions, ImageBatch


class NormalizeImages(beam.PTransform):  # type: ignore[misc]
    """PCollection[ImageBatch] to names of finished batches; each leaves its rows and a completion record.

    Args:
        options: what to make of a file, and where rows go.
        log: folder of the completion records.
    """

    def __init__(self, options: BatchOptions, log: Path) -> None:
        super().__init__()
        self.options = options
        self.log = log

    def expand(self, batches: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Spread the batches over the workers, normalise each."""
        return (
            batches
            | "Spread batches" >> beam.Reshuffle()
            | "Normalise" >> beam.ParDo(_Normalize(self.options, self.log)).with_output_types(str)
        )


class _Normalize(beam.DoFn):  # type: ignore[misc]
    def __init__(self, options: BatchOptions, log: Path) -> None:
        super().__init__()
        self.options = options
        self.log = UnitLog(log)

    def setup(self) -> None:
        self.normalizer = BatchNormalizer(self.options)

    def process(self, batch: ImageBatch) -> Iterator[str]:
        self.log.finish(batch.unit, self.normalizer.run(batch))
        yield batch.unit

    def teardown(self) -> None:
        self.normalizer.close()
