"""Exact search against a float64 scan, and what must not change its result."""

from operator import add
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling.data.ranking import NO_ENTITY
from modeling.retrieval import dense
from modeling.retrieval.dense import prepare_shard, search_vectors
from pipeline.records.errors import ArtifactError, UsageError


def oracle(queries, ids, vectors, k):
    """Every pair in float64, rounded once, sorted by (-score, id)."""
    lists = []
    for query in queries.astype(np.float64):
        scores = (vectors.astype(np.float64) @ query).astype(np.float32)
        pairs = sorted(zip(ids.tolist(), scores.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
        lists.append(pairs[:k])
    return lists


def world(n, width, n_queries, seed=0):
    draw = np.random.default_rng(seed)
    ids = np.sort(draw.choice(10 * n, n, replace=False)).astype(np.int64)
    vectors = draw.standard_normal((n, width)).astype(np.float32)
    return ids, vectors, draw.standard_normal((n_queries, width)).astype(np.float32)


def shards_of(ids, vectors, size):
    return [(ids[i : i + size], vectors[i : i + size]) for i in range(0, len(ids), size)]


def lists(ranking):
    return [ranking.row(number) for number in range(len(ranking))]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("k", [1, 10, 300])
def test_equals_a_float64_scan(k, precision):
    ids, vectors, queries = world(700, 33, 9)
    found = search_vectors(queries, shards_of(ids, vectors, 128), k, precision=precision)
    assert lists(found) == oracle(queries, ids, vectors, k)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="wants a GPU that torch can use")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_gpu_gives_the_bytes_of_the_cpu(precision):
    ids, vectors, queries = world(5000, 96, 33)
    vectors[1000:1300] = vectors[7]  # ties longer than the list
    queries[0] = vectors[7]
    shards = shards_of(ids, vectors, 1024)
    expected = search_vectors(queries, shards, 100)
    ready = [prepare_shard(*shard, device="cuda", precision=precision) for shard in shards]
    for given_shards in (shards, ready):
        found = search_vectors(queries, given_shards, 100, device="cuda", precision=precision)
        assert (found.ids.tobytes(), found.scores.tobytes()) == (expected.ids.tobytes(), expected.scores.tobytes())


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_shards_blocks_and_batches_change_no_bit(data):
    """Ties longer than any list, at any cut; every limit on what is held at once, down to single numbers."""
    draw = np.random.default_rng(data.draw(st.integers(0, 9)))
    n, width = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 20))
    kinds = draw.standard_normal((data.draw(st.integers(1, 6)), width)).astype(np.float32)
    vectors = kinds[draw.integers(0, len(kinds), n)]
    queries = draw.standard_normal((data.draw(st.integers(1, 5)), width)).astype(np.float32)
    queries[0] = vectors[0]
    ids, k = np.arange(n, dtype=np.int64) * 3 - 20, data.draw(st.integers(1, 70))
    expected = search_vectors(queries, [(ids, vectors)], k)
    assert lists(expected) == oracle_in_order(queries, ids, vectors, k)
    limit = st.sampled_from([1, 2, 7, 64, 1 << 20])
    limits = {name: {"cpu": data.draw(limit)} for name in ("_SCORES_AT_ONCE", "_EXACT_AT_ONCE")}
    limits |= {name: data.draw(limit) for name in ("_QUERIES_AT_ONCE", "_RESCORED_AT_ONCE")}
    shards = shards_of(ids, vectors, data.draw(st.integers(1, 60)))[:: data.draw(st.sampled_from([1, -1]))]
    precision = data.draw(st.sampled_from(["fp32", "bf16"]))
    with mock.patch.multiple(dense, **limits):
        found = search_vectors(queries, shards, k, precision=precision)
    assert found.ids.tobytes() == expected.ids.tobytes()
    assert found.scores.tobytes() == expected.scores.tobytes()


def oracle_in_order(queries, ids, vectors, k):
    """As `oracle`, each sum in the stated order, one number after the other."""
    rows = []
    for query in queries.astype(np.float64):
        scores = []
        for vector in vectors.astype(np.float64):
            terms = (vector * query).tolist()
            while len(terms) > 1:
                half, middle = len(terms) // 2, len(terms) % 2
                terms = [*map(add, terms[:half], terms[half + middle :]), *terms[half : half + middle]]
            scores.append(float(np.float32(terms[0])))
        rows.append(sorted(zip(ids.tolist(), scores, strict=True), key=lambda pair: (-pair[1], pair[0]))[:k])
    return rows


def test_settings_that_round_more_widen_the_margin():
    """TF32 on a GPU and bf16 in oneDNN multiply with fewer bits than float32 has."""
    plain = dense._error_bound(512, "fp32")
    assert plain < 1e-4
    for settings_of in (torch.backends, torch.backends.cuda.matmul, torch.backends.mkldnn.matmul):
        before = settings_of.fp32_precision
        settings_of.fp32_precision = "tf32"
        try:
            assert dense._error_bound(512, "fp32") > 2**-8
        finally:
            settings_of.fp32_precision = before
    assert dense._error_bound(512, "fp32") == plain


