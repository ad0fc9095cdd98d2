"""Link counts through redirects to entities."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.beamx.shuffle import HashJoin, HashShuffle
from pipeline.beamx.sink import ShardWriter, WriteShards
from pipeline.beamx.units import UnitLog
from pipeline.kb.red_links import RedRule
from pipeline.kb.resolving import add_counts, add_inlinks, join_counts, make_entities
from pipeline.records import schemas
from pipeline.records.manifest import read_groups, read_shard
from pipeline.transforms.count import PARTITIONS

_INLINKS, _RED = "inlinks", "red"
_JOINED = {"counts": schemas.TARGET_COUNTS, "inlinks": schemas.INLINK_COUNTS, "targets": schemas.TARGETS}
_KEYS = {"counts": ("target",), "inlinks": ("target",), "targets": ("title_key",)}


class ReadTables(beam.PTransform):  # type: ignore[misc]
    """Shard paths to their tables."""

    def __init__(self, paths: list[Path]) -> None:
        super().__init__()
        self.paths = [str(path) for path in paths]

    def expand(self, pipeline: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Read each shard in some worker."""
        return (
            pipeline
            | "Paths" >> beam.Create(self.paths, reshuffle=False)
            | "Spread" >> beam.Reshuffle()
            | "Read" >> beam.Map(_read).with_output_types(pa.Table)
        )


class ResolveCounts(beam.PTransform):  # type: ignore[misc]
    """{"counts", "inlinks", "targets"}: tables, to the artifacts counts, entity_inlinks and red_entities.

    Args:
        folder: where the three artifacts go.
        span_bits: bits of the spans of page ids, those of the other artifacts.
        red: which titles without a page become entities.
        mode, staging: of the shuffle.
    """

    def __init__(self, folder: str, *, span_bits: int, red: RedRule, mode: str, staging: str) -> None:
        super().__init__()
        self.folder = Path(folder)
        self.span_bits = span_bits
        self.red = red
        self.mode = mode
        self.staging = staging

    def expand(self, tables: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Join by target, then bring equal surfaces and equal entities together."""
        arrow = {tag: schema.arrow for tag, schema in _JOINED.items()}
        joined = tables | "By target" >> HashJoin(
            _KEYS, PARTITIONS, schemas=arrow, mode=self.mode, staging=self.staging
        )
        counts, inlinks, red = joined | "Join" >> beam.ParDo(_Join(self.folder / "_tally", red=self.red)).with_outputs(
            _INLINKS, _RED, main="counts"
        )
        by_span = SpanOf(self.span_bits)
        return (
            counts
            | "By surface"
            >> HashShuffle(("surface",), PARTITIONS, combine=add_counts, mode=self.mode, staging=self.staging)
            | "Write counts" >> WriteShards(str(self.folder / schemas.COUNTS.name), schemas.COUNTS),
            inlinks
            | "By entity"
            >> HashShuffle(
                ("entity_id",), N_SPANS, combine=add_inlinks, partitioner=by_span, mode=self.mode, staging=self.staging
            )
            | "Write in-links" >> WriteShards(str(self.folder / schemas.ENTITY_INLINKS.name), schemas.ENTITY_INLINKS),
            red | "Write red" >> WriteShards(str(self.folder / schemas.RED_ENTITIES.name), schemas.RED_ENTITIES),
        )


N_SPANS = 257
"""Spans of page ids (at most 256) and one for the negative ids of red entities."""


@dataclass(frozen=True, slots=True)
class SpanOf:
    """Partition of an entity: the span of its page id; red entities share the last."""

    bits: int

    def __call__(self, table: pa.Table) -> np.ndarray:
        """(N,) int64 span numbers."""
        ids = table["entity_id"].to_numpy()
        return np.where(ids < 0, N_SPANS - 1, ids >> self.bits)


class _Join(beam.DoFn):  # type: ignore[misc]
    # The outputs are typed Any: Beam takes a union with TaggedOutput for the type of the elements.

    def __init__(self, tally: Path, *, red: RedRule) -> None:
        super().__init__()
        self.tally = UnitLog(tally)
        self.red = red

    def process(self, element: tuple[int, dict[str, pa.Table]]) -> Iterator[Any]:
        partition, tables = element
        joined = join_counts(tables["counts"], tables["inlinks"], tables["targets"], red=self.red)
        self.tally.finish(f"partition-{partition:05d}", joined.dropped)
        yield joined.counts
        yield beam.pvalue.TaggedOutput(_INLINKS, joined.inlinks)
        yield beam.pvalue.TaggedOutput(_RED, (partition, joined.red))


@dataclass(frozen=True, slots=True)
class EntityUnit:
    """One span of articles and, where any are linked, its in-links; pages in `without` are no entities."""

    number: int
    articles: str
    inlinks: str | None
    without: tuple[int, ...] = ()


class MakeEntities(beam.PTransform):  # type: ignore[misc]
    """PCollection[EntityUnit] to the artifact entities in `folder`."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder

    def expand(self, units: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Spread the spans over the workers, join each."""
        return (
            units
            | "Spread spans" >> beam.Reshuffle()
            | "Join in-links" >> beam.ParDo(_JoinArticles(self.folder)).with_output_types(int)
        )


class _JoinArticles(beam.DoFn):  # type: ignore[misc]
    def __init__(self, folder: str) -> None:
        super().__init__()
        self.writer = ShardWriter(folder, schemas.ENTITIES, is_sorted=True)

    def process(self, unit: EntityUnit) -> Iterator[int]:
        self.writer.write_all(unit.number, _entities(unit))
        yield unit.number


def _entities(unit: EntityUnit) -> Iterator[pa.Table]:
    """Entities of a span, a row group of articles at a time."""
    inlinks = read_shard(Path(unit.inlinks)) if unit.inlinks else schemas.ENTITY_INLINKS.arrow.empty_table()
    without = pa.array(unit.without, pa.int64())
    for articles in read_groups(Path(unit.articles)):
        kept = articles.filter(pc.invert(pc.is_in(articles["page_id"], value_set=without)))
        yield make_entities(kept, inlinks)


def _read(path: str) -> pa.Table:
    return read_shard(Path(path))
