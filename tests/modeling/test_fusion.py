"""Fusion against plain Python that follows the stated rules."""

import time
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling.data.ranking import NO_ENTITY, Ranking, ranking_of
from modeling.retrieval.fusion import Development, FusionOptions, tune_fusion
from modeling.retrieval.fusion_pool import check_lists, pool_lists
from modeling.retrieval.fusion_quota import found_by_quota, fuse_quota, round_quota
from modeling.retrieval.fusion_scores import fit_linear, fuse_linear, fuse_rrf
from modeling.retrieval.quotas import all_quotas, choose_quota, count_found, step_for
from pipeline.records.errors import ArtifactError, UsageError
from tests.modeling.rankings import as_lists, golds, random_ranking, rankings

three_lists = st.tuples(*[rankings(n_mentions=3, width=6, n_entities=10)] * 3)


def turns_in_order(lists: list[list[int]], quota) -> list[int]:
    """The fused order by the rule as it is written down, with exact fractions."""
    waiting = []
    for number, (ids, slots) in enumerate(zip(lists, quota, strict=True)):
        for place, id_ in enumerate(ids):
            time_ = (0, Fraction(2 * place + 1, 2 * slots)) if slots else (1, Fraction(place))
            waiting.append((*time_, number, id_))
    return list(dict.fromkeys(id_ for *_, id_ in sorted(waiting)))


def rows_of(lists: tuple[Ranking, ...], row: int) -> list[list[int]]:
    return [as_lists(one)[row] for one in lists]


@settings(deadline=None)
@given(three_lists)
def test_a_pool_holds_every_candidate_once_with_all_its_ranks(lists):
    pool = pool_lists(lists, 6)
    for row in range(3):
        expected: dict[int, list[int]] = {}
        for number, ids in enumerate(rows_of(lists, row)):
            for rank, id_ in enumerate(ids):
                expected.setdefault(id_, [6, 6, 6])[number] = rank
        n = len(expected)
        assert pool.ids[row, :n].tolist() == sorted(expected)
        assert (pool.ids[row, n:] == NO_ENTITY).all()
        assert dict(zip(pool.ids[row, :n].tolist(), pool.ranks[row, :n].tolist(), strict=True)) == expected
        for place, id_ in enumerate(sorted(expected)):
            scores = [dict(one.row(row)).get(id_, np.nan) for one in lists]
            assert np.array_equal(pool.scores[row, place], np.array(scores, np.float32), equal_nan=True)


@settings(deadline=None)
@given(three_lists, golds(11, 3))
def test_gold_ranks_of_a_pool_are_places_in_the_lists(lists, gold):
    found = pool_lists(lists, 6).gold_ranks(gold)
    for row in range(3):
        places = [ids.index(gold[row]) if gold[row] in ids else 6 for ids in rows_of(lists, row)]
        assert found[row].tolist() == places


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any), st.integers(1, 200))
def test_rounding_gives_every_slot_away_and_misses_no_share_by_one(shares, k):
    quota = round_quota(shares, k)
    assert sum(quota) == k
    for slots, share in zip(quota, shares, strict=True):
        assert abs(slots - Fraction(share * k, sum(shares))) < 1


@pytest.mark.parametrize(
    ("shares", "k", "quota"),
    [((80, 10, 10), 10, (8, 1, 1)), ((80, 10, 10), 50, (40, 5, 5)), ((80, 10, 10), 15, (12, 2, 1)), ((1, 1, 1), 10, (4, 3, 3)), ((0, 1), 3, (0, 3))],
)  # fmt: skip
def test_largest_remainders_go_first_and_to_the_earlier_list(shares, k, quota):
    assert round_quota(shares, k) == quota


def test_shares_that_are_none_are_refused():
    with pytest.raises(ValueError, match="not all 0"):
        round_quota((0, 0), 10)
    with pytest.raises(ValueError, match="0 or more"):
        round_quota((2, -1), 10)


@settings(deadline=None)
@given(three_lists, st.tuples(*[st.integers(0, 4)] * 3).filter(any))
def test_the_fused_list_is_the_one_of_the_written_rule(lists, quota):
    k = sum(quota)
    fused = fuse_quota(pool_lists(lists, 6), quota, k)
    for row, found in enumerate(as_lists(fused)):
        assert found == turns_in_order(rows_of(lists, row), quota)[:k]
    check_lists("fusion", fused, 3)


