"""Rows gathered as columns."""

from datetime import UTC, datetime

import pytest

from pipeline.records import schemas
from pipeline.records.columns import Columns

PAGE = (1, 0, "A", "article", None, "2016-05-01T10:20:30Z", 12, "wikitext")


def test_rows_become_a_table_of_the_schema():
    columns = Columns(schemas.PAGES)
    columns.append(PAGE)
    columns.extend([PAGE, PAGE])
    assert len(columns) == 3
    table = columns.take()
    assert table.schema.equals(schemas.PAGES.arrow, check_metadata=True)
    assert table.column("timestamp")[0].as_py() == datetime(2016, 5, 1, 10, 20, 30, tzinfo=UTC)
    assert columns.take().num_rows == 0


@pytest.mark.parametrize("text", ["", "2016-05-01", "nonsense", "2016-13-01T00:00:00Z"])
def test_a_time_that_cannot_be_read_is_null(text):
    columns = Columns(schemas.PAGES)
    columns.append((*PAGE[:5], text, *PAGE[6:]))
    assert columns.take().column("timestamp").to_pylist() == [None]


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        Columns(schemas.PAGES).append(PAGE[:-1])
    with pytest.raises(ValueError, match="shorter"):
        Columns(schemas.PAGES).extend([PAGE, PAGE[:-1]])
