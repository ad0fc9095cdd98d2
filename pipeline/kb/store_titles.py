"""Titles of the store, built: trie, folded order, prefix table."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.store_entities import EntityIndex, iter_text, numbers_of
from pipeline.kb.store_files import NONE, PREFIX_CHARS, PREFIX_HITS, REDIRECT, TITLE_KINDS, StoreWriter
from pipeline.kb.store_lists import Ints
from pipeline.records.manifest import Reader
from pipeline.records.names import EntityKind
from pipeline.titles.keys import surface_folded


def write_titles(titles: Reader, entities: EntityIndex, writer: StoreWriter) -> int:
    """Write every title of titles/ and every red one, with entity and kind; returns how many.

    `title_order` holds the ids of the titles that end at an entity, sorted by folded title:
    a prefix search is a range of it.
    """
    trie = writer.trie("titles", _title_keys(titles, entities))
    entity = np.full(len(trie), NONE, np.uint32)
    kind = np.zeros(len(trie), np.uint8)
    folded = []
    for table in _title_tables(titles, entities):
        keys = table.column("title_key")
        ids = np.fromiter(map(trie.get, iter_text(keys)), np.int64, len(keys))
        known = pc.is_valid(table.column("entity_id")).to_numpy()
        entity[ids[known]] = entities.index_of(pc.drop_null(table.column("entity_id")).to_numpy(), "titles/")
        kind[ids] = numbers_of(table.column("kind"), TITLE_KINDS)
        folded.append(pa.table({"folded": _folded(keys), "id": pa.array(ids)}).filter(pa.array(known)))
    writer.array("title_entity", "u32", entity)
    writer.array("title_kind", "u8", kind)
    _write_order(folded, entity, kind, writer)
    return len(trie)


def _title_keys(titles: Reader, entities: EntityIndex) -> Iterator[str]:
    for table in _title_tables(titles, entities):
        yield from iter_text(table.column("title_key"))


def _title_tables(titles: Reader, entities: EntityIndex) -> Iterator[pa.Table]:
    """The titles of red entities, then those of titles/, which win where both know one."""
    red = entities.table.filter(pc.equal(entities.table.column("kind"), EntityKind.RED.value))
    columns = ["title_key", "kind", "entity_id"]
    yield red.select(["title", "kind", "entity_id"]).rename_columns(columns)
    yield from titles.tables(columns)


def _folded(titles: pa.ChunkedArray) -> pa.ChunkedArray:
    """`surface_folded` of every title; for ASCII that is lower case."""
    is_ascii = pc.string_is_ascii(titles)
    others = pa.array([surface_folded(title) for title in iter_text(titles.filter(pc.invert(is_ascii)))], pa.string())
    lower = pc.ascii_lower(titles).cast(pa.large_string())
    return pc.replace_with_mask(
        lower.combine_chunks(), pc.invert(is_ascii).combine_chunks(), others.cast(pa.large_string())
    )


def _write_order(
    parts: list[pa.Table], entity: npt.NDArray[np.uint32], kind: npt.NDArray[np.uint8], writer: StoreWriter
) -> None:
    """Sort by (folded title, not a redirect, title id); write the order and the prefix table over it."""
    table = pa.concat_tables(parts)
    is_redirect = kind[table.column("id").to_numpy()] == REDIRECT
    table = table.append_column("is_redirect", pa.array(is_redirect))
    table = table.sort_by([("folded", "ascending"), ("is_redirect", "ascending"), ("id", "ascending")])
    order = table.column("id").to_numpy()
    writer.array("title_order", "u32", order)
    rank = entity[order].astype(np.int64) * 2 + table.column("is_redirect").to_numpy()
    _write_prefixes(table.column("folded").combine_chunks(), rank, order, writer)


def _write_prefixes(folded: pa.Array, rank: Ints, order: Ints, writer: StoreWriter) -> None:
    """Write the best titles of every prefix of at most 4 characters, one title an entity."""
    best_first = np.argsort(rank, kind="stable")
    keys: list[str] = []
    hits: list[Ints] = []
    for length in range(1, PREFIX_CHARS + 1):
        found, places = _best_of_prefixes(folded, length, rank, best_first)
        keys += found
        hits += [order[place] for place in places]
    trie = writer.trie("prefixes", keys)
    sizes = np.zeros(len(trie), np.int64)
    by_id: list[Ints] = [np.zeros(0, np.int64)] * len(trie)
    for key, hit in zip(keys, hits, strict=True):
        sizes[trie[key]] = len(hit)
        by_id[trie[key]] = hit
    writer.array("prefix_start", "u32", np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]))
    writer.array("prefix_title", "u32", np.concatenate([np.zeros(0, np.int64), *by_id]))


def _best_of_prefixes(folded: pa.Array, length: int, rank: Ints, best_first: Ints) -> tuple[list[str], list[Ints]]:
    """Every prefix of that length, and for each the places of its best titles."""
    is_long = pc.greater_equal(pc.utf8_length(folded), length).to_numpy(zero_copy_only=False)
    prefixes = pc.utf8_slice_codeunits(folded, 0, length)
    if not is_long.any():
        return [], []
    places = np.flatnonzero(is_long)
    prefixes = prefixes.take(pa.array(places))
    changes = pc.not_equal(prefixes.slice(1), prefixes.slice(0, len(prefixes) - 1)).to_numpy(zero_copy_only=False)
    begins = np.concatenate([np.zeros(1, np.int64), np.flatnonzero(changes) + 1])
    group = np.full(len(folded), -1)
    group[places] = np.concatenate([[0], np.cumsum(changes)])
    best = best_first[is_long[best_first]]
    best = best[np.argsort(group[best], kind="stable")]
    same = (group[best[1:]] == group[best[:-1]]) & (rank[best[1:]] // 2 == rank[best[:-1]] // 2)
    best = best[np.concatenate([[True], ~same])]
    starts = np.searchsorted(group[best], np.arange(len(begins)))
    within = np.arange(len(best)) - starts[group[best]]
    best = best[within < PREFIX_HITS]
    cuts = np.searchsorted(group[best], np.arange(1, len(begins)))
    return prefixes.take(pa.array(begins)).to_pylist(), np.split(best, cuts)
