"""Partitions to Parquet shards with fixed names, and their manifest."""

import logging
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa

from pipeline.beamx.arrow import register_table_coder
from pipeline.beamx.units import UnitLog
from pipeline.records.manifest import write_manifest
from pipeline.records.schemas import Schema
from pipeline.records.shards import Shard, empty_table, is_intact, write_shard, write_tables

UNITS = "_units"
_LOGGER = logging.getLogger(__name__)


def shard_name(partition: int) -> str:
    """File name of a partition's shard."""
    return f"part-{partition:05d}.parquet"


class WriteShards(beam.PTransform):  # type: ignore[misc]
    """Write each partition to `folder/part-NNNNN.parquet`: tuple[int, pa.Table] to partition numbers.

    Each finished partition leaves a completion record; one that has it, and whose file is intact, is skipped. A table
    without rows leaves a record only. So a bundle may run twice and a broken run may go on: the bytes are the same.

    Args:
        is_sorted: the rows come in the schema's order already.
    """

    def __init__(self, folder: str, schema: Schema, *, is_sorted: bool = False) -> None:
        super().__init__()
        self.writer = ShardWriter(folder, schema, is_sorted=is_sorted)

    def expand(self, tables: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Write."""
        register_table_coder()
        return tables | "Write" >> beam.ParDo(_Write(self.writer)).with_output_types(int)


class ShardWriter:
    """Writes numbered shards of one artifact folder, each at most once."""

    def __init__(self, folder: str, schema: Schema, *, is_sorted: bool = False) -> None:
        self.folder = Path(folder)
        self.schema = schema
        self.is_sorted = is_sorted

    def write(self, partition: int, table: pa.Table) -> Shard | None:
        """Write a partition unless it is finished; None when it has no rows."""
        return self.write_all(partition, [table])

    def write_all(self, partition: int, tables: Iterable[pa.Table]) -> Shard | None:
        """The same for a partition that comes in tables, in order: each is written and dropped (`write_tables`)."""
        log = UnitLog(self.folder / UNITS)
        name = shard_name(partition)
        unit = name.removesuffix(".parquet")
        record = log.record(unit)
        if record is not None and _is_finished(self.folder, record):
            return _shard_of(record)
        self.folder.mkdir(parents=True, exist_ok=True)
        with_rows = (table for table in tables if table.num_rows)
        shard: Shard | None = write_tables(with_rows, self.folder / name, self.schema, is_sorted=self.is_sorted)
        if shard is not None and not shard.rows:
            (self.folder / name).unlink()
            shard = None
        log.finish(unit, {"rows": shard.rows if shard else 0, "shard": asdict(shard) if shard else None})
        return shard


class _Write(beam.DoFn):  # type: ignore[misc]
    """Hands partitions to a ShardWriter."""

    def __init__(self, writer: ShardWriter) -> None:
        super().__init__()
        self.writer = writer

    def process(self, element: tuple[int, pa.Table]) -> Iterator[int]:
        partition, table = element
        self.writer.write(partition, table)
        yield partition


def finished_partitions(folder: Path) -> list[int]:
    """Partitions of an unfinished artifact that are written and intact, ascending."""
    records = UnitLog(folder / UNITS).finished()
    return [int(unit.removeprefix("part-")) for unit, record in records.items() if _is_finished(folder, record)]


def finish_artifact(folder: Path, schema: Schema, stage_id: str) -> int:
    """Write manifest and `_SUCCESS` from the completion records, which then go; the number of rows.

    Shards that no record names are left-overs of another run and are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards = [shard for record in UnitLog(folder / UNITS).finished().values() if (shard := _shard_of(record))]
    named = {shard.name for shard in shards}
    for path in sorted([*folder.glob("part-*.parquet"), *folder.glob(".part-*.part")]):
        if path.name not in named:
            _LOGGER.debug("%s belongs to no finished partition and is removed", path)
            path.unlink()
    if not shards:  # a reader of the folder finds the columns all the same
        shards = [write_shard(empty_table(schema), folder / shard_name(0), schema, is_sorted=True)]
    write_manifest(folder, schema, stage_id, shards)
    shutil.rmtree(folder / UNITS, ignore_errors=True)
    return sum(shard.rows for shard in shards)


def _shard_of(record: dict[str, Any]) -> Shard | None:
    return None if record["shard"] is None else Shard(**record["shard"])


def _is_finished(folder: Path, record: dict[str, Any]) -> bool:
    shard = _shard_of(record)
    return shard is None or is_intact(folder / shard.name, shard)
