"""Approximate search: its recall against the exact one, batches, ties, and what is told without faiss."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from modeling.data.entities import IndexedEntity
from modeling.encoders.tiny import save_tiny_bert
from modeling.retrieval import dense_files
from modeling.retrieval.ann import AnnIndex, _sample, load_faiss
from modeling.retrieval.base import Sources
from modeling.retrieval.blink import Blink
from modeling.retrieval.clip import Clip
from modeling.retrieval.dense import search_vectors
from modeling.retrieval.dense_files import VectorFolder, write_vectors
from modeling.retrieval.registry import options_of
from modeling.retrieval.sentence import Sentence
from pipeline.records.errors import ArtifactError, UsageError
from tests.modeling.worlds import ListCatalog, mention_in

faiss = pytest.importorskip("faiss")


def world(n=2000, width=24):
    draw = np.random.default_rng(1)
    centres = draw.standard_normal((20, width))
    vectors = (centres[draw.integers(0, 20, n)] + 0.3 * draw.standard_normal((n, width))).astype(np.float32)
    return np.arange(n, dtype=np.int64) * 3, vectors, vectors[:150] + np.float32(0.01)


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Puts vectors into a folder of shards, in row groups of 64."""
    monkeypatch.setattr(dense_files, "GROUP_ROWS", 64)

    def store(ids, vectors, size=300):
        folder = tmp_path / "vectors"
        folder.mkdir()
        for number, at in enumerate(range(0, len(ids), size)):
            write_vectors(folder / f"part-{number:05d}.parquet", ids[at : at + size], vectors[at : at + size])
        return VectorFolder(folder)

    return store


def recall(found, exact):
    return np.mean([len({*a} & {*b}) / len(b) for a, b in zip(found.ids.tolist(), exact.ids.tolist(), strict=True)])


def test_probing_more_cells_finds_more_and_every_cell_all(stored, tmp_path):
    ids, vectors, queries = world()
    shards = stored(ids, vectors)
    exact = search_vectors(queries, shards, 10)
    recalls = [
        recall(AnnIndex.build(shards, n_lists=20, probe=probe).search(queries, 10), exact) for probe in (1, 2, 8)
    ]
    assert recalls == sorted(recalls)
    assert 0.5 < recalls[0] < 0.99 < recalls[2]
    whole = AnnIndex.build(shards, n_lists=20, probe=20)
    whole.save(tmp_path / "index.faiss")
    for index in (whole, AnnIndex.open(tmp_path / "index.faiss")):
        found = index.search(queries, 10)
        assert found.ids.tobytes() == exact.ids.tobytes()
        assert found.scores.tobytes() == exact.scores.tobytes()


@pytest.mark.parametrize(("n", "step"), [(40, 50), (299, 6), (2000, 1), (9999, 1)])
def test_cells_are_fitted_to_rows_at_even_distances(stored, n, step):
    """Not to the first shards: they hold the oldest pages."""
    ids, vectors, _ = world()
    assert _sample(stored(ids, vectors), n).tobytes() == vectors[::step].tobytes()


@pytest.mark.parametrize("from_", [1, 800, 10**9])
def test_blas_or_not_gives_the_same_bytes_in_every_batch(stored, from_):
    """faiss multiplies one by one below its threshold and by BLAS above: other sums, and another order of ties."""
    ids, vectors, queries = world()
    index = AnnIndex.build(stored(ids, vectors), n_lists=20, probe=4)
    before = faiss.cvar.distance_compute_blas_threshold
    together = index.search(queries, 10)
    try:
        faiss.cvar.distance_compute_blas_threshold = from_
        for size in (1, 7, 150):
            for at in range(0, len(queries), size):
                found = index.search(queries[at : at + size], 10)
                assert found.ids.tobytes() == together.ids[at : at + size].tobytes()
                assert found.scores.tobytes() == together.scores[at : at + size].tobytes()
    finally:
        faiss.cvar.distance_compute_blas_threshold = before


