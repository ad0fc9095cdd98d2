"""Rows to hash partitions and back: the steps behind HashShuffle and HashJoin."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue

from pipeline.beamx.arrow import TableBuffer, decode_table, encode_table, sort_table
from pipeline.beamx.spill import Piece, read_piece, write_pieces
from pipeline.records.hashing import I64, partition_rows

Combine = Callable[[pa.Table], pa.Table]
Partitioner = Callable[[pa.Table], I64]
MAX_ROWS = 500_000
MAX_BYTES = 64 << 20
MAX_PARTITIONS = 1 << 16


@dataclass(frozen=True, slots=True)
class Plan:
    """How rows of one input find their partition, and when they are handed on.

    `partitioner` gives the partition of each row in place of the hash of `key`. `combine` must be associative and keep
    the schema: it is applied to what a worker collected and again to a whole partition.
    """

    key: tuple[str, ...]
    partitions: int
    staging: str | None
    combine: Combine | None = None
    partitioner: Partitioner | None = None
    max_rows: int = MAX_ROWS
    max_bytes: int = MAX_BYTES

    def split(self, table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
        """The rows of each partition that has any, by partition."""
        found = self.partitioner(table) if self.partitioner else partition_rows(table, self.key, self.partitions)
        if len(found) and (found.min() < 0 or found.max() >= self.partitions):
            raise ValueError(f"a partitioner gave {found.min()} to {found.max()} for {self.partitions} partitions")
        numbers = found.astype(np.uint16)
        order = np.argsort(numbers, kind="stable")
        table = table.take(pa.array(order))
        present, starts = np.unique(numbers[order], return_index=True)
        ends = np.append(starts[1:], table.num_rows)
        for partition, start, end in zip(present.tolist(), starts.tolist(), ends.tolist(), strict=True):
            yield partition, table.slice(start, end - start)

    def merge(self, tables: Sequence[pa.Table]) -> pa.Table:
        """All rows of a partition, combined, in the order of the key and then of all other columns."""
        table = pa.concat_tables(tables).combine_chunks()
        if self.combine is not None:
            table = self.combine(table)
        return sort_table(table, self.key)


# What travels: (partition, (number of the input, the rows or where they are)).
_Inline = tuple[int, tuple[int, bytes]]
_Spilled = tuple[int, tuple[int, tuple[str, int, int, int, str]]]


def split(tables: Any, label: str, plan: Plan, number: int, mode: str) -> Any:  # noqa: ANN401 - Beam is untyped
    """Hand the rows of one input on by partition; `number` tells inputs apart."""
    element = _Spilled if mode == "spill" else _Inline
    return tables | label >> beam.ParDo(_Split(plan, number)).with_output_types(element)


class _Split(beam.DoFn):  # type: ignore[misc]
    """Collects batches and hands their rows on by partition."""

    def __init__(self, plan: Plan, number: int) -> None:
        super().__init__()
        self.plan = plan
        self.number = number

    def start_bundle(self) -> None:
        self.buffer = TableBuffer(self.plan.max_rows, self.plan.max_bytes)

    def process(self, table: pa.Table) -> Iterator[tuple[int, tuple[int, Any]]]:
        self.buffer.add(table)
        if self.buffer.is_full:
            yield from self._flush()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        window = GlobalWindow()
        for element in self._flush():
            yield WindowedValue(element, window.max_timestamp(), [window])

    def _flush(self) -> Iterator[tuple[int, tuple[int, Any]]]:
        table = self.buffer.take()
        if table is None:
            return
        if self.plan.combine is not None:
            table = self.plan.combine(table).combine_chunks()
        parts = self.plan.split(table)
        if self.plan.staging is None:
            for partition, part in parts:
                yield partition, (self.number, encode_table(part))
        else:
            for partition, piece in write_pieces(self.plan.staging, parts):
                yield partition, (self.number, tuple(piece))


def _read(part: bytes | tuple[str, int, int, int, str]) -> pa.Table:
    return decode_table(part) if isinstance(part, bytes) else read_piece(Piece(*part))


class MergeOne(beam.DoFn):  # type: ignore[misc]
    """Puts the rows of one partition into one table."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan

    def process(self, element: tuple[int, Iterable[tuple[int, Any]]]) -> Iterator[tuple[int, pa.Table]]:
        """Read, combine, sort."""
        partition, parts = element
        yield partition, self.plan.merge([_read(part) for _, part in parts])


class MergeTags(beam.DoFn):  # type: ignore[misc]
    """Puts the rows of one partition into one table per input."""

    def __init__(self, plans: Mapping[str, Plan], schemas: Mapping[str, pa.Schema]) -> None:
        super().__init__()
        self.plans = dict(plans)
        self.schemas = dict(schemas)

    def process(self, element: tuple[int, Iterable[tuple[int, Any]]]) -> Iterator[tuple[int, dict[str, pa.Table]]]:
        """The same for each input; empty where it has no rows."""
        partition, parts = element
        found: dict[int, list[pa.Table]] = {number: [] for number in range(len(self.plans))}
        for number, part in parts:
            found[number].append(_read(part))
        yield partition, {tag: self._merge(tag, found[number]) for number, tag in enumerate(self.plans)}

    def _merge(self, tag: str, tables: list[pa.Table]) -> pa.Table:
        return self.plans[tag].merge(tables) if tables else self.schemas[tag].empty_table()
