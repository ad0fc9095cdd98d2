"""Manifests: a folder opens only when it was finished and is what it should be."""

import json

import pyarrow as pa
import pytest

from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import MANIFEST, SUCCESS, is_finished, open_artifact, publish, write_json, write_manifest
from pipeline.records.schemas import INLINK_COUNTS, TITLES
from pipeline.records.shards import write_shard


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "inlink_counts"
    folder.mkdir()
    shards = [write_rows(folder, number) for number in (1, 0)]
    write_manifest(folder, INLINK_COUNTS, "stage-1", shards)
    return folder


def write_rows(folder, number):
    table = pa.table({"target": [f"T{number}"], "n_links": [number], "n_pages": [1]})
    return write_shard(table, folder / f"part-{number:05}.parquet", INLINK_COUNTS)


def test_a_finished_folder_opens(folder):
    reader = open_artifact(folder, INLINK_COUNTS)
    assert (reader.rows, reader.stage_id) == (2, "stage-1")
    assert [path.name for path in reader.paths] == ["part-00000.parquet", "part-00001.parquet"]
    assert reader.table().column("target").to_pylist() == ["T0", "T1"]
    assert [table.column_names for table in reader.tables(["n_links"])] == [["n_links"], ["n_links"]]


def test_the_manifest_does_not_depend_on_the_order_of_shards(folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    write_manifest(other, INLINK_COUNTS, "stage-1", [write_rows(other, number) for number in (0, 1)])
    assert (other / MANIFEST).read_bytes() == (folder / MANIFEST).read_bytes()


def test_an_empty_artifact_opens(tmp_path):
    write_manifest(tmp_path, INLINK_COUNTS, "s", [])
    reader = open_artifact(tmp_path, INLINK_COUNTS)
    assert reader.rows == 0
    assert reader.table().schema.equals(INLINK_COUNTS.arrow)


def spoil_success(folder):
    (folder / SUCCESS).unlink()


def spoil_manifest(folder):
    (folder / MANIFEST).write_text("{")


def spoil_shards(folder):
    write_json(folder / MANIFEST, {"schema": "inlink_counts", "schema_version": 1, "stage_id": "x", "shards": [{}]})


def spoil_version(folder):
    value = json.loads((folder / MANIFEST).read_text())
    write_json(folder / MANIFEST, value | {"schema_version": 999})


def spoil_everything(folder):
    (folder / MANIFEST).unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_success, "did not end"),
        (spoil_manifest, "is damaged"),
        (spoil_shards, "is damaged"),
        (spoil_everything, "is damaged"),
        (spoil_version, "version 999, not inlink_counts version"),
    ],
)
def test_a_spoilt_folder_is_refused(folder, spoil, message):
    spoil(folder)
    with pytest.raises(ArtifactError, match=message):
        open_artifact(folder, INLINK_COUNTS)


def test_another_artifact_is_refused(folder):
    with pytest.raises(ArtifactError, match="holds inlink_counts version 1, not titles"):
        open_artifact(folder, TITLES)


def test_an_absent_folder_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="does not exist"):
        open_artifact(tmp_path / "none", TITLES)


def test_two_shards_of_one_name_are_refused(folder):
    shard = write_rows(folder, 0)
    with pytest.raises(ArtifactError, match=r"two shards named part-00000\.parquet"):
        write_manifest(folder, INLINK_COUNTS, "s", [shard, shard])


def test_publishing_replaces_and_sweeps(folder, tmp_path):
    final = tmp_path / "out" / "inlink_counts"
    final.mkdir(parents=True)
    (final / "part-00009.parquet").touch()
    (folder / ".part-00000.parquet.123.part").touch()
    publish(folder, final)
    names = {path.name for path in final.iterdir()}
    assert names == {MANIFEST, SUCCESS, "part-00000.parquet", "part-00001.parquet"}
    assert [path.name for path in final.parent.iterdir()] == ["inlink_counts"]
    assert not folder.exists()
    assert is_finished(final)


def test_json_is_the_same_whatever_the_order_of_keys(tmp_path):
    write_json(tmp_path / "a", {"x": 1, "ä": [2]})
    write_json(tmp_path / "b", {"ä": [2], "x": 1})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
