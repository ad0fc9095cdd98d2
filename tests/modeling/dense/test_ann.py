"""Approximate search: against the exact one, without faiss, and its BLAS threshold."""

import subprocess
import sys

import numpy as np
import pytest

from modeling.retrieval.ann import AnnIndex, load_faiss
from modeling.retrieval.dense import search_vectors
from pipeline.records.errors import ArtifactError, UsageError

faiss = pytest.importorskip("faiss")


def world(n=2000, width=24):
    draw = np.random.default_rng(1)
    centres = draw.standard_normal((20, width))
    vectors = (centres[draw.integers(0, 20, n)] + 0.3 * draw.standard_normal((n, width))).astype(np.float32)
    ids = np.arange(n, dtype=np.int64) * 3
    return ids, vectors, vectors[:30] + np.float32(0.01)


def shards(ids, vectors, size=300):
    return [(ids[i : i + size], vectors[i : i + size]) for i in range(0, len(ids), size)]


def test_flat_is_exact_but_for_rounding():
    ids, vectors, queries = world()
    exact = search_vectors(queries, shards(ids, vectors), 10)
    found = AnnIndex.build(shards(ids, vectors), kind="flat").search(queries, 10)
    assert found.ids.tolist() == exact.ids.tolist()
    np.testing.assert_allclose(found.scores, exact.scores, rtol=1e-5)


def test_ivf_finds_nearly_all_and_probing_every_cell_all(tmp_path):
    ids, vectors, queries = world()
    exact = search_vectors(queries, shards(ids, vectors), 10)
    few = AnnIndex.build(shards(ids, vectors), n_lists=20, probe=2).search(queries, 10)
    shared = [len(set(a) & set(b)) / 10 for a, b in zip(few.ids.tolist(), exact.ids.tolist(), strict=True)]
    assert np.mean(shared) > 0.5
    whole = AnnIndex.build(shards(ids, vectors), n_lists=20, probe=20)
    assert whole.search(queries, 10).ids.tolist() == exact.ids.tolist()
    whole.save(tmp_path / "index.faiss")
    again = AnnIndex.open(tmp_path / "index.faiss")
    assert again.search(queries, 10).ids.tolist() == exact.ids.tolist()


def test_blas_is_used_for_ordinary_batches():
    """Its own threshold of 128,000 made a batch of 128 at width 512 17 times slower."""
    faiss.cvar.distance_compute_blas_threshold = 128_000
    load_faiss()
    assert faiss.cvar.distance_compute_blas_threshold == 800


def test_ties_zero_queries_and_short_lists():
    vectors = np.ones((6, 4), np.float32)
    queries = np.array([[1, 1, 1, 1], [0, 0, 0, 0]], np.float32)
    found = AnnIndex.build([(np.arange(6, dtype=np.int64)[::-1], vectors)], kind="flat").search(queries, 9)
    assert found.lengths.tolist() == [6, 0]
    assert found.ids[0, :6].tolist() == [0, 1, 2, 3, 4, 5]
    assert AnnIndex.build([(np.arange(6), vectors)], kind="flat").search(queries[:0], 3).ids.shape == (0, 3)


def test_errors(tmp_path):
    ids, vectors, queries = world(100)
    with pytest.raises(UsageError, match="can be flat or ivf"):
        AnnIndex.build([(ids, vectors)], kind="hnsw")
    with pytest.raises(ArtifactError, match="no vectors"):
        AnnIndex.build([])
    with pytest.raises(ArtifactError, match="width 24 cannot be searched with queries of 7"):
        AnnIndex.build([(ids, vectors)]).search(queries[:, :7], 2)
    (tmp_path / "index.faiss").write_bytes(b"no index")
    with pytest.raises(ArtifactError, match="is no index of faiss"):
        AnnIndex.open(tmp_path / "index.faiss")


@pytest.mark.slow
def test_without_faiss_the_extra_is_named():
    code = (
        "import sys; sys.modules['faiss'] = None\n"
        "from modeling.retrieval.ann import load_faiss\n"
        "from pipeline.records.errors import UsageError\n"
        "try: load_faiss()\n"
        "except UsageError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert "pip install 'mel-toolkit[ann]'" in run.stdout
