"""Candidate lists, built: one a surface, one a merged fold."""

from collections.abc import Iterator
from dataclasses import dataclass

import marisa_trie
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.store_counts import EvidenceCodes, evidence_columns
from pipeline.kb.store_entities import EntityIndex, iter_text
from pipeline.kb.store_files import NONE
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import Reader

Ints = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
Rows = tuple[U32, U32, npt.NDArray[np.int32]]
"""Entity index, n_link and evidence code of each row."""
COLUMNS = ["surface", "entity_id", "n_link", "n_redirect", "n_disambiguation", "n_title", "n_hatnote"]


@dataclass(slots=True)
class Lists:
    """Lists of rows one after the other; list i has the rows start[i] to start[i + 1] - 1.

    entity, link and code hold a row each: entity index, n_link, evidence code.
    """

    start: Ints
    entity: U32
    link: U32
    code: npt.NDArray[np.int32]


def surfaces_of(table: pa.Table) -> tuple[pa.ChunkedArray, Ints]:
    """The distinct surfaces of a shard in order, and the row where each begins."""
    surface = table.column("surface").combine_chunks()
    if not len(surface):
        return pa.chunked_array([surface]), np.zeros(0, np.int64)
    changes = pc.not_equal(surface.slice(1), surface.slice(0, len(surface) - 1))
    begins = np.concatenate([np.zeros(1, np.int64), np.flatnonzero(changes.to_numpy(zero_copy_only=False)) + 1])
    return pa.chunked_array([surface.take(pa.array(begins))]), begins


def iter_surfaces(mentions: Reader) -> Iterator[str]:
    """Every surface of mentions/ once, in shard order."""
    for table in mentions.tables(["surface"]):
        yield from iter_text(surfaces_of(table)[0])


def read_lists(
    mentions: Reader, surfaces: marisa_trie.Trie, entities: EntityIndex, codes: EvidenceCodes, weights: Ints
) -> tuple[Lists, list[U32]]:
    """All rows of mentions/, uncut, list i = the surface with trie id i; and the ids of each shard's surfaces.

    Raises:
        ArtifactError: rows are not in the order that the weights give, or a surface stands in two shards.
    """
    lengths = np.zeros(len(surfaces), np.int64)
    shards = []
    for name, table in zip(mentions.shards, mentions.tables(COLUMNS), strict=True):
        texts, begins = surfaces_of(table)
        ids = np.fromiter(map(surfaces.get, iter_text(texts)), np.int64, len(texts))
        sizes = np.diff(np.append(begins, table.num_rows))
        if lengths[ids].any() or len(np.unique(ids)) != len(ids):
            raise ArtifactError(f"mentions/{name.name}: a surface stands in two places; the artifact is damaged")
        lengths[ids] = sizes
        rows = _shard_rows(table, entities, codes)
        _check_order(table, begins, weights, name.name)
        shards.append((ids.astype(np.uint32), sizes.astype(np.uint32), begins.astype(np.uint32), rows))
    return _arrange(lengths, shards), [ids for ids, *_ in shards]


def _shard_rows(table: pa.Table, entities: EntityIndex, codes: EvidenceCodes) -> Rows:
    links = table.column("n_link").to_numpy()
    if links.max(initial=0) >= NONE:
        raise ArtifactError(f"mentions/ holds n_link = {links.max()}; the store takes counts below 2^32")
    places = entities.index_of(table.column("entity_id").to_numpy(), "mentions/")
    return places.astype(np.uint32), links.astype(np.uint32), codes.encode(evidence_columns(table))


def _check_order(table: pa.Table, begins: Ints, weights: Ints, shard: str) -> None:
    """Rows of a surface must stand by (−c, entity_id), c reckoned with the given weights."""
    c = table.column("n_link").to_numpy() + sum(w * e for w, e in zip(weights, evidence_columns(table), strict=True))
    ids = table.column("entity_id").to_numpy()
    is_wrong = (c[1:] > c[:-1]) | ((c[1:] == c[:-1]) & (ids[1:] <= ids[:-1]))
    is_wrong[begins[1:] - 1] = False
    if is_wrong.any() or (c <= 0).any():
        raise ArtifactError(
            f"mentions/{shard} is not in the order that the weights give; was it made with other weights?"
        )


def _arrange(lengths: Ints, shards: list[tuple[U32, U32, U32, Rows]]) -> Lists:
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    n = int(start[-1])
    lists = Lists(start, np.empty(n, np.uint32), np.empty(n, np.uint32), np.empty(n, np.int32))
    for ids, sizes, begins, (entity, link, code) in shards:
        to = np.repeat(start[ids] - begins, sizes) + np.arange(len(entity))
        lists.entity[to], lists.link[to], lists.code[to] = entity, link, code
    return lists
