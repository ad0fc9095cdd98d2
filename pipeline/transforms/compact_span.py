"""Staging shards of many ranges to one shard per span."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records.errors import InputError
from pipeline.records.manifest import read_groups
from pipeline.records.schemas import Schema
from pipeline.records.shards import concat

MAX_SHARDS = 256
MIN_SPAN_BITS = 14
PIECE_BITS = 5
"""A span is merged in at most 32 pieces, none of fewer than 16,384 ids: ids alone decide where they end."""


@dataclass(frozen=True, slots=True)
class Staged:
    """One staging shard and the ids in it."""

    path: str
    min_id: int
    max_id: int


@dataclass(frozen=True, slots=True)
class CompactUnit:
    """One span of page ids of one artifact and the staging shards that reach into it.

    Spans are numbered from 0; span n holds page ids n << bits up to ((n + 1) << bits) - 1.
    """

    number: int
    bits: int
    shards: tuple[Staged, ...]


def span_bits(max_page_id: int) -> int:
    """Bits of the smallest span that cuts ids up to `max_page_id` into at most 256 shards.

    Spans are never shorter than 16,384 ids: a small wiki is better off with few shards.
    """
    bits = MIN_SPAN_BITS
    while max_page_id >> bits >= MAX_SHARDS:
        bits += 1
    return bits


def plan_compaction(shards: Iterable[Mapping[str, Any]], folder: Path, bits: int) -> dict[str, tuple[CompactUnit, ...]]:
    """Artifact name -> its units, from the shards that completion records name (those with an id range)."""
    staged: dict[str, dict[int, list[Staged]]] = {}
    for shard in shards:
        if "min_id" not in shard:
            continue
        spans = staged.setdefault(shard["artifact"], {})
        path = str(folder / shard["artifact"] / shard["name"])
        for number in range(shard["min_id"] >> bits, (shard["max_id"] >> bits) + 1):
            spans.setdefault(number, []).append(Staged(path, shard["min_id"], shard["max_id"]))
    return {
        name: tuple(CompactUnit(n, bits, tuple(sorted(spans[n], key=lambda s: s.path))) for n in sorted(spans))
        for name, spans in sorted(staged.items())
    }


def compact_span(unit: CompactUnit, schema: Schema) -> Iterator[pa.Table]:
    """Rows of the span from all its staging shards, a piece of the span at a time.

    Raises:
        InputError: two pages share an id, so parts of the dump overlap.
    """
    id_column = schema.columns[0].name
    size = 1 << max(min(unit.bits, MIN_SPAN_BITS), unit.bits - PIECE_BITS)
    for low in range(unit.number << unit.bits, (unit.number + 1) << unit.bits, size):
        high = low + size - 1
        within = [shard for shard in unit.shards if shard.min_id <= high and shard.max_id >= low]
        if not within:
            continue
        parts = (part for shard in within for part in read_groups(Path(shard.path), between=(id_column, low, high)))
        rows = concat(parts, schema)
        if schema.key == (id_column,) and "title" in schema.names:
            _check_distinct(rows, id_column)
        yield rows


def _check_distinct(pages: pa.Table, id_column: str) -> None:
    ids = np.sort(pages[id_column].to_numpy())
    twice = ids[1:][ids[1:] == ids[:-1]]
    if len(twice):
        titles = pages.filter(pc.equal(pages[id_column], int(twice[0])))["title"].to_pylist()
        raise InputError(
            f"page id {twice[0]} occurs twice in the dump ({' and '.join(repr(t) for t in titles)}); "
            "do the files given overlap, or hold more than one wiki?"
        )
