"""Folded keys of the store, built: which list each fold answers with."""

from collections.abc import Iterator

import marisa_trie
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.store_counts import EVIDENCE_NAMES, EvidenceCodes
from pipeline.kb.store_entities import EntityIndex, iter_text
from pipeline.kb.store_files import NONE, StoreWriter
from pipeline.kb.store_lists import U32, Ints, Lists, surfaces_of
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import Reader

MERGE_ROWS = 1 << 21
"""Rows of folds merged at a time; bounds memory, changes no byte."""


def build_folds(
    mentions: Reader, surfaces: marisa_trie.Trie, ids: list[U32], writer: StoreWriter
) -> npt.NDArray[np.uint32]:
    """Write the trie of folds; returns the fold id of each surface.

    A fold that is itself a surface, and the fold of no other, gets no key (NONE): looking it up among the
    surfaces finds the same list. That leaves out every name that is only ever written in lower case.

    Args:
        mentions: the artifact.
        surfaces: trie of its surfaces.
        ids: trie ids of each shard's surfaces.
        writer: where the trie goes.
    """
    is_shared = _shared(mentions, surfaces)
    folds = writer.trie("folds", (key for _, keys in _folds_with_key(mentions, ids, is_shared) for key in keys))
    fold_of = np.full(len(surfaces), NONE, np.uint32)
    for owners, keys in _folds_with_key(mentions, ids, is_shared):
        fold_of[owners] = np.fromiter(map(folds.get, keys), np.int64, len(owners))
    return fold_of


def _iter_folds(mentions: Reader) -> Iterator[tuple[pa.ChunkedArray, npt.NDArray[np.bool_]]]:
    """Shard by shard: the fold of each surface, and whether it differs from the surface."""
    for table in mentions.tables(["surface", "surface_folded"]):
        surfaces, begins = surfaces_of(table)
        folded = table.column("surface_folded").take(pa.array(begins))
        yield folded, pc.not_equal(surfaces, folded).to_numpy()


def _shared(mentions: Reader, surfaces: marisa_trie.Trie) -> npt.NDArray[np.bool_]:
    """Which surfaces are the fold of another surface."""
    is_shared = np.zeros(len(surfaces), np.bool_)
    for folded, differs in _iter_folds(mentions):
        found = [at for at in map(surfaces.get, iter_text(folded.filter(pa.array(differs)))) if at is not None]
        is_shared[found] = True
    return is_shared


def _folds_with_key(
    mentions: Reader, ids: list[U32], is_shared: npt.NDArray[np.bool_]
) -> Iterator[tuple[U32, Iterator[str]]]:
    """Shard by shard: the surfaces whose folds get a key, and those folds."""
    for owners, (folded, differs) in zip(ids, _iter_folds(mentions), strict=True):
        is_wanted = differs | is_shared[owners]
        yield owners[is_wanted], iter_text(folded.filter(pa.array(is_wanted)))


def merge_folds(
    lists: Lists, fold_of: npt.NDArray[np.uint32], entities: EntityIndex, codes: EvidenceCodes, weights: Ints
) -> tuple[npt.NDArray[np.uint32], Lists]:
    """List number of each fold, and the lists of the folds that have several surfaces.

    A fold of one surface points to that surface's list; the others get numbers after the last surface.
    """
    members = np.flatnonzero(fold_of != NONE)
    members = members[np.argsort(fold_of[members], kind="stable")]
    folds = fold_of[members].astype(np.int64)
    sizes = np.bincount(folds)
    list_of = np.empty(len(sizes), np.uint32)
    is_single = sizes[folds] == 1
    list_of[folds[is_single]] = members[is_single]
    several = np.flatnonzero(sizes > 1)
    list_of[several] = len(fold_of) + np.arange(len(several))
    group = np.repeat(np.arange(len(several)), sizes[several])
    merged = _merge_in_parts(lists, members[~is_single], group, _Merger(entities, codes, weights))
    return list_of, merged


class _Merger:
    """Adds the rows of several surfaces up, entity by entity."""

    def __init__(self, entities: EntityIndex, codes: EvidenceCodes, weights: Ints) -> None:
        self._ids, self._codes, self._weights = entities.ids, codes, weights

    def merge(self, lists: Lists, members: Ints, group: Ints) -> tuple[Ints, Lists]:
        """(rows of each group, the rows), groups in order, rows by (−c, entity_id)."""
        sizes = lists.start[members + 1] - lists.start[members]
        ends = np.cumsum(sizes)
        rows = np.repeat(lists.start[members] - (ends - sizes), sizes) + np.arange(ends[-1])
        key = (np.repeat(group, sizes) << 32) | lists.entity[rows]
        order = np.argsort(key, kind="stable")
        key, rows = key[order], rows[order]
        begins = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        link = np.add.reduceat(lists.link[rows].astype(np.int64), begins)
        evidence = np.add.reduceat(self._codes.table()[lists.code[rows]], begins, axis=0)
        of, entity = key[begins] >> 32, key[begins] & NONE
        order = np.lexsort((self._ids[entity], -(link + evidence @ self._weights), of))
        if link.max() >= NONE:
            raise ArtifactError(f"the links of one fold add up to {link.max()}; the store takes counts below 2^32")
        code = self._codes.encode([evidence[order, i] for i in range(len(EVIDENCE_NAMES))])
        lengths = np.bincount(of - group[0])
        start = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        return lengths, Lists(start, entity[order].astype(np.uint32), link[order].astype(np.uint32), code)


def _merge_in_parts(lists: Lists, members: Ints, group: Ints, merger: _Merger) -> Lists:
    """Merge a bounded number of rows at a time; a group is never cut."""
    parts = [Lists(np.zeros(1, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.int32))]
    lengths = [np.zeros(0, np.int64)]
    rows = np.cumsum(lists.start[members + 1] - lists.start[members])
    at = 0
    while at < len(members):
        before = rows[at - 1] if at else 0
        to = max(int(np.searchsorted(rows, before + MERGE_ROWS)), at + 1)
        to = int(np.searchsorted(group, group[to - 1], side="right"))
        sizes, part = merger.merge(lists, members[at:to], group[at:to])
        parts.append(part)
        lengths.append(sizes)
        at = to
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate(lengths))])
    entity, link = (np.concatenate([getattr(part, name) for part in parts]) for name in ("entity", "link"))
    return Lists(start, entity, link, np.concatenate([part.code for part in parts]))
