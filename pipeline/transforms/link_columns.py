"""The links of many pages on their way to Arrow."""

import numpy as np
import pyarrow as pa

from pipeline.records import schemas
from pipeline.records.columns import Columns, text_array
from pipeline.wikitext.link_places import CONTEXTS
from pipeline.wikitext.link_rows import LinkRows

_CONTEXTS = pa.array(CONTEXTS)


class LinkColumns(Columns):
    """A growing `links` table; what a page repeats in each of its rows is held once."""

    def __init__(self) -> None:
        super().__init__(schemas.LINKS)
        self._begin()

    @property
    def n_waiting(self) -> int:
        """Rows that are no Arrow arrays yet."""
        return len(self._counts)

    def add_page(self, page_id: int, title: str, rows: LinkRows) -> None:
        """Add the links of one page."""
        self._pages.append((page_id, title, len(rows.counts)))
        self._targets += rows.targets
        self._fragments += rows.fragments
        self._surfaces += rows.surfaces
        self._contexts += rows.contexts
        self._in_template += rows.in_template
        self._counts += rows.counts
        self._pack_many()

    def arrays(self) -> list[pa.Array]:
        """The rows that wait, which begin anew: an array a column."""
        page_ids, titles, lengths = zip(*self._pages, strict=True)
        pages = np.repeat(np.arange(len(lengths)), lengths)
        arrays = [
            pa.array(np.array(page_ids, np.int64)[pages]),
            pa.array(titles).take(pa.array(pages)),
            text_array(self._targets),
            text_array(self._fragments),
            text_array(self._surfaces),
            _CONTEXTS.take(pa.array(np.frombuffer(self._contexts, np.uint8))),
            pa.array(np.frombuffer(self._in_template, np.bool_)),
            pa.array(np.array(self._counts, np.int64)),
        ]
        self._begin()
        return arrays

    def _begin(self) -> None:
        self._pages: list[tuple[int, str, int]] = []
        self._targets: list[str] = []
        self._fragments: list[str] = []
        self._surfaces: list[str] = []
        self._contexts, self._in_template = bytearray(), bytearray()
        self._counts: list[int] = []
