"""Look-ups of titles against a dictionary, equal hashes included."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kb import title_index
from pipeline.kb.page_table import KIND_NAMES, PageTable
from pipeline.kb.title_index import TitleIndex
from pipeline.records.errors import ArtifactError
from pipeline.records.names import PageKind

TEXTS = st.lists(st.text("abé\u00df \U0001f600", max_size=4), max_size=40)


def weak_hashes(texts):
    """Three hashes for all texts there are."""
    return np.array([len(text) % 3 for text in texts.to_pylist()], dtype=np.uint64)


@pytest.mark.parametrize("hashes", [None, weak_hashes], ids=["own hashes", "three hashes"])
@pytest.mark.parametrize("block", [None, 3], ids=["one block", "blocks of three"])
@given(titles=TEXTS, wanted=TEXTS)
def test_each_title_is_found_where_it_first_stands(hashes, block, titles, wanted):
    with pytest.MonkeyPatch.context() as patch:
        if hashes is not None:
            patch.setattr(title_index, "_hashes", hashes)
        if block is not None:
            patch.setattr(title_index, "_BLOCK", block)
        index = TitleIndex(pa.array(titles, pa.large_string()))
        asked = [*wanted, *titles]
        expected = [titles.index(text) if text in titles else -1 for text in asked]
        assert index.find(pa.array(asked, pa.string())).tolist() == expected
        assert index.find(pa.chunked_array([wanted, titles], pa.string())).tolist() == expected
        twice = [row for row, title in enumerate(titles) if titles.index(title) != row]
        assert index.repeated().tolist() == twice


def test_a_null_is_no_title():
    index = TitleIndex(pa.array(["", "a"], pa.large_string()))
    assert index.find(pa.array([None, "a", ""], pa.string())).tolist() == [-1, 1, 0]


def pages(*rows):
    return pa.table({"page_id": [r[0] for r in rows], "title": [r[1] for r in rows], "kind": [r[2] for r in rows]})


def test_of_pages_with_one_title_the_first_stays():
    table = PageTable(
        [pages((1, "A", "article"), (4, "B", "redirect")), pages((7, "A", "redirect"), (9, "A", "article"))]
    )
    assert table.page_id.tolist() == [1, 4]
    assert table.duplicates.tolist() == [7, 9]
    assert [KIND_NAMES[kind] for kind in table.duplicate_kind] == ["redirect", "article"]
    assert table.index.find(pa.array(["B", "A", "C"])).tolist() == [1, 0, -1]
    assert table.rows_of(pa.chunked_array([[9, 4, 1, 7, 100, 0]])).tolist() == [-1, 1, 0, -1, -1, -1]


def test_rows_tell_what_pages_are():
    table = PageTable([pages((1, "A", "article"), (4, "B", "surname"), (6, "C", "article"))])
    rows = np.array([2, -1, 1])
    assert table.titles(rows).to_pylist() == ["C", None, "B"]
    assert table.ids(rows).to_pylist() == [6, None, 4]
    assert table.kinds(rows).to_pylist() == ["article", None, "surname"]
    assert table.has_kind(rows, (PageKind.ARTICLE,)).tolist() == [True, False, False]
    assert table.rows_between(2, 6).tolist() == [1]


def test_a_wiki_without_pages():
    table = PageTable([])
    rows = np.array([-1, -1])
    assert len(table) == 0
    assert (
        table.titles(rows).to_pylist() == table.ids(rows).to_pylist() == table.kinds(rows).to_pylist() == [None, None]
    )
    assert table.has_kind(rows, (PageKind.ARTICLE,)).tolist() == [False, False]
    assert table.rows_of(pa.chunked_array([[3]])).tolist() == [-1]


def test_pages_out_of_order_are_refused():
    with pytest.raises(ArtifactError, match="not in the order of page ids"):
        PageTable([pages((4, "A", "article")), pages((1, "B", "article"))])
