"""Resampling, intervals and tests against scipy, statsmodels and closed forms."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.sparse import csr_array
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.contingency_tables import mcnemar

from pipeline.stats.divergence import check_independence, jensen_shannon
from pipeline.stats.intervals import Interval, bca_interval, normal_interval, percentile_interval, rule_of_three
from pipeline.stats.kappa_error import kappa_error
from pipeline.stats.mcnemar import exact_mcnemar
from pipeline.stats.resampling import (
    bootstrap_weights,
    jackknife_error,
    jackknife_weights,
    resample,
    totals_of,
)
from pipeline.stats.seeding import generator, seeded_rank

SAMPLE = np.array([1.0, 2.0, 2.5, 4.0, 7.0, 7.5, 11.0, 20.0])


def means(totals):
    return totals[0] / totals[1]


def with_size(values):
    """Each value as a cluster of one: (value, 1)."""
    return np.stack([values, np.ones(len(values))], axis=1)


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_is_that_of_statsmodels(only_first, only_second):
    found = exact_mcnemar(only_first, only_second)
    expected = mcnemar([[5, only_first], [only_second, 5]], exact=True).pvalue
    assert found.p_value == pytest.approx(1.0 if np.isnan(expected) else float(expected))
    assert found.p_mid <= found.p_value
    assert found.p_value == exact_mcnemar(only_second, only_first).p_value


def test_mcnemar_by_hand():
    assert exact_mcnemar(0, 5).p_value == pytest.approx(2 / 32)
    assert exact_mcnemar(0, 5).p_mid == pytest.approx(1 / 32)
    assert exact_mcnemar(0, 0).p_value == 1.0
    with pytest.raises(ValueError, match="cannot be negative"):
        exact_mcnemar(-1, 2)


def test_every_draw_has_as_many_clusters_as_the_data():
    weights = bootstrap_weights(7, 50, seed=1)
    assert weights.shape == (50, 7)
    assert set(weights.sum(axis=1).tolist()) == {7}
    assert (weights == bootstrap_weights(7, 50, seed=1)).all()
    assert (weights != bootstrap_weights(7, 50, seed=2)).any()
    assert bootstrap_weights(0, 3, seed=1).shape == (3, 0)


def test_more_draws_begin_with_the_same_ones():
    assert (bootstrap_weights(7, 50, seed=1)[:20] == bootstrap_weights(7, 20, seed=1)).all()


@pytest.mark.parametrize("make", [np.asarray, csr_array])
def test_draws_are_what_loops_give(make, monkeypatch):
    counts = with_size(SAMPLE)
    weights = bootstrap_weights(len(SAMPLE), 30, seed=4)
    expected = [np.repeat(SAMPLE, row).mean() for row in weights]
    assert resample(make(counts), means, weights) == pytest.approx(expected)
    monkeypatch.setattr("pipeline.stats.resampling._CHUNK_CELLS", 8)
    assert resample(make(counts), means, weights) == pytest.approx(expected)
    assert totals_of(make(counts)).tolist() == [[SAMPLE.sum()], [len(SAMPLE)]]


def test_whole_clusters_are_drawn():
    """Ten equal values of one cluster tell no more than one: the error is that of four clusters, not of forty."""
    clusters = np.array([[10.0, 10], [20, 10], [30, 10], [40, 10]])
    draws = resample(clusters, means, bootstrap_weights(4, 4_000, seed=0))
    assert draws.std() == pytest.approx(np.std([1, 2, 3, 4]) / 2, rel=0.05)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    left_out = resample(with_size(SAMPLE), means, jackknife_weights(len(SAMPLE)))
    assert jackknife_error(left_out) == pytest.approx(stats.sem(SAMPLE))
    assert jackknife_error(np.array([1.0, np.nan])) is None


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_intervals_are_those_of_scipy(method):
    weights = bootstrap_weights(len(SAMPLE), 20_000, seed=5)
    draws = resample(with_size(SAMPLE), means, weights)
    left_out = resample(with_size(SAMPLE), means, jackknife_weights(len(SAMPLE)))
    if method == "percentile":
        found = percentile_interval(draws)
    else:
        found = bca_interval(draws, float(SAMPLE.mean()), left_out)
    expected = stats.bootstrap(
        (SAMPLE,), np.mean, n_resamples=20_000, method=method, rng=np.random.default_rng(1)
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx(tuple(expected), rel=0.03)
    assert found.method == method


def test_bca_is_that_of_scipy_on_the_same_draws():
    theirs = stats.bootstrap((SAMPLE,), np.mean, n_resamples=2_000, method="BCa", rng=np.random.default_rng(1))
    left_out = resample(with_size(SAMPLE), means, jackknife_weights(len(SAMPLE)))
    found = bca_interval(theirs.bootstrap_distribution, float(SAMPLE.mean()), left_out)
    assert (found.low, found.high) == pytest.approx(tuple(theirs.confidence_interval), rel=1e-6)


def test_undefined_draws_do_not_count():
    draws = np.array([np.nan, 1.0, 2.0, 3.0, np.nan])
    assert percentile_interval(draws, 0.5) == Interval(1.5, 2.5, 0.5, "percentile")
    assert percentile_interval(np.array([np.nan])) is None
    assert bca_interval(np.array([np.nan]), 1.0, SAMPLE) is None
    assert bca_interval(np.array([2.0, 3.0]), 1.0, SAMPLE) is None


def test_limits_are_cut_at_the_range():
    wide = normal_interval(0.9, 0.1)
    assert (wide.low, wide.high) == pytest.approx((0.9 - 0.195996, 0.9 + 0.195996), abs=1e-6)
    cut = wide.within(-1, 1)
    assert (cut.low, cut.high, cut.is_clipped) == (wide.low, 1, True)
    assert not cut.within(-1, 1).low < -1
    assert not normal_interval(0.0, 0.1).within(-1, 1).is_clipped


def test_rule_of_three():
    assert rule_of_three(100).low == pytest.approx(1 - 3 / 100, abs=5e-4)
    assert rule_of_three(100).low == pytest.approx(stats.binomtest(100, 100).proportion_ci(0.90).low)
    with pytest.raises(ValueError, match="needs a case"):
        rule_of_three(0)


def test_no_error_without_items_or_with_one_label():
    assert kappa_error({}) is None
    assert kappa_error({("a", "a"): 3}) is None


def test_seeds_name_generators_of_their_own():
    first, same, other = generator(1, "a"), generator(1, "a"), generator(1, "b")
    draws = first.integers(0, 1 << 30, 4).tolist()
    assert draws == same.integers(0, 1 << 30, 4).tolist() != other.integers(0, 1 << 30, 4).tolist()
    assert seeded_rank(1, "x") == seeded_rank(1, "x") != seeded_rank(2, "x")


@given(st.integers(2, 5).flatmap(lambda n: st.tuples(*[st.lists(st.integers(0, 9), min_size=n, max_size=n)] * 2)))
def test_distance_is_that_of_scipy(lists):
    one, other = lists
    found = jensen_shannon(one, other)
    if not sum(one) or not sum(other):
        assert found is None
        return
    assert found == pytest.approx(float(jensenshannon(one, other, base=2)), abs=1e-7)
    assert 0 <= found <= 1 + 1e-12
    assert found == pytest.approx(jensen_shannon(other, one))


def test_independence_is_that_of_scipy():
    groups = np.array([[3, 1], [2, 2], [0, 4], [5, 1], [1, 1], [2, 6]])
    places = np.array([0, 0, 1, 1, 2, 2])
    found = check_independence(groups, places, 3, permutations=0, seed=0)
    expected = stats.chi2_contingency([[5, 3], [5, 5], [3, 7]], correction=False)
    assert (found.chi_square, found.freedom, found.p_value) == pytest.approx((expected.statistic, 2, expected.pvalue))
    assert found.p_permuted is None


def test_permutations_move_whole_groups():
    """Two large groups differ much, but with so few groups any places would: chi-square alone is fooled."""
    groups = np.array([[100, 0], [0, 100], [90, 10], [20, 80]])
    found = check_independence(groups, np.array([0, 0, 1, 1]), 2, permutations=200, seed=1)
    assert found.p_permuted > 0.5
    separate = check_independence(groups, np.array([0, 1, 0, 1]), 2, permutations=200, seed=1)
    assert separate.p_value < 1e-6
    assert 0.1 < separate.p_permuted < 0.6
    assert separate == check_independence(groups, np.array([0, 1, 0, 1]), 2, permutations=200, seed=1)


def test_the_data_are_one_of_the_permutations():
    groups = np.array([[5, 0]] * 30 + [[0, 5]] * 30)
    found = check_independence(groups, np.array([0] * 30 + [1] * 30), 2, permutations=99, seed=0)
    assert found.p_permuted == 0.01


def test_scipy_is_imported_only_where_it_is_used():
    names = "annotation.agreement.annotators, annotation.splitting.verifying, annotation.statistics.dataset"
    code = f"import sys, {names}; print('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
