"""Staging shards merged by spans of page ids."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import schemas
from pipeline.records.errors import InputError
from pipeline.records.shards import write_shard
from pipeline.transforms.compact_span import MAX_SHARDS, MIN_SPAN_BITS, compact_span, plan_compaction, span_bits


@given(st.integers(0, 2**40))
def test_spans_are_the_smallest_that_give_256_shards(max_page_id):
    bits = span_bits(max_page_id)
    assert max_page_id >> bits < MAX_SHARDS
    assert bits == MIN_SPAN_BITS or max_page_id >> (bits - 1) >= MAX_SHARDS


def redirects(ids):
    n = len(ids)
    return pa.table([ids, [f"R{i}" for i in ids], ["T"] * n, [""] * n, ["ok"] * n], schema=schemas.RAW_REDIRECTS.arrow)


def stage(folder: Path, groups):
    """One staging shard per group of page ids; the records that extraction would leave."""
    (folder / "raw_redirects").mkdir()
    records = []
    for number, ids in enumerate(groups):
        name = f"unit.{number}.parquet"
        write_shard(redirects(ids), folder / "raw_redirects" / name, schemas.RAW_REDIRECTS, is_sorted=True)
        records.append({"artifact": "raw_redirects", "name": name, "min_id": min(ids), "max_id": max(ids)})
    return records


def ids_of(unit):
    return [i for piece in compact_span(unit, schemas.RAW_REDIRECTS) for i in piece["page_id"].to_pylist()]


def test_every_row_comes_out_once_whatever_the_order_of_ids(tmp_path):
    groups = [[5, 70_000, 3], [40_000, 16_384], [16_383, 90_000]]
    units = plan_compaction(stage(tmp_path, groups), tmp_path, 14)["raw_redirects"]
    spans = {unit.number: ids_of(unit) for unit in units}
    assert sorted(i for ids in spans.values() for i in ids) == sorted(i for ids in groups for i in ids)
    assert all(i >> 14 == number for number, ids in spans.items() for i in ids)


def test_dead_letters_have_no_span(tmp_path):
    assert plan_compaction([{"artifact": "errors", "name": "unit.0.parquet"}], tmp_path, 14) == {}


def test_a_page_id_that_occurs_twice_is_named_with_both_titles(tmp_path):
    (tmp_path / "pages").mkdir()
    rows = [(7, 0, title, "article", None, None, 1, "wikitext") for title in ("Lion", "Tiger")]
    table = pa.table([list(column) for column in zip(*rows, strict=True)], schema=schemas.PAGES.arrow)
    write_shard(table, tmp_path / "pages" / "unit.0.parquet", schemas.PAGES)
    units = plan_compaction([{"artifact": "pages", "name": "unit.0.parquet", "min_id": 7, "max_id": 7}], tmp_path, 14)
    with pytest.raises(InputError, match="page id 7 occurs twice in the dump \\('Lion' and 'Tiger'\\)"):
        list(compact_span(units["pages"][0], schemas.PAGES))


def test_a_wide_span_comes_in_pieces_that_ids_alone_decide(tmp_path):
    """Whatever shards the ids were staged in, each piece has the same rows."""
    ids = [0, 1, 32_767, 32_768, 500_000, 2**20 - 1]
    pieces = []
    for number, groups in enumerate(([ids], [ids[::-1]], [[ids[0], ids[5]], ids[1:3], [ids[4], ids[3]]])):
        folder = tmp_path / str(number)
        folder.mkdir()
        (unit,) = plan_compaction(stage(folder, groups), folder, 20)["raw_redirects"]
        tables = compact_span(unit, schemas.RAW_REDIRECTS)
        pieces.append([rows for table in tables if (rows := sorted(table["page_id"].to_pylist()))])
    assert pieces[0] == [ids[:3], [32_768], [500_000], [2**20 - 1]]
    assert pieces[1] == pieces[2] == pieces[0]


def test_a_span_of_vast_ids_has_few_pieces(tmp_path):
    bits = span_bits(2**62)
    (unit,) = plan_compaction(stage(tmp_path, [[2**62 - 1, 2**62 - 2**50]]), tmp_path, bits)["raw_redirects"]
    assert len(list(compact_span(unit, schemas.RAW_REDIRECTS))) <= 32