@settings(deadline=None)
@given(three_lists, st.tuples(*[st.integers(0, 4)] * 3).filter(any))
def test_each_list_gets_its_slots_and_no_slot_stays_empty(lists, quota):
    fused = as_lists(fuse_quota(pool_lists(lists, 6), quota, sum(quota)))
    for row in range(3):
        own = rows_of(lists, row)
        assert all(set(ids[:slots]) <= set(fused[row]) for ids, slots in zip(own, quota, strict=True))
        assert len(fused[row]) == min(sum(quota), len({id_ for ids in own for id_ in ids}))


def test_lists_alternate_by_their_quota_from_the_top():
    lists = tuple(ranking_of([[(100 * number + place, -place) for place in range(10)]], 10) for number in range(3))
    assert as_lists(fuse_quota(pool_lists(lists, 10), (8, 1, 1), 10)) == [[0, 1, 2, 3, 100, 200, 4, 5, 6, 7]]
    assert as_lists(fuse_quota(pool_lists(lists, 10), (2, 0, 2), 6)) == [[0, 200, 1, 201, 2, 202]]


@settings(deadline=None)
@given(three_lists, golds(11, 3), st.tuples(*[st.integers(0, 4)] * 3).filter(any))
def test_found_by_quota_is_membership_in_the_fused_list(lists, gold, quota):
    pool = pool_lists(lists, max(6, sum(quota)))
    fused = fuse_quota(pool, quota, sum(quota))
    expected = [gold[row] != NO_ENTITY and gold[row] in ids for row, ids in enumerate(as_lists(fused))]
    assert found_by_quota(pool, gold, quota).tolist() == expected


@settings(deadline=None)
@given(three_lists, golds(11, 3))
def test_the_histogram_counts_every_quota_exactly(lists, gold):
    ranks = pool_lists(lists, 6).gold_ranks(gold)
    found = count_found(ranks, 6)
    for quota in product(range(7), repeat=3):
        assert found[quota] == sum(any(rank < slots for rank, slots in zip(row, quota, strict=True)) for row in ranks)


def test_the_histogram_in_steps_is_the_fine_one_at_those_places():
    random = np.random.default_rng(2)
    ranks = random.integers(0, 13, (200, 2)).astype(np.int32)
    assert (count_found(ranks, 12, 3) == count_found(ranks, 12)[::3, ::3]).all()
    four = random.integers(0, 13, (200, 4)).astype(np.int32)
    assert count_found(four, 12, 4)[1, 0, 2, 0] == int(((four[:, 0] < 4) | (four[:, 2] < 8)).sum())


@pytest.mark.parametrize(("n_lists", "k", "step"), [(2, 10, 1), (3, 10, 1), (3, 12, 4), (4, 9, 3)])
def test_all_quotas_are_those_that_add_up(n_lists, k, step):
    expected = [quota for quota in product(range(0, k + 1, step), repeat=n_lists) if sum(quota) == k]
    assert [tuple(row) for row in all_quotas(n_lists, k, step).tolist()] == expected


def test_many_lists_are_searched_in_coarser_steps_and_too_many_refused():
    assert [step_for(3, k) for k in (10, 50, 100)] == [1, 1, 1]
    assert step_for(4, 100) == 2
    assert step_for(6, 100) > 2
    with pytest.raises(UsageError, match="fuse fewer"):
        step_for(25, 10)


def best_by_hand(lists, gold, k: int, prior: int | None):
    """Every quota fused by the written rule; the tie rule in plain Python."""
    found = {}
    for quota in product(range(k + 1), repeat=len(lists)):
        if sum(quota) == k:
            hits = sum(
                gold[row] in turns_in_order(rows_of(lists, row), quota)[:k]
                for row in range(len(gold)) if gold[row] != NO_ENTITY
            )  # fmt: skip
            found[quota] = hits
    most = max(found.values())
    left = [quota for quota, hits in found.items() if hits == most]
    if prior is not None:
        left = [quota for quota in left if quota[prior] == max(one[prior] for one in left)]
    centre = [Fraction(sum(column), len(left)) for column in zip(*left, strict=True)]
    far = {quota: sum((slots - mean) ** 2 for slots, mean in zip(quota, centre, strict=True)) for quota in left}
    return max(quota for quota in left if far[quota] == min(far.values())), most


