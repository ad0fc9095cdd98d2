"""Arrow tables as bytes, as pipeline elements, and in order."""

from collections.abc import Sequence
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records.errors import ArtifactError


def encode_table(table: pa.Table, compression: str | None = "lz4") -> bytes:
    """The table as one Arrow IPC stream; a slice costs only its own rows."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def decode_table(data: bytes | memoryview | pa.Buffer) -> pa.Table:
    """The table of an Arrow IPC stream.

    Raises:
        ArtifactError: the bytes are cut short or are none.
    """
    try:
        with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
            return reader.read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise ArtifactError(f"Arrow data is damaged: {error}") from error


class TableCoder(beam.coders.Coder):  # type: ignore[misc]
    """How Beam writes a table between two steps: Arrow IPC, lz4."""

    def encode(self, value: pa.Table) -> bytes:
        """Bytes of a table."""
        return encode_table(value)

    def decode(self, encoded: bytes) -> pa.Table:
        """Table of the bytes."""
        return decode_table(encoded)

    def is_deterministic(self) -> bool:
        """A table is never a key."""
        return False

    def to_type_hint(self) -> Any:  # noqa: ANN401 - pyarrow is untyped
        """The type that it encodes."""
        return pa.Table


def register_table_coder() -> None:
    """Have Beam use `TableCoder` wherever a step declares pa.Table; may be called again."""
    beam.coders.registry.register_coder(pa.Table, TableCoder)


def sort_table(table: pa.Table, first: Sequence[str]) -> pa.Table:
    """Rows by the columns `first`, then by all others: one order for any arrival order of the rows.

    Nulls stand last. A list column is compared by its joined texts.
    """
    if table.num_rows < 2:
        return table
    names = [*first, *(name for name in table.column_names if name not in first)]
    columns = [_sortable(table.column(name)) for name in names]
    keys = pa.table(columns, names=[str(i) for i in range(len(names))]).combine_chunks()
    batch = keys.to_batches()[0]
    order = pc.sort_indices(batch, sort_keys=[(str(i), "ascending") for i in range(len(names))])
    return table.take(order)


def _sortable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column itself, or its lists as joined texts."""
    if pa.types.is_list(column.type):
        return pc.binary_join(column, "\x1f")
    return column


class TableBuffer:
    """Collects tables until they are worth handing on together."""

    def __init__(self, max_rows: int, max_bytes: int) -> None:
        self.max_rows = max_rows
        self.max_bytes = max_bytes
        self._tables: list[pa.Table] = []
        self._rows = 0
        self._bytes = 0

    def add(self, table: pa.Table) -> None:
        """Keep a table; one without rows is let go."""
        if table.num_rows:
            self._tables.append(table)
            self._rows += table.num_rows
            self._bytes += table.nbytes

    @property
    def is_full(self) -> bool:
        """Whether a limit is reached."""
        return self._rows >= self.max_rows or self._bytes >= self.max_bytes

    def take(self) -> pa.Table | None:
        """All rows as one table, and start afresh; None when there are none."""
        if not self._tables:
            return None
        table = pa.concat_tables(self._tables).combine_chunks()
        self._tables, self._rows, self._bytes = [], 0, 0
        return table
