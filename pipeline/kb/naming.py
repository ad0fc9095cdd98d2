"""Titles resolved: what every title, list item and hatnote stands for."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.chains import STATUS_NAMES, Ends, follow_redirects
from pipeline.kb.tables import as_chunked, bare_forms, positions, surface_keys, table_of
from pipeline.records import schemas
from pipeline.records.digest import red_entity_id
from pipeline.records.names import ITEM_KINDS, DropReason, PageKind, RedirectStatus
from pipeline.records.shards import conform

_MISSING = STATUS_NAMES.index(RedirectStatus.MISSING)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What N titles stand for.

    Attributes:
        title: (N,) text, title where redirects end; null for loops and other wikis.
        page: (N,) int64 row of that page in `Naming.pages`, -1 when no page has the title.
        entity_id: (N,) int64, null when it is no candidate; negative for a red entity.
    """

    title: pa.ChunkedArray
    page: np.ndarray
    entity_id: pa.ChunkedArray


class Naming:
    """All titles of a wiki and where they end (KB definitions, sections 3 and 4)."""

    def __init__(self, pages: pa.Table, raw_redirects: pa.Table, *, keep_red_links: bool) -> None:
        """Read pages and redirects; of two pages with one title the older page id stays."""
        pages = pages.select(["page_id", "title", "kind"]).sort_by("page_id")
        first = positions(pages["title"], pages["title"]) == np.arange(pages.num_rows)
        self.n_duplicates = int((~first).sum())
        self.pages = pages.filter(pa.array(first)).combine_chunks()
        is_kept = pc.is_in(raw_redirects["page_id"], value_set=self.pages["page_id"].combine_chunks())
        self.raw_redirects = raw_redirects.filter(is_kept).sort_by("page_id").combine_chunks()
        self.keep_red_links = keep_red_links
        self.ends: Ends = follow_redirects(self.pages["title"], self.pages["kind"], self.raw_redirects)
        self._redirect_of_page = np.full(self.pages.num_rows, -1, dtype=np.int64)
        self._redirect_of_page[positions(self.raw_redirects["page_id"], self.pages["page_id"])] = np.arange(
            self.raw_redirects.num_rows
        )
        self._end_title = self._end_titles()

    def redirects(self) -> pa.Table:
        """Rows of redirects."""
        status = pa.array(STATUS_NAMES).take(pa.array(self.ends.status))
        return conform(
            self.raw_redirects.drop_columns(["status"])
            .append_column("resolved", self._end_title)
            .append_column("hops", pa.array(self.ends.hops))
            .append_column("status", status),
            schemas.REDIRECTS,
        )

    def titles(self) -> pa.Table:
        """Rows of titles."""
        end = self._end_pages(np.arange(self.pages.num_rows))
        redirect = pa.array(self._redirect_of_page, mask=self._redirect_of_page < 0)
        fragment = pc.fill_null(self.raw_redirects["fragment"].take(redirect), "")
        resolved_kind = self._page_column("kind", end)
        resolved_id = self._page_column("page_id", end)
        return table_of(
            schemas.TITLES,
            title_key=self.pages["title"],
            page_id=self.pages["page_id"],
            kind=self.pages["kind"],
            fragment=fragment,
            entity_id=_where(pc.equal(resolved_kind, PageKind.ARTICLE.value), resolved_id),
            resolved_page_id=resolved_id,
            resolved_kind=resolved_kind,
        )

    def targets(self) -> pa.Table:
        """Rows of targets: the other side of the join with link counts."""
        resolved = self._resolve_pages(np.arange(self.pages.num_rows))
        is_red = pa.array((resolved.page < 0) & _valid(resolved.title))
        missing = pc.if_else(is_red, DropReason.RED_LINK.value, DropReason.NOT_A_CANDIDATE.value)
        return table_of(
            schemas.TARGETS,
            title_key=self.pages["title"],
            entity_id=resolved.entity_id,
            reason=pc.if_else(pc.is_valid(resolved.entity_id), "", missing),
            red_title=_where(is_red, resolved.title),
        )

    def resolve(self, titles: pa.ChunkedArray) -> Resolved:
        """What each of N title keys stands for."""
        row = positions(titles, self.pages["title"])
        resolved = self._resolve_pages(row)
        title = pc.if_else(pa.array(row < 0), titles, resolved.title)
        return Resolved(title, resolved.page, self._with_red(resolved.entity_id, title, resolved.page))

    def items(self, raw_items: pa.Table) -> pa.Table:
        """Rows of disambiguation: each redirect to a page is a further surface of its items."""
        end = self.ends.page
        kinds = pa.array([str(kind) for kind in ITEM_KINDS])
        lists_items = as_chunked(pc.is_in(self._page_column("kind", end), value_set=kinds)).to_numpy()
        others = pa.table(
            {
                "page_id": self._page_column("page_id", end[lists_items]),
                "surface": surface_keys(bare_forms(self.raw_redirects["title"].filter(pa.array(lists_items)))),
            }
        )
        renamed = raw_items.drop_columns(["surface"]).join(others, "page_id", join_type="inner", use_threads=False)
        rows = pa.concat_tables([raw_items, renamed.select(raw_items.column_names).cast(raw_items.schema)])
        rows = rows.group_by(rows.column_names, use_threads=False).aggregate([])
        return conform(rows.append_column("resolved", self.resolve(rows["target"]).title), schemas.DISAMBIGUATION)

    def hatnotes(self, raw_hatnotes: pa.Table) -> pa.Table:
        """Rows of hatnotes."""
        resolved = self.resolve(raw_hatnotes["target"])
        return conform(raw_hatnotes.append_column("resolved", resolved.title), schemas.HATNOTES)

    def _end_titles(self) -> pa.ChunkedArray:
        """(R,) title where each redirect ends, page or red; null for loops, other wikis and namespaces."""
        written = self.raw_redirects["target"].take(pa.array(self.ends.last))
        known = (self.ends.page >= 0) | (self.ends.status == _MISSING)
        return as_chunked(_where(pa.array(known), written))

    def _end_pages(self, rows: np.ndarray) -> np.ndarray:
        """Row of the page where each page row ends: itself unless it is a redirect."""
        redirect = self._redirect_of_page[rows]
        ends = np.append(self.ends.page, -1)
        return np.where(rows < 0, -1, np.where(redirect < 0, rows, ends[redirect]))

    def _resolve_pages(self, rows: np.ndarray) -> Resolved:
        end = self._end_pages(rows)
        redirect = np.where(rows < 0, -1, self._redirect_of_page[rows])
        title = pc.coalesce(
            self._end_title.take(pa.array(redirect, mask=redirect < 0)), self._page_column("title", end)
        )
        entity_id = _where(
            pc.equal(self._page_column("kind", end), PageKind.ARTICLE.value), self._page_column("page_id", end)
        )
        return Resolved(as_chunked(title), end, self._with_red(entity_id, title, end))

    def _with_red(self, entity_id: pa.ChunkedArray, title: pa.ChunkedArray, page: np.ndarray) -> pa.ChunkedArray:
        """`entity_id` with the ids of red entities, where those are kept."""
        if not self.keep_red_links:
            return as_chunked(entity_id)
        is_red = (page < 0) & _valid(title)
        ids = red_ids(as_chunked(title).filter(pa.array(is_red)))
        return as_chunked(pc.replace_with_mask(as_chunked(entity_id).combine_chunks(), pa.array(is_red), ids))

    def _page_column(self, name: str, rows: np.ndarray) -> pa.ChunkedArray:
        return self.pages[name].take(pa.array(rows, mask=rows < 0))


def red_ids(titles: pa.ChunkedArray) -> pa.Array:
    """Ids of red entities for (N,) titles, each distinct title hashed once."""
    encoded = titles.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    ids = pa.array([red_entity_id(title) for title in encoded.dictionary.to_pylist()], pa.int64())
    return ids.take(encoded.indices)


def _where(mask: pa.Array, values: pa.Array) -> pa.Array:
    """`values` where the mask is true, null elsewhere."""
    return pc.if_else(pc.fill_null(mask, False), values, None)


def _valid(values: pa.ChunkedArray) -> np.ndarray:
    valid: np.ndarray = as_chunked(pc.is_valid(values)).to_numpy()
    return valid
