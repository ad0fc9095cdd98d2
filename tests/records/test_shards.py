"""Shards: the same rows give the same bytes; wrong tables and damaged files are refused."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import schemas, shards
from pipeline.records.columns import Columns
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import read_groups, read_shard
from pipeline.records.shards import (
    ROW_GROUP_BYTES,
    concat,
    conform,
    describe_shard,
    empty_table,
    is_intact,
    write_shard,
    write_tables,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
INLINKS = schemas.INLINK_COUNTS


def entities(n, lead_chars=30):
    columns = Columns(schemas.ENTITIES)
    for number in range(n):
        lead = (f"{number} " * lead_chars)[:lead_chars]
        qid = f"Q{number}" if number % 3 else None
        time = "2021-01-01T00:00:00Z" if number % 5 else ""
        columns.append(
            (number, f"T{number}", qid, "article", lead, ["a", "b"][: number % 3], None, None, None, 1, 1, 7, time)
        )
    return columns.take()


def inlinks(**changes):
    columns = {"target": ["b", "a"], "n_links": [2, 1], "n_pages": [1, 1]} | changes
    return pa.table(columns)


def shuffled(table, seed, chunk_rows):
    """The same rows in another order and another cut."""
    order = list(range(table.num_rows))
    random.Random(seed).shuffle(order)
    mixed = table.take(pa.array(order, pa.int64()))
    parts = [mixed.slice(start, chunk_rows) for start in range(0, len(order), chunk_rows)]
    return pa.concat_tables([empty_table(schemas.ENTITIES), *parts])


@settings(max_examples=25, deadline=None)
@given(n=st.integers(0, 60), seed=st.integers(0, 99), chunk_rows=st.integers(1, 20))
def test_order_and_chunks_do_not_change_the_bytes(tmp_path_factory, n, seed, chunk_rows):
    folder = tmp_path_factory.mktemp("shards")
    table = entities(n)
    one = write_shard(table, folder / "one.parquet", schemas.ENTITIES)
    other = write_shard(shuffled(table, seed, chunk_rows), folder / "other.parquet", schemas.ENTITIES)
    assert (one.sha256, one.rows) == (other.sha256, other.rows) == (one.sha256, n)


def test_large_rows_are_cut_into_the_same_groups_however_they_came(tmp_path):
    table = entities(40_000, lead_chars=2_000)
    one = write_shard(table, tmp_path / "one.parquet", schemas.ENTITIES)
    other = write_shard(shuffled(table, 1, 999), tmp_path / "other.parquet", schemas.ENTITIES)
    in_order = pa.concat_tables([table.slice(start, 700) for start in range(0, 40_000, 700)])
    third = write_shard(in_order, tmp_path / "third.parquet", schemas.ENTITIES, is_sorted=True)
    assert one.sha256 == other.sha256 == third.sha256
    groups = pq.ParquetFile(tmp_path / "one.parquet").metadata
    assert groups.num_row_groups == 2
    assert groups.row_group(0).num_rows * 2_000 <= ROW_GROUP_BYTES


def test_rows_stand_in_the_schemas_order(tmp_path):
    write_shard(inlinks(), tmp_path / "x.parquet", INLINKS)
    assert read_shard(tmp_path / "x.parquet").column("target").to_pylist() == ["a", "b"]


def test_a_descending_column_is_obeyed(tmp_path):
    rows = [("s", "s", number, "E", "article", 1, 0, 0, 0, 0, p) for number, p in [(5, 0.2), (9, 0.4), (7, 0.4)]]
    columns = Columns(schemas.MENTIONS)
    columns.extend(rows)
    write_shard(columns.take(), tmp_path / "x.parquet", schemas.MENTIONS)
    assert read_shard(tmp_path / "x.parquet").column("entity_id").to_pylist() == [7, 9, 5]


def test_no_half_file_stays(tmp_path):
    write_shard(inlinks(), tmp_path / "x.parquet", INLINKS)
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]


@pytest.mark.parametrize(
    "artifact", [schemas.ENTITIES, schemas.PAGES, schemas.ARTICLES, schemas.ERRORS], ids=lambda s: s.name
)
def test_a_shard_reads_back_as_its_schema(tmp_path, artifact):
    write_shard(empty_table(artifact), tmp_path / "x.parquet", artifact)
    assert read_shard(tmp_path / "x.parquet").schema.equals(artifact.arrow, check_metadata=True)


def test_values_survive_the_round_trip(tmp_path):
    table = entities(20)
    write_shard(table, tmp_path / "x.parquet", schemas.ENTITIES)
    assert concat([read_shard(tmp_path / "x.parquet")], schemas.ENTITIES).to_pylist() == table.to_pylist()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (inlinks(target=["a", None]), "inlink_counts/target holds nulls"),
        (inlinks(n_links=pa.array([None, 1], pa.int64())), "inlink_counts/n_links holds nulls"),
        (inlinks(n_links=["12", "1"]), "n_links should be int64, not string"),
        (inlinks(n_links=[True, False]), "n_links should be int64, not bool"),
        (inlinks(n_links=[1.0, 2.0]), "n_links should be int64, not double"),
        (inlinks(n_links=[[1], [2]]), "n_links should be int64, not list"),
        (inlinks(target=[1, 2]), "target should be string, not int64"),
        (inlinks(n_links=pa.array([1 << 63, 1], pa.uint64())), "does not fit inlink_counts/"),
        (pa.table({"target": ["a"]}), "lacks the columns n_links, n_pages"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path, table, message):
    with pytest.raises(ArtifactError, match=message):
        write_shard(table, tmp_path / "x.parquet", INLINKS)
    assert list(tmp_path.iterdir()) == []


def test_a_null_inside_a_list_is_refused():
    table = entities(2)
    place = table.schema.get_field_index("categories")
    table = table.set_column(place, "categories", pa.array([["a", None], []]))
    with pytest.raises(ArtifactError, match="entities/categories holds nulls"):
        conform(table, schemas.ENTITIES)


def test_storage_alike_is_cast():
    table = inlinks(
        target=pa.array(["a", "b"]).dictionary_encode(), n_links=pa.array([1, 2], pa.int32()), more=["x", "y"]
    )
    assert conform(table, INLINKS).schema.equals(INLINKS.arrow, check_metadata=True)


def test_a_damaged_file_is_noticed(tmp_path):
    path = tmp_path / "x.parquet"
    shard = write_shard(entities(5_000), path, schemas.ENTITIES)
    assert is_intact(path, shard)
    assert describe_shard(path, 5_000) == shard
    raw = path.read_bytes()
    group = pq.ParquetFile(path).metadata.row_group(0)
    for column in (group.column(number) for number in range(group.num_columns)):
        begin = column.dictionary_page_offset or column.data_page_offset
        last = begin + column.total_compressed_size - 1
        path.write_bytes(raw[:last] + bytes([raw[last] ^ 0x10]) + raw[last + 1 :])
        assert not is_intact(path, shard)
        with pytest.raises(ArtifactError, match="cannot be read"):
            read_shard(path)


@pytest.mark.parametrize("n_bytes", [0, 3, 100, -1])
def test_a_cut_file_is_refused(tmp_path, n_bytes):
    path = tmp_path / "x.parquet"
    shard = write_shard(inlinks(), path, INLINKS)
    path.write_bytes(path.read_bytes()[:n_bytes])
    assert not is_intact(path, shard)
    with pytest.raises(ArtifactError, match=r"x\.parquet cannot be read"):
        read_shard(path)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="cannot be read"):
        read_shard(tmp_path / "none.parquet")


@given(st.lists(st.tuples(TEXT, st.integers(0, 2**62), st.integers(0, 2**62)), max_size=20))
def test_concat_keeps_every_row(rows):
    columns = Columns(INLINKS)
    columns.extend(rows)
    table = columns.take()
    parts = [table.slice(start, 3) for start in range(0, len(rows), 3)]
    assert [tuple(row.values()) for row in concat(parts, INLINKS).to_pylist()] == rows
    assert len(columns) == 0


@settings(max_examples=25, deadline=None)
@given(n=st.integers(0, 60), cut=st.integers(1, 70), group=st.integers(1, 40), is_sorted=st.booleans())
def test_a_shard_in_tables_has_the_bytes_of_one_table(tmp_path_factory, n, cut, group, is_sorted):
    folder = tmp_path_factory.mktemp("shards")
    table = entities(n)
    parts = [table.slice(start, cut) for start in range(0, n, cut)]
    given = parts if is_sorted else [shuffled(part, 1, 7) for part in parts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "ROW_GROUP_ROWS", group)
        one = write_shard(table, folder / "one.parquet", schemas.ENTITIES)
        two = write_tables(given, folder / "two.parquet", schemas.ENTITIES, is_sorted=is_sorted)
    assert (one.rows, one.sha256) == (two.rows, two.sha256)
    groups = list(read_groups(folder / "two.parquet"))
    assert [part.num_rows for part in groups] == [min(group, n - start) for start in range(0, n, group)]
    assert concat(groups, schemas.ENTITIES).equals(table)


def test_long_rows_in_tables_fill_bounded_row_groups(tmp_path):
    table = entities(150, lead_chars=1_000_000)
    write_tables([table.slice(start, 50) for start in (0, 50, 100)], tmp_path / "x.parquet", schemas.ENTITIES)
    groups = list(read_groups(tmp_path / "x.parquet"))
    assert [group.num_rows for group in groups] == [67, 67, 16]
    assert max(group.nbytes for group in groups) <= ROW_GROUP_BYTES + 1_100_000


def test_a_wrong_table_among_right_ones_leaves_no_file(tmp_path):
    with pytest.raises(ArtifactError, match="lacks the columns"):
        write_tables([inlinks(), pa.table({"target": ["c"]})], tmp_path / "x.parquet", INLINKS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("group", [1, 3, 100])
def test_only_rows_between_two_ids_are_read(tmp_path, monkeypatch, group):
    monkeypatch.setattr(shards, "ROW_GROUP_ROWS", group)
    write_shard(entities(10), tmp_path / "x.parquet", schemas.ENTITIES)
    groups = list(read_groups(tmp_path / "x.parquet", ["title", "entity_id"], between=("entity_id", 3, 5)))
    assert [row["entity_id"] for part in groups for row in part.to_pylist()] == [3, 4, 5]
    assert len(groups) == {1: 3, 3: 1, 100: 1}[group]
    assert list(read_groups(tmp_path / "x.parquet", between=("entity_id", 11, 20))) == []


def test_groups_of_a_damaged_file_are_refused(tmp_path):
    write_shard(entities(10), tmp_path / "x.parquet", schemas.ENTITIES)
    (tmp_path / "x.parquet").write_bytes((tmp_path / "x.parquet").read_bytes()[:-3])
    with pytest.raises(ArtifactError, match=r"x\.parquet cannot be read"):
        list(read_groups(tmp_path / "x.parquet"))