@settings(max_examples=60, deadline=None)
@given(three_lists, golds(10, 3).filter(lambda gold: (gold != NO_ENTITY).any()), st.sampled_from([None, 0, 2]))
def test_the_chosen_quota_is_the_best_of_all_by_the_stated_tie_rule(lists, gold, prior):
    choice = choose_quota(pool_lists(lists, 4), gold, 4, prior=prior)
    assert (choice.quota, choice.n_found) == best_by_hand(lists, gold, 4, prior)
    assert choice.n_found_plain <= choice.n_found
    assert choice.n_quotas == 15


def test_a_plateau_without_prior_is_entered_in_its_middle():
    lists = (ranking_of([[(1, 1.0)]], 10), ranking_of([[(2, 1.0)]], 10))
    choice = choose_quota(pool_lists(lists, 10), np.array([1]), 10)
    assert choice.n_tied == 11  # back-fill makes even (0, 10) find it
    assert choice.quota == (5, 5)
    assert choose_quota(pool_lists(lists, 10), np.array([1]), 10, prior=1).quota == (0, 10)


def test_nothing_to_tune_on_is_an_error():
    lists = (ranking_of([[(1, 1.0)]], 3), ranking_of([[(2, 1.0)]], 3))
    with pytest.raises(UsageError, match="nothing to tune on"):
        choose_quota(pool_lists(lists, 3), np.array([NO_ENTITY]), 3)


def test_all_quotas_for_10_50_and_100_within_two_seconds():
    random = np.random.default_rng(0)
    lists = [random_ranking(random, 1500, 100, 400) for _ in range(3)]
    gold = random.integers(0, 400, 1500)
    seconds = []
    for _ in range(2):
        begun = time.process_time()
        for k in (10, 50, 100):
            choose_quota(pool_lists(lists, k), gold, k, prior=0)
        seconds.append(time.process_time() - begun)
    assert min(seconds) < 2


@settings(deadline=None)
@given(three_lists, st.tuples(*[st.sampled_from([0.0, 0.5, 1.0, 2.0])] * 3).filter(any))
def test_reciprocal_ranks_are_added_up(lists, weights):
    fused = fuse_rrf(pool_lists(lists, 6), weights, 20, rank_constant=60)
    for row in range(3):
        sums: dict[int, float] = {}
        for ids, weight in zip(rows_of(lists, row), weights, strict=True):
            for rank, id_ in enumerate(ids, 1):
                sums[id_] = sums.get(id_, 0.0) + weight / (60 + rank)
        expected = ranking_of([sums.items()], 20)
        assert as_lists(fused)[row] == as_lists(expected)[0]
        assert np.allclose(fused.scores[row][fused.ids[row] != NO_ENTITY], [score for _, score in expected.row(0)])


def linear_setting():
    """A good list, a list of noise, and gold that the good one names first."""
    random = np.random.default_rng(4)
    good, noise = random_ranking(random, 300, 8, 40), random_ranking(random, 300, 8, 40)
    gold = np.where(good.lengths > 0, good.ids[:, 0], 0)
    return good, noise, gold


def test_the_linear_model_learns_which_list_to_trust():
    good, noise, gold = linear_setting()
    pool = pool_lists([noise, good], 8)
    model = fit_linear(pool, gold)
    again = fit_linear(pool, gold)
    assert model == again
    fused = fuse_linear(pool, model, 5)
    rows = good.lengths > 0
    assert (fused.ids[rows, 0] == gold[rows]).mean() > 0.95
    check_lists("linear", fused, 300)


