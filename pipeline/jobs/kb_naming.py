"""First step of stage `resolve`: what titles alone decide."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.beamx.sink import ShardWriter, shard_name
from pipeline.beamx.units import UnitLog
from pipeline.kb.named_rows import further_surfaces
from pipeline.kb.named_span import RAW, distinct_red, name_span
from pipeline.kb.naming import Naming
from pipeline.kb.page_table import KIND_NAMES
from pipeline.kb.red_links import RedRule
from pipeline.records import schemas
from pipeline.records.manifest import Reader, read_shard
from pipeline.records.names import DropReason, PageKind
from pipeline.records.schemas import Schema
from pipeline.records.shards import empty_table

NAMED = (
    schemas.TITLES,
    schemas.REDIRECTS,
    schemas.DISAMBIGUATION,
    schemas.HATNOTES,
    schemas.TARGETS,
    schemas.EVIDENCE,
)
_LOG, _ALL = "_named", "all"
_PAGES = ("page_id", "title", "kind")
_REDIRECTS = ("page_id", "target", "status")
_FROM_TITLES = 10_000
"""Shard number from which on red titles met in redirects, items and hatnotes are written."""


@dataclass(frozen=True, slots=True)
class Named:
    """How naming ended.

    Attributes:
        reckonings: artifact -> rows in, out, and dropped by reason.
        duplicates: ascending ids of the pages whose title an older page has.
        n_articles: how many of those are articles.
    """

    reckonings: dict[str, dict[str, Any]]
    duplicates: tuple[int, ...]
    n_articles: int


def name_titles(
    find: Callable[[Schema], Reader], work: Path, *, span_bits: int, red: RedRule, is_done: bool = False
) -> Named:
    """Write the shards of `NAMED` and the red entities met; nothing when they are there already.

    Args:
        find: opens pages and the artifacts of `RAW`.
        work: folder of the artifacts.
        span_bits: bits of the spans of page ids, which shards are.
        red: which titles without a page become entities.
        is_done: an earlier run wrote everything.
    """
    log = UnitLog(work / _LOG)
    record = log.record(_ALL) if is_done else None
    if record is None:
        record = _write_names(find, work, span_bits=span_bits, red=red)
        log.finish(_ALL, record)
    return Named(record["reckonings"], tuple(record["duplicates"]), record["n_articles"])


def _write_names(find: Callable[[Schema], Reader], work: Path, *, span_bits: int, red: RedRule) -> dict[str, Any]:
    pages, redirects = find(schemas.PAGES), find(schemas.RAW_REDIRECTS)
    naming = Naming(pages.tables(_PAGES), redirects.tables(_REDIRECTS), red=red)
    further = further_surfaces(naming)
    owners = further["page_id"].to_numpy()
    writers = {schema: ShardWriter(str(work / schema.name), schema) for schema in NAMED}
    reds = empty_table(schemas.RED_ENTITIES)
    sums: dict[str, Counter[str]] = {}
    for path in pages.paths:
        number = int(path.stem.removeprefix("part-"))
        low, high = number << span_bits, (number + 1) << span_bits
        first, last = owners.searchsorted((low, high)).tolist()
        raw = {schema: _read_span(find(schema), number) for schema in RAW}
        span = name_span(naming, naming.pages.rows_between(low, high), raw, further.slice(first, last - first))
        for schema, writer in writers.items():
            writer.write(number, span.tables[schema])
        reds = distinct_red([reds, span.red])
        for name, figures in span.figures.items():
            sums.setdefault(name, Counter()).update(figures)
    ShardWriter(str(work / schemas.RED_ENTITIES.name), schemas.RED_ENTITIES).write(_FROM_TITLES, reds)
    return _record(naming, pages.rows, sums)


def _read_span(reader: Reader, number: int) -> pa.Table:
    path = reader.folder / shard_name(number)
    return read_shard(path) if path in reader.paths else empty_table(reader.schema)


def _record(naming: Naming, n_pages: int, sums: dict[str, Counter[str]]) -> dict[str, Any]:
    pages = naming.pages
    twice = Counter({"in": n_pages, "out": len(pages), str(DropReason.DUPLICATE_TITLE): len(pages.duplicates)})
    reckonings = {}
    for name, figures in {schemas.TITLES.name: twice, **sums}.items():
        dropped = {reason: n for reason, n in sorted(figures.items()) if n and reason not in ("in", "out")}
        reckonings[name] = {"in": figures["in"], "out": figures["out"], "dropped": dropped, "dead": 0}
    articles = pages.duplicate_kind == KIND_NAMES.index(PageKind.ARTICLE)
    return {"reckonings": reckonings, "duplicates": pages.duplicates.tolist(), "n_articles": int(articles.sum())}
