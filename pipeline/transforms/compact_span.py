"""Staging shards of many ranges to one shard per span."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records.errors import InputError
from pipeline.records.manifest import read_shard
from pipeline.records.schemas import PAGES, Schema
from pipeline.records.shards import concat

MAX_SHARDS = 256
MIN_SPAN_BITS = 14


@dataclass(frozen=True, slots=True)
class CompactUnit:
    """One span of page ids of one artifact and the staging shards that reach into it.

    Spans are numbered from 0; span n holds page ids n << bits up to ((n + 1) << bits) - 1.
    """

    number: int
    bits: int
    paths: tuple[str, ...]


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
    paths: dict[str, dict[int, list[str]]] = {}
    for shard in shards:
        if "min_id" not in shard:
            continue
        spans = paths.setdefault(shard["artifact"], {})
        for number in range(shard["min_id"] >> bits, (shard["max_id"] >> bits) + 1):
            spans.setdefault(number, []).append(str(folder / shard["artifact"] / shard["name"]))
    return {
        name: tuple(CompactUnit(number, bits, tuple(sorted(spans[number]))) for number in sorted(spans))
        for name, spans in sorted(paths.items())
    }


def compact_span(unit: CompactUnit, schema: Schema) -> pa.Table:
    """Rows of the span from all its staging shards.

    Raises:
        InputError: two pages share an id, so parts of the dump overlap.
    """
    id_column = schema.columns[0].name
    low, high = unit.number << unit.bits, ((unit.number + 1) << unit.bits) - 1
    tables = []
    for path in unit.paths:
        table = read_shard(Path(path))
        ids = table[id_column]
        tables.append(table.filter(pc.and_(pc.greater_equal(ids, low), pc.less_equal(ids, high))))
    rows = concat(tables, schema)
    if schema.name == PAGES.name:
        _check_distinct(rows)
    return rows


def _check_distinct(pages: pa.Table) -> None:
    ids = np.sort(pages["page_id"].to_numpy())
    twice = ids[1:][ids[1:] == ids[:-1]]
    if len(twice):
        titles = pages.filter(pc.equal(pages["page_id"], int(twice[0])))["title"].to_pylist()
        raise InputError(
            f"page id {twice[0]} occurs twice in the dump ({' and '.join(repr(t) for t in titles)}); "
            "do the files given overlap, or hold more than one wiki?"
        )
