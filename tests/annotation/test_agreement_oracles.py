"""Coefficients against other people's code, on random and on published tables."""

import warnings
from collections import Counter

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from annotation.agreement.coefficients import COEFFICIENTS, Totals, observed
from annotation.agreement.counting import tally
from annotation.agreement.items import Items, Labels
from annotation.agreement.pairing import Pairing, Rules
from annotation.records import Answer, Item
from pipeline.stats.kappa_error import kappa_error
from pipeline.stats.resampling import totals_of
from tests.support.cases import each_case

tables = (
    st.integers(2, 5)
    .flatmap(
        lambda size: st.lists(st.lists(st.integers(0, 9), min_size=size, max_size=size), min_size=size, max_size=size)
    )
    .filter(lambda rows: sum(map(sum, rows)) > 0)
)


def counted(rows):
    """The table as items of one pairing."""
    labels = Labels({(f"l{i}", f"l{j}"): n for i, row in enumerate(rows) for j, n in enumerate(row) if n})
    item = Item("p", "x", "a")
    pairing = Pairing(item, Answer("p", "A"), Answer("p", "B"))
    return tally([pairing], lambda *_: Items(labels), Rules(), {"a": 0})


def value(name, found):
    return float(COEFFICIENTS[name](Totals.of(totals_of(found.counts)))[0])


def ratings(found):
    return [pair for pair, n in sorted(found.table.items()) for _ in range(n)]


def is_defined(found):
    return len(found.labels) > 1


def same(one, other):
    return np.isclose(one, other, atol=1e-9, equal_nan=True)


@each_case("agreement_tables.case")
def test_published_tables(case):
    found = counted(case["table"])
    assert value("kappa", found) == pytest.approx(case["kappa"], abs=5.1e-7)
    assert value("kappa_max", found) == pytest.approx(case["kappa_max"], abs=5.1e-7)
    assert kappa_error(found.table) == pytest.approx(case["error"], abs=5.1e-7)


@given(tables)
def test_kappa_is_that_of_scikit_learn(rows):
    found = counted(rows)
    left, right = zip(*ratings(found), strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = cohen_kappa_score(left, right)
    assert same(value("kappa", found), expected)


@given(tables)
def test_kappa_its_maximum_and_error_are_those_of_statsmodels(rows):
    found = counted(rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = inter_rater.cohens_kappa(np.array(rows))
    error = kappa_error(found.table)
    if error is None:
        assert np.isnan(expected.kappa)
        return
    assert same(value("kappa", found), expected.kappa)
    assert same(value("kappa_max", found), expected.kappa_max)
    # The variance, not its root: statsmodels takes the root of a 0 that rounding made negative.
    assert error**2 == pytest.approx(expected.var_kappa, rel=1e-7, abs=1e-12)


@given(tables)
def test_alpha_is_that_of_krippendorff(rows):
    found = counted(rows)
    if not is_defined(found):
        assert np.isnan(value("alpha", found))
        return
    number = {label: at for at, label in enumerate(found.labels)}
    data = np.array([[number[one] for one in pair] for pair in ratings(found)], dtype=float).T
    expected = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    assert same(value("alpha", found), expected)


@given(tables)
def test_pi_is_that_of_nltk(rows):
    found = counted(rows)
    task = AnnotationTask(
        [(who, at, one) for at, pair in enumerate(ratings(found)) for who, one in zip("ab", pair, strict=True)]
    )
    if not is_defined(found):
        assert np.isnan(value("pi", found))
        return
    assert same(value("pi", found), task.pi())
    assert same(value("s", found), task.S())


@given(tables)
def test_pi_is_fleiss_of_statsmodels(rows):
    found = counted(rows)
    by_item = np.array([[Counter(pair)[label] for label in found.labels] for pair in ratings(found)])
    if is_defined(found):
        assert same(value("pi", found), inter_rater.fleiss_kappa(by_item, method="fleiss"))


@given(tables)
def test_ac1_is_its_loop(rows):
    found = counted(rows)
    pairs = ratings(found)
    labels = sorted({label for pair in pairs for label in pair})
    if len(labels) < 2:
        assert np.isnan(value("ac1", found))
        return
    chance = 0.0
    for label in labels:
        share = sum((one == label) + (other == label) for one, other in pairs) / (2 * len(pairs))
        chance += share * (1 - share) / (len(labels) - 1)
    agree = sum(one == other for one, other in pairs) / len(pairs)
    assert same(value("ac1", found), (agree - chance) / (1 - chance))


@given(tables)
def test_bounds_and_symmetry(rows):
    found, turned = counted(rows), counted(np.array(rows).T.tolist())
    share = float(observed(Totals.of(totals_of(found.counts)))[0])
    for name in COEFFICIENTS:
        one, other = value(name, found), value(name, turned)
        assert same(one, other), name
        assert np.isnan(one) or -1 - 1e-9 <= one <= 1 + 1e-9, name
        assert np.isnan(one) or name == "kappa_max" or (one > 1 - 1e-9) == (share == 1), name
    if is_defined(found) and not np.isnan(value("kappa", found)):
        assert value("kappa", found) <= value("kappa_max", found) + 1e-9


@given(tables, st.randoms(use_true_random=False))
def test_names_of_labels_do_not_matter(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    renamed = [[rows[i][j] for j in order] for i in order]
    for name in COEFFICIENTS:
        assert same(value(name, counted(rows)), value(name, counted(renamed)))


@pytest.mark.parametrize(
    ("n_outside", "kappa"), [(0, -0.226415), (10, 0.563), (115, 0.741), (1_000, 0.759), (100_000, 0.7619)]
)
def test_kappa_comes_to_f1_as_outside_grows(n_outside, kappa):
    found = counted([[8, 3], [2, n_outside]])
    assert value("kappa", found) == pytest.approx(kappa, abs=6e-4)
    assert pytest.approx(0.761905, abs=1e-6) == 2 * 8 / (11 + 10)
