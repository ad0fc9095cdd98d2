"""All pages of a wiki in few bytes each: ids, titles, kinds."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from pipeline.kb.tables import positions
from pipeline.kb.title_index import TitleIndex
from pipeline.records.errors import ArtifactError
from pipeline.records.names import PageKind

KIND_NAMES = tuple(str(kind) for kind in PageKind)
_KINDS = pa.array(KIND_NAMES)


class PageTable:
    """P pages by ascending id, each with a title of its own.

    Attributes:
        page_id: (P,) int64, ascending.
        kind: (P,) int8 places in `KIND_NAMES`.
        index: the titles.
        duplicates: (D,) ascending ids of the pages left out, because one with a lower id has their title.
        duplicate_kind: (D,) int8 kinds of those.
    """

    def __init__(self, pages: Iterable[pa.Table]) -> None:
        """Read rows of pages (page_id, title, kind) by ascending id.

        Raises:
            ArtifactError: the ids do not ascend.
        """
        self.page_id, titles, self.kind = _read(pages)
        if (np.diff(self.page_id) <= 0).any():
            raise ArtifactError("the shards of pages/ are not in the order of page ids")
        self.index = TitleIndex(titles)
        twice = self.index.repeated()
        self.duplicates, self.duplicate_kind = self.page_id[twice], self.kind[twice]
        if len(twice):
            keep = np.ones(len(self.page_id), dtype=bool)
            keep[twice] = False
            self.page_id, self.kind = self.page_id[keep], self.kind[keep]
            self.index = TitleIndex(titles.filter(pa.array(keep)))

    def __len__(self) -> int:
        return len(self.page_id)

    def rows_of(self, page_id: pa.ChunkedArray) -> np.ndarray:
        """(N,) int64 rows of page ids, -1 for pages that are not here."""
        wanted = page_id.to_numpy()
        rows = np.searchsorted(self.page_id, wanted)
        if not len(self):
            return np.full(len(wanted), -1)
        is_here = self.page_id[np.minimum(rows, len(self) - 1)] == wanted
        return np.where(is_here, rows, -1)

    def rows_between(self, low: int, high: int) -> np.ndarray:
        """Rows of the pages with ids from `low` up to `high`, that one left out."""
        return np.arange(*np.searchsorted(self.page_id, (low, high)))

    def ids(self, rows: np.ndarray) -> pa.Array:
        """Page ids of rows, null for -1."""
        return _take(self.page_id, rows)

    def titles(self, rows: np.ndarray) -> pa.Array:
        """Titles of rows, null for -1."""
        return self.index.titles.take(pa.array(rows, mask=rows < 0)).cast(pa.string())

    def kinds(self, rows: np.ndarray) -> pa.Array:
        """Names of the kinds of rows, null for -1."""
        return _KINDS.take(_take(self.kind, rows))

    def has_kind(self, rows: np.ndarray, kinds: Iterable[PageKind]) -> np.ndarray:
        """Whether each row is a page of one of the kinds; -1 is none."""
        wanted = np.zeros(len(KIND_NAMES) + 1, dtype=bool)
        wanted[[KIND_NAMES.index(kind) for kind in kinds]] = True
        has: np.ndarray = wanted[np.where(rows < 0, -1, _pick(self.kind, rows))]
        return has


def _take(values: np.ndarray, rows: np.ndarray) -> pa.Array:
    return pa.array(_pick(values, rows), mask=rows < 0)


def _pick(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """`values` of rows; anything for -1, even where there is no value at all."""
    return values[rows] if len(values) else np.zeros(len(rows), values.dtype)


def _read(pages: Iterable[pa.Table]) -> tuple[np.ndarray, pa.LargeStringArray, np.ndarray]:
    ids, titles, kinds = [np.zeros(0, np.int64)], [pa.array([], pa.large_string())], [np.zeros(0, np.int8)]
    for table in pages:
        ids.append(table["page_id"].to_numpy().copy())
        titles.extend(table["title"].cast(pa.large_string()).chunks)
        kinds.append(positions(table["kind"], pa.chunked_array([_KINDS])).astype(np.int8))
    return np.concatenate(ids), pa.concat_arrays(titles), np.concatenate(kinds)
