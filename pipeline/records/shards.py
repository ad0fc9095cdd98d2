"""Writing and checking one Parquet shard, byte for byte repeatable."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.records.digest import file_digest
from pipeline.records.errors import ArtifactError
from pipeline.records.schemas import Schema

ROW_GROUP_ROWS = 128 * 1024
ROW_GROUP_BYTES = 64 << 20
PAYLOAD_GROUP_ROWS = (200, 1000)
"""Least and most rows in a row group of a schema with payloads."""
PAYLOAD_GROUP_BYTES = 1 << 30
"""Beyond it even fewer rows: Arrow's offsets end at 2 GiB."""
_WRITING = {"version": "2.6", "write_page_checksum": True}


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
    return write_tables([table], path, schema, is_sorted=is_sorted)


def write_tables(tables: Iterable[pa.Table], path: Path, schema: Schema, *, is_sorted: bool = False) -> Shard:
    """The same for a shard that comes in tables: all rows of each sort before those of the next.

    Row groups go on over the tables' ends. No more than one table and one row group is held at a time. The bytes are
    those of one table with all rows, but for rows of more than 512 bytes, where the tables' ends count too.

    Raises:
        ArtifactError: as `write_shard`; no file stays.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    ready = (_ordered(conform(table, schema), schema, is_sorted=is_sorted) for table in tables)
    try:
        with pq.ParquetWriter(temporary, schema.arrow, **_writing(schema)) as writer:
            rows = _write_groups(writer, ready, schema)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return describe_shard(path, rows)


def _ordered(table: pa.Table, schema: Schema, *, is_sorted: bool) -> pa.Table:
    return table if is_sorted else table.sort_by(list(schema.sort))


def _write_groups(writer: pq.ParquetWriter, tables: Iterable[pa.Table], schema: Schema) -> int:
    """Write all rows in full row groups and a last one; their number."""
    rows, rest = 0, empty_table(schema)
    for table in tables:
        rows += table.num_rows
        whole = pa.concat_tables([rest, table])
        group_rows = _group_rows(whole, schema)
        n_grouped = whole.num_rows - whole.num_rows % group_rows
        for start in range(0, n_grouped, group_rows):
            _write_group(writer, whole.slice(start, group_rows))
        rest = _copied(whole.slice(n_grouped)) if n_grouped else whole
    if rest.num_rows:
        _write_group(writer, rest)
    return rows


def _copied(table: pa.Table) -> pa.Table:
    """The rows of a slice, without the whole table behind it."""
    return pa.concat_tables([table, table.schema.empty_table()]).combine_chunks()


def _write_group(writer: pq.ParquetWriter, table: pa.Table) -> None:
    writer.write_table(table.combine_chunks(), row_group_size=table.num_rows)


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
        values = table.column(column.name)
        if not column.nullable and _has_nulls(values):
            raise ArtifactError(f"{schema.name}/{column.name} holds nulls; none are allowed")
        if not _is_alike(values.type, column.type):
            raise ArtifactError(f"{schema.name}/{column.name} should be {column.type}, not {values.type}")
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


def _has_nulls(values: pa.ChunkedArray) -> bool:
    return bool(values.null_count) or (pa.types.is_list(values.type) and bool(pc.list_flatten(values).null_count))


def _is_alike(given: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a cast only changes how values are stored: never text to number, truth to number or the like."""
    if pa.types.is_null(given) or given == wanted:
        return True
    if pa.types.is_dictionary(given):
        return _is_alike(given.value_type, wanted)
    if pa.types.is_list(given) and pa.types.is_list(wanted):
        return _is_alike(given.value_type, wanted.value_type)
    return any(
        is_kind(given) and is_kind(wanted)
        for is_kind in (pa.types.is_integer, pa.types.is_floating, pa.types.is_timestamp, _is_text)
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _writing(schema: Schema) -> dict[str, Any]:
    """Arguments of ParquetWriter: zstd, but for payloads, which are packed already and never alike."""
    if not schema.payloads:
        return {"compression": "zstd", **_WRITING}
    others = [name for name in schema.names if name not in schema.payloads]
    codecs = dict.fromkeys(others, "zstd") | dict.fromkeys(schema.payloads, "none")
    # Small batches: a page of the file ends only between two.
    pages = {"use_dictionary": others, "write_statistics": others, "write_batch_size": 16}
    return {"compression": codecs, **pages, **_WRITING}


def _group_rows(table: pa.Table, schema: Schema) -> int:
    """Rows in a row group: 128k, or fewer where they would pass 64 MB; with payloads 200 to 1,000."""
    if not table.num_rows:
        return ROW_GROUP_ROWS
    row_bytes = max(sum(_value_bytes(column) for column in table.columns) / table.num_rows, 1)
    rows = ROW_GROUP_BYTES // row_bytes
    if schema.payloads:
        least, most = PAYLOAD_GROUP_ROWS
        return int(max(1, min(max(rows, least), most, PAYLOAD_GROUP_BYTES // row_bytes)))
    return int(max(1, min(ROW_GROUP_ROWS, rows)))


def _value_bytes(values: pa.ChunkedArray) -> int:
    """Bytes of the values alone: `nbytes` also counts buffers that depend on how the table was made."""
    if pa.types.is_list(values.type):
        return _value_bytes(pc.list_flatten(values))
    if pa.types.is_struct(values.type):
        return sum(_value_bytes(pc.struct_field(values, place)) for place in range(values.type.num_fields))
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        return int(pc.sum(pc.binary_length(values)).as_py() or 0)
    return int(len(values) * values.type.bit_width // 8)
