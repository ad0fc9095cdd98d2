"""Shards of vectors: what is written comes back, and damage is told."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from modeling.retrieval import dense_files
from modeling.retrieval.dense import search_vectors
from modeling.retrieval.dense_files import VectorFolder, resident, write_vectors
from pipeline.records.errors import ArtifactError


def vectors_of(n, width=6, seed=3):
    return np.random.default_rng(seed).standard_normal((n, width)).astype(np.float32)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(dense_files, "GROUP_ROWS", 7)
    write_vectors(tmp_path / "part-00000.parquet", np.arange(20, dtype=np.int64), vectors_of(20))
    write_vectors(tmp_path / "part-00001.parquet", np.arange(100, 105, dtype=np.int64), vectors_of(5, seed=4))
    return tmp_path


def test_comes_back_by_row_groups(folder):
    shards = VectorFolder(folder)
    assert (len(shards), shards.width) == (25, 6)
    groups = list(shards)
    assert [len(ids) for ids, _ in groups] == [7, 7, 6, 5]
    assert np.concatenate([ids for ids, _ in groups]).tolist() == [*range(20), *range(100, 105)]
    assert (
        np.concatenate([rows for _, rows in groups]) == np.concatenate([vectors_of(20), vectors_of(5, seed=4)])
    ).all()


def test_equal_vectors_give_equal_bytes(folder, tmp_path):
    again = write_vectors(tmp_path / "again.parquet", np.arange(20, dtype=np.int64), vectors_of(20))
    assert (tmp_path / "again.parquet").read_bytes() == (folder / "part-00000.parquet").read_bytes()
    assert again.rows == 20


def test_streamed_and_resident_search_agree(folder):
    shards, queries = VectorFolder(folder), vectors_of(3, seed=9)
    streamed = search_vectors(queries, shards, 8)
    held = shards.load()
    assert [len(one) for one in held] == [20, 5]
    resident = search_vectors(queries, held, 8)
    assert streamed.ids.tobytes() == resident.ids.tobytes()
    assert streamed.scores.tobytes() == resident.scores.tobytes()


def test_what_a_gpu_has_free_decides_what_it_holds(folder, monkeypatch):
    """25 vectors of 6 numbers and an id take 800 bytes; in bf16 there is a second copy."""
    held, asked = [], []
    monkeypatch.setattr(VectorFolder, "load", lambda _, *where: held.append(where))  # there is no GPU to load to
    for free, precision, is_held in ((1334, "fp32", True), (1332, "fp32", False), (1800, "bf16", False)):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device, free=free: asked.append(device) or (free, 9999))
        shards = VectorFolder(folder)
        assert (resident(shards, "cuda:1", precision) is not shards) == is_held
    assert held == [("cuda:1", "fp32")]
    assert asked == ["cuda:1"] * 3
    monkeypatch.undo()
    assert [len(one) for one in resident(VectorFolder(folder), "cpu")] == [20, 5]
    monkeypatch.setattr(dense_files, "RESIDENT_BYTES", 799)
    shards = VectorFolder(folder)
    assert resident(shards, "cpu") is shards


def test_another_width_is_a_clear_error(folder):
    with pytest.raises(ArtifactError, match=r"width 6, not 384: the index was built with another model"):
        VectorFolder(folder, 384)
    write_vectors(folder / "part-00002.parquet", np.arange(900, 902, dtype=np.int64), vectors_of(2, 4))
    with pytest.raises(ArtifactError, match=r"part-00002.*width 4, not 6"):
        VectorFolder(folder)


def test_one_flipped_byte_is_found(folder):
    path = folder / "part-00000.parquet"
    content = bytearray(path.read_bytes())
    place = content.find(vectors_of(20).tobytes()[:24])
    assert place > 0
    content[place + 5] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"part-00000.parquet is damaged"):
        search_vectors(vectors_of(1), VectorFolder(folder), 2)


def test_a_cut_shard_and_a_strange_one(folder):
    path = folder / "part-00001.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ArtifactError, match="cannot be read as a shard of vectors"):
        VectorFolder(folder)
    pq.write_table(pa.table({"entity_id": [1]}), path)
    with pytest.raises(ArtifactError, match="something else"):
        VectorFolder(folder)
    with pytest.raises(ArtifactError, match="holds no shards"):
        VectorFolder(folder / "nowhere")


def test_overlapping_shards_are_refused(folder):
    write_vectors(folder / "part-00002.parquet", np.arange(104, 106, dtype=np.int64), vectors_of(2))
    with pytest.raises(ArtifactError, match="do not ascend"):
        list(VectorFolder(folder))


@pytest.mark.parametrize(("value", "told"), [(0, "is zero"), (np.nan, "is not finite"), (np.inf, "is not finite")])
def test_unusable_vectors_are_not_written(tmp_path, value, told):
    rows = vectors_of(4)
    rows[2] = value
    with pytest.raises(ArtifactError, match=f"entity 12 {told}"):
        write_vectors(tmp_path / "part-00000.parquet", np.arange(10, 14, dtype=np.int64), rows)
    assert not list(tmp_path.iterdir())


def test_ids_must_ascend(tmp_path):
    with pytest.raises(ArtifactError, match="must ascend"):
        write_vectors(tmp_path / "part-00000.parquet", np.array([3, 3]), vectors_of(2))