def test_blas_is_used_for_ordinary_batches():
    """Its own threshold of 128,000 made a batch of 128 at width 512 17 times slower."""
    faiss.cvar.distance_compute_blas_threshold = 128_000
    load_faiss()
    assert faiss.cvar.distance_compute_blas_threshold == 800


def test_ties_zero_queries_and_short_lists(stored):
    queries = np.array([[1, 1, 1, 1], [0, 0, 0, 0]], np.float32)
    index = AnnIndex.build(stored(np.arange(6, dtype=np.int64), np.ones((6, 4), np.float32)))
    found = index.search(queries, 9)
    assert found.lengths.tolist() == [6, 0]
    assert found.ids[0, :6].tolist() == [0, 1, 2, 3, 4, 5]
    assert index.search(queries[:0], 3).ids.shape == (0, 3)


def test_errors(stored, tmp_path):
    ids, vectors, queries = world(100)
    with pytest.raises(ArtifactError, match="width 24 cannot be searched with queries of 7"):
        AnnIndex.build(stored(ids, vectors)).search(queries[:, :7], 2)
    (tmp_path / "index.faiss").write_bytes(b"no index")
    with pytest.raises(ArtifactError, match="is no index of faiss"):
        AnnIndex.open(tmp_path / "index.faiss")


def test_an_option_of_a_retriever_searches_by_it(tmp_path):
    rows = [IndexedEntity(number, f"Town {number % 97} of {number}", "", None) for number in range(600)]
    bert = save_tiny_bert(tmp_path / "bert", [row.title for row in rows], width=32, layers=1)
    sources = Sources(ListCatalog(rows), model=str(bert))
    mentions = [mention_in(row.title, row.title, row.entity_id) for row in rows[::7]]
    found = {}
    for name, options in (
        ("exact", {}),
        ("few", {"search": "ann", "lists": 12, "probe": 3}),
        ("all", {"search": "ann", "lists": 12, "probe": 12}),
    ):
        Sentence.build(sources, tmp_path / name, options)
        found[name] = Sentence.open(tmp_path / name, sources).search(mentions, 10)
    assert found["all"].ids.tobytes() == found["exact"].ids.tobytes()
    assert found["all"].scores.tobytes() == found["exact"].scores.tobytes()
    assert 0.6 < recall(found["few"], found["exact"]) < 1
    assert (tmp_path / "few" / "ann.faiss").stat().st_size > 600 * 32 * 4
    (tmp_path / "few" / "ann.faiss").write_bytes(b"")
    with pytest.raises(ArtifactError, match=r"ann.faiss has no bytes.*build the index again"):
        Sentence.open(tmp_path / "few", sources)


def test_without_faiss_nothing_is_begun_and_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    bert = save_tiny_bert(tmp_path / "bert", ["Town"], width=32, layers=1)
    sources = Sources(ListCatalog([IndexedEntity(1, "Town", "", None)]), model=str(bert))
    for kind in (Blink, Clip, Sentence):
        assert {"search", "lists", "probe"} <= {option.name for option in options_of(kind.name)}
        with pytest.raises(UsageError, match=r"pip install 'mel-toolkit\[ann\]'"):
            kind.build(replace(sources), tmp_path / kind.name, {"search": "ann"})
    assert [path.name for path in tmp_path.iterdir()] == ["bert"]


@pytest.mark.slow
def test_exact_search_wants_no_faiss():
    code = """
import sys
sys.modules["faiss"] = None
import numpy as np
import modeling.retrieval.blink, modeling.retrieval.clip, modeling.retrieval.sentence
from modeling.retrieval.dense import search_vectors
rows = np.eye(3, dtype=np.float32)
print(search_vectors(rows[1:2], [(np.array([7, 8, 9]), rows)], 2).ids.tolist())
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, timeout=120, capture_output=True, text=True)
    assert done.stdout == "[[8, 7]]\n"
