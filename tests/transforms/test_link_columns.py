"""The links of many pages as one table."""

import pytest

from pipeline.records.columns import _PACKED_ROWS
from pipeline.records.schemas import LINKS
from pipeline.transforms.link_columns import LinkColumns
from pipeline.wikitext.link_rows import NO_LINKS, LinkRows


def page_rows(n):
    return LinkRows(["T"] * n, [""] * n, ["s"] * n, bytes(n), b"\1" * n, list(range(1, n + 1)))


@pytest.mark.parametrize("sizes", [[], [0], [2], [1, 0, 3], [_PACKED_ROWS], [_PACKED_ROWS, 0], [_PACKED_ROWS + 1, 2]])
def test_all_rows_come_whatever_waits_at_the_end(sizes):
    columns = LinkColumns()
    for _ in range(2):  # it starts anew
        for page_id, n in enumerate(sizes, 1):
            columns.add_page(page_id, f"P{page_id}", page_rows(n) if n else NO_LINKS)
        assert len(columns) == sum(sizes)
        table = columns.take()
        assert table.schema == LINKS.arrow
        assert table["page_title"].to_pylist() == [f"P{page}" for page, n in enumerate(sizes, 1) for _ in range(n)]
        assert table["n"].to_pylist() == [count for n in sizes for count in range(1, n + 1)]
        assert len(columns) == 0
