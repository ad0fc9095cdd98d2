"""Shards with pictures: small row groups, bytes as they are."""

import random

import pyarrow.parquet as pq
import pytest

from pipeline.records.columns import Columns
from pipeline.records.images_schemas import IMAGES
from pipeline.records.shards import write_tables


def table(start, n_rows, n_bytes):
    columns = Columns(IMAGES)
    place = IMAGES.names.index("image_bytes")
    empty = ["", "", "", "", "ok", "", "", "jpg", 1, 1, "", 1, 1, 1, "jpg", b"", 1, "", "", None, None]
    for number in range(start, start + n_rows):
        row = [*empty, False, False, None, "", "", None, None, None, None]
        row[0], row[place] = f"{number:016x}", random.Random(number).randbytes(n_bytes)
        columns.append(row)
    return columns.take()


def groups(path):
    metadata = pq.ParquetFile(path).metadata
    return [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]


@pytest.mark.parametrize(
    ("n_bytes", "expected"), [(10, [1000, 1000, 500]), (100_000, [670, 670, 670, 490]), (400_000, [200] * 12 + [100])]
)
def test_row_groups_hold_200_to_1000_rows(tmp_path, n_bytes, expected):
    tables = (table(start, 500, n_bytes) for start in range(0, 2500, 500))
    write_tables(tables, tmp_path / "a.parquet", IMAGES, is_sorted=True)
    found = groups(tmp_path / "a.parquet")
    assert sum(found) == 2500
    assert all(200 <= n <= 1000 for n in found[:-1])
    assert len(found) == pytest.approx(len(expected), abs=1)


def test_pictures_come_back_as_they_are(tmp_path):
    given = table(0, 30, 5000)
    shard = write_tables([given], tmp_path / "a.parquet", IMAGES)
    again = write_tables([given.slice(0, 30)], tmp_path / "b.parquet", IMAGES)
    assert pq.read_table(tmp_path / "a.parquet")["image_bytes"].to_pylist() == given["image_bytes"].to_pylist()
    assert shard.sha256 == again.sha256
