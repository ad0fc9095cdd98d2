"""Writing and checking one Parquet shard, byte for byte repeatable."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.records.digest import file_digest
from pipeline.records.errors import ArtifactError
from pipeline.records.schemas import Schema

ROW_GROUP_ROWS = 128 * 1024
ROW_GROUP_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Shard:
    """One Parquet file of an artifact, as its manifest names it."""

    name: str
    rows: int
    size_bytes: int
    sha256: str


def write_shard(table: pa.Table, path: Path, schema: Schema, *, is_sorted: bool = False) -> Shard:
    """Sort `table` by the schema's order and write it to `path` by temporary name and rename.

    Equal rows give equal bytes under one pyarrow version, however the table was put together.

    Raises:
        ArtifactError: a column is missing, has another type, or holds a null where none may be.
    """
    table = conform(table, schema)
    if not is_sorted:
        table = table.sort_by(list(schema.sort))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    group_rows = _group_rows(table)
    with pq.ParquetWriter(temporary, schema.arrow, compression="zstd", version="2.6") as writer:
        for start in range(0, table.num_rows, group_rows):
            writer.write_table(table.slice(start, group_rows).combine_chunks(), row_group_size=group_rows)
    os.replace(temporary, path)
    return describe_shard(path, table.num_rows)


def describe_shard(path: Path, rows: int) -> Shard:
    """Name, rows, size and digest of a finished shard."""
    return Shard(path.name, rows, path.stat().st_size, file_digest(path))


def is_intact(path: Path, shard: Shard) -> bool:
    """Whether the file at `path` is still the one that `shard` describes."""
    return path.is_file() and path.stat().st_size == shard.size_bytes and file_digest(path) == shard.sha256


def conform(table: pa.Table, schema: Schema) -> pa.Table:
    """`table` with exactly the schema's columns, types and metadata, nulls checked."""
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise ArtifactError(f"a table for {schema.name}/ lacks the columns {', '.join(missing)}")
    table = table.select(schema.names)
    for column in schema.columns:
        if not column.nullable and table.column(column.name).null_count:
            raise ArtifactError(f"{schema.name}/{column.name} holds nulls; none are allowed")
    try:
        return table.cast(schema.arrow)
    except pa.ArrowInvalid as error:
        raise ArtifactError(f"a table does not fit {schema.name}/: {error}") from error


def empty_table(schema: Schema) -> pa.Table:
    """A table of the schema without rows."""
    return schema.arrow.empty_table()


def concat(tables: Iterable[pa.Table], schema: Schema) -> pa.Table:
    """All rows of `tables` in one table of the schema; none give an empty one."""
    return pa.concat_tables([empty_table(schema), *tables])


def _group_rows(table: pa.Table) -> int:
    """Rows in a row group: 128k, or fewer where they would pass 64 MB."""
    if not table.num_rows:
        return ROW_GROUP_ROWS
    row_bytes = max(table.nbytes / table.num_rows, 1)
    return int(max(1, min(ROW_GROUP_ROWS, ROW_GROUP_BYTES // row_bytes)))