def test_the_linear_model_scores_as_its_formula_says():
    lists = (ranking_of([[(1, 4.0), (2, 2.0)]], 3), ranking_of([[(2, 1.0)]], 3))
    pool = pool_lists(lists, 3)
    from modeling.retrieval.fusion_scores import LinearModel

    model = LinearModel((1.0, 10.0, 0.5, 2.0, 0.25, 4.0), -1.0, (3.0, 0.0), (1.0, 2.0))
    fused = dict(fuse_linear(pool, model, 3).row(0))
    assert fused[1] == pytest.approx(1.0 / 1 + 0.5 * (4 - 3) / 1 + 0.25 - 1)
    assert fused[2] == pytest.approx(1.0 / 2 + 10.0 / 1 + 0.5 * (2 - 3) + 2.0 * (1 - 0) / 2 + 0.25 + 4.0 - 1)


def test_a_linear_model_wants_gold_and_others():
    lists = (ranking_of([[(1, 1.0)]], 3), ranking_of([[(1, 1.0)]], 3))
    with pytest.raises(UsageError, match="hold gold entities and others"):
        fit_linear(pool_lists(lists, 3), np.array([1]))
    with pytest.raises(UsageError, match="hold gold entities and others"):
        fit_linear(pool_lists(lists, 3), np.array([5]))


@pytest.mark.parametrize("method", ["quota", "rrf", "linear"])
def test_every_method_fuses_and_tells_what_it_chose(method):
    good, noise, gold = linear_setting()
    rankings_ = {"noise": noise, "good": good}
    options = FusionOptions(method, cuts=(2, 5))
    fusion = tune_fusion(("noise", "good"), options, Development(rankings_, gold))
    lists = fusion.lists(rankings_)
    assert {k: one.ids.shape[1] for k, one in lists.items()} == {2: 2, 5: 5}
    assert fusion.facts["method"] == method
    rows = good.lengths > 0
    assert (lists[5].ids[rows] == gold[rows][:, None]).any(axis=1).mean() > 0.6
    if method == "quota":
        assert sum(fusion.facts["by_k"]["5"]["slots"].values()) == 5


def test_fixed_shares_and_plain_reciprocal_ranks_want_no_development_split():
    good, noise, _ = linear_setting()
    both = {"prior": good, "blink": noise}
    fixed = tune_fusion(("prior", "blink"), FusionOptions(shares={"prior": 80, "blink": 20}, cuts=(10,)), None)
    assert fixed.facts["by_k"]["10"]["slots"] == {"prior": 8, "blink": 2}
    assert len(fixed.lists(both)[10]) == 300
    tune_fusion(("prior", "blink"), FusionOptions("rrf"), None).lists(both)


@pytest.mark.parametrize("method", ["quota", "linear"])
def test_a_tuned_method_without_a_development_split_says_so(method):
    with pytest.raises(UsageError, match="--dev-split"):
        tune_fusion(("a", "b"), FusionOptions(method), None)


def test_shares_and_weights_that_are_none_are_named():
    with pytest.raises(UsageError, match="--quota"):
        tune_fusion(("a", "b"), FusionOptions(shares={"c": 5.0}), None)
    with pytest.raises(UsageError, match=r"rrf\.NAME"):
        tune_fusion(("a", "b"), FusionOptions("rrf", weights={"a": 0.0, "b": 0.0}), None)


GOOD = ranking_of([[(1, 2.0), (3, 1.0), (5, 1.0)], []], 4)


def test_lists_as_promised_pass():
    check_lists("mine", GOOD, 2)


@pytest.mark.parametrize(
    ("row", "column", "id_", "score", "message"),
    [
        (0, 0, 1, np.nan, "no number"),
        (0, 1, 3, -np.inf, "-inf beside an entity"),
        (0, 1, NO_ENTITY, 1.0, "-inf beside an entity"),
        (0, 1, 1, 1.0, "twice"),
        (0, 0, 1, 0.5, "not sorted"),
        (0, 1, 9, 1.0, "not sorted"),
        (1, 2, 9, 1.0, "not sorted"),
    ],
)
def test_a_broken_promise_is_named(row, column, id_, score, message):
    bad = Ranking(GOOD.ids.copy(), GOOD.scores.copy())
    bad.ids[row, column], bad.scores[row, column] = id_, score
    with pytest.raises(ArtifactError, match=message):
        check_lists("mine", bad, 2)


def test_missing_rows_are_named():
    with pytest.raises(ArtifactError, match="2 lists for 3 mentions"):
        check_lists("mine", GOOD, 3)
