"""Rows gathered as column lists until they become an Arrow table."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records.schemas import Schema

_ISO = "%Y-%m-%dT%H:%M:%SZ"


class Columns:
    """A growing table: one Python list a column, in the schema's order.

    Timestamps are kept as ISO 8601 text ending in Z; '' and what is no such text become null.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.lists: list[list[Any]] = [[] for _ in schema.columns]

    def __len__(self) -> int:
        return len(self.lists[0])

    def append(self, row: Sequence[Any]) -> None:
        """Add one row, values in column order."""
        for values, value in zip(self.lists, row, strict=True):
            values.append(value)

    def extend(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, values in column order."""
        for values, new in zip(self.lists, zip(*rows, strict=True), strict=False):
            values.extend(new)

    def take(self) -> pa.Table:
        """The rows so far as a table of the schema; the lists start anew."""
        arrays = [_array(values, column.type) for values, column in zip(self.lists, self.schema.columns, strict=True)]
        self.lists = [[] for _ in self.schema.columns]
        return pa.table(arrays, schema=self.schema.arrow)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        parsed = pc.strptime(pa.array(values, pa.string()), format=_ISO, unit=kind.unit, error_is_null=True)
        return pc.assume_timezone(parsed, "UTC")
    return pa.array(values, kind)
