"""Rows gathered as column lists until they become an Arrow table."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.native.chosen import loops
from pipeline.records.schemas import Schema

_TEXT = pa.string()
_ISO = "%Y-%m-%dT%H:%M:%SZ"
_PACKED_ROWS = 8192
"""So many rows become Arrow arrays at once: their strings are still in the processor's cache, and cost less memory."""


class Columns:
    """A growing table: one Python list a column, in the schema's order.

    Timestamps are kept as ISO 8601 text ending in Z; '' and what is no such text become null.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._lists: list[list[Any]] = [[] for _ in schema.columns]
        self._packed: list[pa.Table] = []
        self._n_packed = 0

    def __len__(self) -> int:
        return self._n_packed + self.n_waiting

    @property
    def n_waiting(self) -> int:
        """Rows that are no Arrow arrays yet."""
        return len(self._lists[0])

    def append(self, row: Sequence[Any]) -> None:
        """Add one row, values in column order."""
        for values, value in zip(self._lists, row, strict=True):
            values.append(value)
        self._pack_many()

    def extend(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, values in column order."""
        for values, new in zip(self._lists, zip(*rows, strict=True), strict=False):
            values.extend(new)
        self._pack_many()

    def extend_columns(self, columns: Iterable[Iterable[Any]]) -> None:
        """Add rows that come column by column, all of one length."""
        for values, new in zip(self._lists, columns, strict=True):
            values.extend(new)
        self._pack_many()

    def take(self) -> pa.Table:
        """The rows so far as a table of the schema; it starts anew."""
        if self.n_waiting:
            self._pack()
        table = pa.concat_tables(self._packed) if self._packed else self.schema.arrow.empty_table()
        self._packed, self._n_packed = [], 0
        return table

    def arrays(self) -> list[pa.Array]:
        """The rows that wait, which begin anew: an array a column."""
        lists, self._lists = self._lists, [[] for _ in self.schema.columns]
        return [_array(values, column.type) for values, column in zip(lists, self.schema.columns, strict=True)]

    def _pack_many(self) -> None:
        if self.n_waiting >= _PACKED_ROWS:
            self._pack()

    def _pack(self) -> None:
        self._n_packed += self.n_waiting
        self._packed.append(pa.table(self.arrays(), schema=self.schema.arrow))


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        parsed = pc.strptime(pa.array(values, pa.string()), format=_ISO, unit=kind.unit, error_is_null=True)
        return pc.assume_timezone(parsed, "UTC")
    return text_array(values) if kind == _TEXT else pa.array(values, kind)


def text_array(values: Sequence[str | None]) -> pa.Array:
    """A list of strings as an Arrow array."""
    made = None if loops is None else loops.utf8_column(values)
    if made is None:
        return pa.array(values, _TEXT)
    return pa.StringArray.from_buffers(len(values), *map(pa.py_buffer, made))
