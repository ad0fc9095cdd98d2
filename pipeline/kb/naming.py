"""Titles resolved: what every title and page stands for."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.chains import NO_REDIRECT, STATUS_NAMES, Ends, follow_redirects
from pipeline.kb.page_table import PageTable
from pipeline.kb.red_links import RedRule
from pipeline.kb.tables import as_chunked, positions
from pipeline.records.names import DropReason, PageKind, RedirectStatus

_OK, _MISSING = STATUS_NAMES.index(RedirectStatus.OK), STATUS_NAMES.index(RedirectStatus.MISSING)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What N titles stand for.

    Attributes:
        page: (N,) row of the page where redirects end, -1 when no page has the title.
        title: (N,) text, title where redirects end; null for loops and other wikis.
        entity_id: (N,) int64, null when it is no candidate; negative for a red entity.
        red_reason: why a red title has none.
    """

    page: np.ndarray
    title: pa.Array
    entity_id: pa.Array
    red_reason: str

    @property
    def is_red(self) -> np.ndarray:
        """(N,) whether no page has the title where redirects end."""
        is_red: np.ndarray = (self.page < 0) & _valid(self.title)
        return is_red

    @property
    def reason(self) -> pa.Array:
        """(N,) why there is no entity, '' where there is one."""
        missing = pc.if_else(pa.array(self.is_red), self.red_reason, DropReason.NOT_A_CANDIDATE.value)
        return pc.if_else(pc.is_valid(self.entity_id), "", missing)


class Naming:
    """All pages of a wiki and where they end (KB definitions, sections 3 and 4).

    Some 60 bytes a page, titles included. Rows are those of `pages`.
    """

    def __init__(self, pages: Iterable[pa.Table], raw_redirects: Iterable[pa.Table], *, red: RedRule) -> None:
        """Read pages and redirects by ascending page id; of two pages with one title the older page id stays."""
        self.pages = PageTable(pages)
        self.red = red
        target, status, self._red_rows, self._red_titles = _read_redirects(self.pages, raw_redirects)
        self.ends: Ends = follow_redirects(target, status)

    def of_rows(self, rows: np.ndarray) -> Resolved:
        """What the pages in N rows stand for; -1 for nothing."""
        return self._resolved(rows, None)

    def of_titles(self, titles: pa.Array | pa.ChunkedArray) -> Resolved:
        """What each of N title keys stands for."""
        return self._resolved(self.pages.index.find(titles), _whole(titles))

    def _resolved(self, rows: np.ndarray, titles: pa.Array | None) -> Resolved:
        """`titles`: what stands in the rows that are -1."""
        page = _of(self.ends.page, rows)
        title = pc.coalesce(self.pages.titles(page), self._red_ends(rows))
        if titles is not None:
            title = pc.if_else(pa.array(rows < 0), titles, title)
        entity_id = pc.if_else(
            pa.array(self.pages.has_kind(page, (PageKind.ARTICLE,))), self.pages.ids(page), pa.scalar(None, pa.int64())
        )
        resolved = Resolved(page, title, entity_id, self.red.reason())
        if not self.red.keep:
            return resolved
        is_red = pa.array(resolved.is_red)
        ids = self.red.ids(title.filter(is_red))
        return Resolved(page, title, pc.replace_with_mask(entity_id, is_red, ids), self.red.reason())

    def _red_ends(self, rows: np.ndarray) -> pa.Array:
        """Title where each redirect ends that ends at a missing page, null for the others."""
        is_missing = _of(self.ends.status, rows) == _MISSING
        at = np.searchsorted(self._red_rows, np.where(is_missing, _of(self.ends.last, rows), 0))
        return self._red_titles.take(pa.array(at, mask=~is_missing))


def _read_redirects(
    pages: PageTable, raw_redirects: Iterable[pa.Table]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, pa.Array]:
    """Target and status of every page, and the rows that name a missing page with the titles they name."""
    target, status = np.full(len(pages), -1, np.int32), np.full(len(pages), NO_REDIRECT, np.int8)
    red_rows, red_titles = [np.zeros(0, np.int64)], [pa.array([], pa.string())]
    names = pa.chunked_array([pa.array([str(name) for name in STATUS_NAMES])])
    for table in raw_redirects:
        rows = pages.rows_of(table["page_id"])
        kept, rows = table.filter(pa.array(rows >= 0)), rows[rows >= 0]
        target[rows] = pages.index.find(kept["target"])
        status[rows] = positions(kept["status"], names)
        is_red = (target[rows] < 0) & (status[rows] == _OK)
        red_rows.append(rows[is_red])
        red_titles.append(_whole(kept["target"].filter(pa.array(is_red))))
    return target, status, np.concatenate(red_rows), pa.concat_arrays(red_titles)


def _of(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """`values` of rows, -1 for -1."""
    if not len(values):
        return np.full(len(rows), -1)
    return np.where(rows < 0, -1, values[rows])


def _valid(values: pa.Array) -> np.ndarray:
    valid: np.ndarray = pc.is_valid(values).to_numpy(zero_copy_only=False)
    return valid


def _whole(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return as_chunked(values).combine_chunks()