def test_sums_of_bf16_products_are_not_rounded_to_bf16_while_searching():
    matmul = torch.backends.cuda.matmul
    assert matmul.allow_bf16_reduced_precision_reduction
    seen = []

    def shards():
        seen.append(matmul.allow_bf16_reduced_precision_reduction)
        yield np.array([4]), np.ones((1, 2), np.float32)

    search_vectors(np.ones((1, 2), np.float32), shards(), 1, precision="bf16")
    assert (seen, matmul.allow_bf16_reduced_precision_reduction) == ([False], True)


def test_ties_at_the_cut_go_to_the_smaller_id():
    ids = np.arange(1000, dtype=np.int64)
    vectors = np.ones((1000, 4), np.float32)
    vectors[500] = 2
    shards = shards_of(ids, vectors, 64)[::-1]  # the large ids come first
    for precision in ("fp32", "bf16"):
        found = search_vectors(np.ones((1, 4), np.float32), shards, 5, precision=precision)
        assert found.ids.tolist() == [[500, 0, 1, 2, 3]]


def test_scores_that_differ_less_than_the_first_pass_can_see():
    """bf16 sees one and the same vector 400 times; the best of them still comes first."""
    vectors = np.ones((400, 8), np.float32)
    vectors[:, 0] += np.arange(400, dtype=np.float32) * 1e-6
    ids = np.arange(400, dtype=np.int64)
    found = search_vectors(np.ones((2, 8), np.float32), [(ids, vectors)], 3, precision="bf16")
    assert lists(found) == oracle(np.ones((2, 8), np.float32), ids, vectors, 3)
    rough = search_vectors(np.ones((2, 8), np.float32), [(ids, vectors)], 3, precision="bf16", rerank=3)
    assert lists(rough) != lists(found)  # asked for: no proof, fewer scored again


def test_rerank_finds_the_best_of_ordinary_vectors():
    ids, vectors, queries = world(2000, 64, 16)
    found = search_vectors(queries, shards_of(ids, vectors, 500), 10, precision="bf16", rerank=60)
    assert lists(found) == oracle(queries, ids, vectors, 10)


def test_more_asked_than_there_are():
    ids, vectors, queries = world(5, 8, 2)
    found = search_vectors(queries, shards_of(ids, vectors, 2), 9)
    assert found.ids.shape == (2, 9)
    assert found.lengths.tolist() == [5, 5]
    assert lists(found) == oracle(queries, ids, vectors, 9)
    assert (found.ids[:, 5:] == NO_ENTITY).all()
    assert np.isneginf(found.scores[:, 5:]).all()


def test_nothing_to_search():
    queries = np.ones((3, 4), np.float32)
    none = (np.empty(0, np.int64), np.empty((0, 4), np.float32))
    assert search_vectors(queries, [], 2).lengths.tolist() == [0, 0, 0]
    assert search_vectors(queries, [none], 2).lengths.tolist() == [0, 0, 0]
    assert search_vectors(queries[:0], [none], 2).ids.shape == (0, 2)


def test_zero_vectors_are_never_found_and_find_nothing():
    ids, vectors, queries = world(6, 4, 3)
    vectors[2] = 0  # its product with anything beats every negative score
    queries[1] = 0
    found = search_vectors(queries, [(ids, vectors)], 6)
    assert int(ids[2]) not in found.ids
    assert found.lengths.tolist() == [5, 0, 5]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_is_refused(bad):
    ids, vectors, queries = world(6, 4, 3)
    spoiled = vectors.copy()
    spoiled[3, 1] = bad
    with pytest.raises(ArtifactError, match=rf"vector of entity {ids[3]} holds NaN"):
        search_vectors(queries, [(ids, spoiled)], 2)
    queries[2, 0] = bad
    with pytest.raises(UsageError, match="query 2 holds NaN"):
        search_vectors(queries, [(ids, vectors)], 2)


def test_wrong_use_is_said():
    ids, vectors, queries = world(6, 4, 3)
    with pytest.raises(ArtifactError, match=r"width 4 cannot be searched with queries of 7"):
        search_vectors(np.ones((1, 7), np.float32), [(ids, vectors)], 2)
    with pytest.raises(ArtifactError, match="do not fit"):
        search_vectors(queries, [(ids[:2], vectors)], 2)
    with pytest.raises(UsageError, match="k is 0"):
        search_vectors(queries, [(ids, vectors)], 0)
    with pytest.raises(UsageError, match=r"precision is 'fp8'; it can be fp32 or bf16"):
        search_vectors(queries, [(ids, vectors)], 1, precision="fp8")


def test_prepared_shards_give_the_same():
    ids, vectors, queries = world(300, 16, 4)
    vectors.flags.writeable = False  # a memory map is so
    ready = [prepare_shard(*shard, precision="bf16") for shard in shards_of(ids, vectors, 100)]
    for _ in range(2):
        assert lists(search_vectors(queries, ready, 7, precision="bf16")) == oracle(queries, ids, vectors, 7)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=1, max_size=40),
    st.integers(1, 12),
    st.integers(1, 9),
)
def test_small_integers_full_of_ties(rows, k, size):
    vectors = np.array(rows, np.float32)
    ids = np.arange(len(rows), dtype=np.int64) * 7 - 50
    queries = np.array([[1, -1, 2], [0, 1, 0]], np.float32)
    present = vectors.any(axis=1)
    expected = oracle(queries, ids[present], vectors[present], k)
    assert lists(search_vectors(queries, shards_of(ids, vectors, size), k)) == expected
