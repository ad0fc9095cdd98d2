"""The worked example of agreement: every figure to six digits."""

import itertools
import math

import numpy as np
import pytest

from annotation.agreement.annotators import by_annotator, by_annotator_pair
from annotation.agreement.coefficients import Totals, cohen_kappa
from annotation.agreement.counting import clusters_of, tally
from annotation.agreement.figures import Sampling
from annotation.agreement.measuring import Meter, measure, measure_all
from annotation.agreement.pairing import Rules
from annotation.agreement.registry import DEFINITIONS, REPORTED, definition_named
from pipeline.stats.resampling import jackknife_error, jackknife_weights, resample
from tests.support.answers import RULES, example_pairings
from tests.support.cases import each_case, load_cases

NO_DRAWS = Sampling(draws=0)


def close(value, expected):
    return value == pytest.approx(expected, abs=5.1e-7)


@each_case("agreement.case")
def test_figures_of_the_example(case):
    found = measure(example_pairings(), case["name"], RULES, NO_DRAWS)
    assert found.n == case["n"]
    if "f1" in case:
        assert close(found.figure("f1").value, case["f1"])
        return
    assert close(found.observed, case["observed"])
    assert close(found.expected, case["expected"])
    for name in ("kappa", "kappa_max", "pi", "alpha", "ac1"):
        assert close(found.figure(name).value, case[name]), name
    if case["error"] is not None:
        assert close(found.figure("kappa").asymptotic_error, case["error"])


def test_every_definition_has_a_case():
    assert sorted(case["name"] for case in load_cases("agreement.case")) == sorted(REPORTED)


def test_definitions_are_told():
    assert len({one.id for one in DEFINITIONS}) == len(DEFINITIONS)
    assert all(one.sentence.endswith(".") and (one.items is None) != (one.hits is None) for one in DEFINITIONS)
    assert {one.id: one.paper for one in DEFINITIONS if one.paper} == {"md.token.bio": 0.8898, "el.matched": 0.8375}


@pytest.mark.parametrize(
    ("tokenizer", "kappa"), [("wordpunct-v1", 0.849570), ("whitespace-v1", 0.842105), ("characters-v1", 0.761630)]
)
def test_the_tokenizer_matters(tokenizer, kappa):
    rules = Rules(tokenizer=tokenizer)
    assert close(measure(example_pairings(), "md.token.bio", rules, NO_DRAWS).main.value, kappa)


def test_entities_as_typed():
    found = measure(example_pairings(), "el.matched", Rules(), NO_DRAWS)
    assert (found.n, found.observed) == (8, 0.625)
    assert close(found.main.value, 0.593220)


def test_what_matched_spans_leave_out_is_told():
    found = measure(example_pairings(), "el.matched", RULES, NO_DRAWS)
    assert found.n_left_out == 5
    assert found.notes[0].startswith("5 spans that only one annotator marked are left out (38.5%")


def test_annotator_pairs():
    table = by_annotator_pair(example_pairings(), "md.token.bio", RULES, NO_DRAWS)
    found = {(cell.left, cell.right): (cell.measure.n, cell.measure.main.value) for cell in table.cells}
    assert list(found) == [("A", "B"), ("A", "C"), ("B", "C")]
    assert [n for n, _ in found.values()] == [11, 15, 9]
    assert close(found["A", "B"][1], 0.685714)
    assert close(found["A", "C"][1], 0.871795)
    assert found["B", "C"][1] == 1.0
    assert close(table.weighted_mean, (11 * 0.685714 + 15 * 0.871795 + 9) / 35)
    assert table.n_undefined == 0


def test_each_annotator_against_the_others():
    found = by_annotator(example_pairings(), "md.token.bio", RULES, NO_DRAWS)
    assert {name: one.n for name, one in found.items()} == {"A": 26, "B": 20, "C": 24}


def all_resamples(n):
    draws = np.array(list(itertools.product(range(n), repeat=n)))
    return np.stack([(draws == one).sum(axis=1) for one in range(n)], axis=1).astype(np.uint16)


@pytest.mark.parametrize(
    ("id_", "mean", "error", "low", "undefined", "jackknife"),
    [
        ("md.token.bio", 0.852541, 0.081512, 0.691700, 1, 0.092833),
        ("el.matched", 0.713518, 0.137248, 0.466019, 127, 0.149723),
    ],
)
def test_the_bootstrap_over_all_resamples(id_, mean, error, low, undefined, jackknife):  # noqa: PLR0917 - a case a row
    weights = all_resamples(6)
    figure = Meter(example_pairings(), RULES, Sampling(), weights=weights).measure(definition_named(id_)).main
    assert figure.undefined_draws == undefined
    assert (figure.interval.high, figure.interval.method) == (1.0, "percentile")
    assert close(figure.interval.low, low)

    found = tally(example_pairings(), definition_named(id_).items, RULES, clusters_of(example_pairings()))
    values = resample(found.counts, lambda totals: cohen_kappa(Totals.of(totals)), weights)
    defined = values[~np.isnan(values)]
    assert close(defined.mean(), mean)
    assert close(defined.std(), error)
    assert figure.error == pytest.approx(error, abs=2e-6)  # that of a sample, with n - 1
    left_out = resample(found.counts, lambda totals: cohen_kappa(Totals.of(totals)), jackknife_weights(6))
    assert close(jackknife_error(left_out), jackknife)


def test_one_category_and_no_items_are_named():
    nothing_marked = [one for one in example_pairings() if one.item.pair_id == "p4"]
    found = measure(nothing_marked, "md.token.bio", RULES)
    assert (found.n, found.observed) == (5, 1.0)
    assert {(one.value, one.undefined_reason) for one in found.figures} == {(None, "single_category")}
    assert "All 5 items have the label 'O'" in found.notes[0]
    for id_ in ("el.matched", "md.span.f1"):
        found = measure(nothing_marked, id_, RULES)
        assert {(one.value, one.undefined_reason) for one in found.figures} == {(None, "no_items")}
    assert all(one.main.value is None for one in measure_all([], RULES))


def test_perfect_agreement_gets_the_rule_of_three():
    figure = measure(example_pairings(), "el.nil", RULES).main
    assert figure.value == 1.0
    assert figure.interval.method == "rule_of_three"
    assert figure.interval.high == 1.0
    assert figure.interval.low < 0.5


def test_limits_stay_within_the_range():
    figure = measure(example_pairings(), "el.matched", RULES).main
    assert figure.value + 1.96 * figure.asymptotic_error > 1
    assert figure.asymptotic_interval.high == 1.0
    assert figure.asymptotic_interval.is_clipped


def test_same_seed_same_interval():
    one, same, other = (
        measure(example_pairings(), "md.token.bio", RULES, Sampling(300, seed)).main for seed in (1, 1, 2)
    )
    assert one == same
    assert one.error != other.error


def test_bca_shifts_the_interval():
    plain, moved = (
        measure(example_pairings(), "el.union", RULES, Sampling(2_000, 0, method=method)).main.interval
        for method in ("percentile", "bca")
    )
    assert moved.method == "bca"
    assert math.hypot(plain.low - moved.low, plain.high - moved.high) > 1e-3
