"""Evidence and link counts to P(e|m)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa

from pipeline.beamx.shuffle import HashShuffle
from pipeline.beamx.sink import WriteShards
from pipeline.beamx.units import UnitLog
from pipeline.kb.entity_names import open_names
from pipeline.kb.evidence import add_surface_evidence, by_surface
from pipeline.kb.priors import PriorOptions, make_mentions
from pipeline.records import schemas
from pipeline.records.manifest import read_shard
from pipeline.transforms.count import PARTITIONS

TALLY = "_tally"
"""Folder beside mentions/ in which each partition leaves its reckoning."""


class GatherEvidence(beam.PTransform):  # type: ignore[misc]
    """PCollection[rows of evidence] to the artifact surface_evidence in `folder`."""

    def __init__(self, folder: str, options: PriorOptions, *, mode: str, staging: str) -> None:
        super().__init__()
        self.folder = folder
        self.options = options
        self.mode = mode
        self.staging = staging

    def expand(self, tables: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """One column a source, then bring equal surfaces together."""
        return (
            tables
            | "Sources" >> beam.Map(by_surface, self.options.item_kinds).with_output_types(pa.Table)
            | "By surface"
            >> HashShuffle(("surface",), PARTITIONS, combine=add_surface_evidence, mode=self.mode, staging=self.staging)
            | "Write" >> WriteShards(self.folder, schemas.SURFACE_EVIDENCE)
        )


@dataclass(frozen=True, slots=True)
class PriorUnit:
    """One hash partition of surfaces: its shards, where it has any."""

    number: int
    counts: str | None
    surface_evidence: str | None


class WeighPriors(beam.PTransform):  # type: ignore[misc]
    """PCollection[PriorUnit] to the artifact mentions in `folder`.

    Args:
        folder: where the shards go.
        names: folder of entity ids and titles that `write_names` made.
        options: weights and restrictions.
    """

    def __init__(self, folder: str, names: str, options: PriorOptions) -> None:
        super().__init__()
        self.folder = folder
        self.weigh = _Weigh(names, options, Path(folder).with_name(TALLY))

    def expand(self, units: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Spread the partitions over the workers, weigh each."""
        return (
            units
            | "Spread partitions" >> beam.Reshuffle()
            | "Weigh" >> beam.ParDo(self.weigh).with_output_types(tuple[int, pa.Table])
            | "Write" >> WriteShards(self.folder, schemas.MENTIONS)
        )


class _Weigh(beam.DoFn):  # type: ignore[misc]
    def __init__(self, names: str, options: PriorOptions, tally: Path) -> None:
        super().__init__()
        self.names_path = names
        self.tally = UnitLog(tally)
        self.options = options

    def setup(self) -> None:
        self.names = open_names(Path(self.names_path))

    def process(self, unit: PriorUnit) -> Iterator[tuple[int, pa.Table]]:
        counts = read_shard(Path(unit.counts)) if unit.counts else schemas.COUNTS.arrow.empty_table()
        evidence = schemas.SURFACE_EVIDENCE.arrow.empty_table()
        if unit.surface_evidence:
            evidence = read_shard(Path(unit.surface_evidence))
        weighed = make_mentions(counts, evidence, self.names, self.options)
        tally = {"pairs": weighed.n_pairs, "no_weight": weighed.n_pairs - weighed.mentions.num_rows}
        self.tally.finish(f"part-{unit.number:05d}", {**tally, "surfaces": weighed.n_surfaces})
        yield unit.number, weighed.mentions
