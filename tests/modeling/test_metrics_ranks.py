"""Ranks and recall against a loop that reads one mention after the other."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling.data.ranking import NO_ENTITY, Ranking, empty_ranking, ranking_of
from modeling.metrics.outcomes import CUTS, Questions, outcome_of, questions_of, score
from modeling.metrics.ranks import TieRule, gold_ranks
from tests.modeling.rankings import golds, rankings
from tests.modeling.worlds import mention_in


def naive_rank(candidates: list[tuple[int, float]], gold: int, rule: TieRule) -> float:
    """Rank of gold by its definition, in plain Python."""
    scores = dict(candidates)
    if gold == NO_ENTITY or gold not in scores:
        return float("inf")
    better = sum(score > scores[gold] for score in scores.values())
    tied = sum(score == scores[gold] for score in scores.values())
    place = [id_ for id_, _ in candidates].index(gold)
    return {
        TieRule.LISTED: place + 1,
        TieRule.OPTIMISTIC: better + 1,
        TieRule.PESSIMISTIC: better + tied,
        TieRule.MEAN: better + (tied + 1) / 2,
    }[rule]


def ask(gold, is_counted=None) -> Questions:
    n = len(gold)
    counted = np.array(gold) != NO_ENTITY if is_counted is None else np.array(is_counted)
    return Questions(np.array(gold, np.int64), counted, np.arange(n))


@settings(deadline=None)
@given(rankings(n_mentions=4), golds(9, 4), st.sampled_from(TieRule))
def test_ranks_are_those_of_a_plain_loop(ranking, gold, rule):
    expected = [naive_rank(ranking.row(row), id_, rule) for row, id_ in enumerate(gold.tolist())]
    assert gold_ranks(ranking, gold, rule).tolist() == expected


@settings(deadline=None)
@given(rankings(n_mentions=4), golds(9, 4))
def test_the_listed_rank_lies_between_optimistic_and_pessimistic(ranking, gold):
    listed, best, worst, mean = (
        gold_ranks(ranking, gold, rule)
        for rule in (TieRule.LISTED, TieRule.OPTIMISTIC, TieRule.PESSIMISTIC, TieRule.MEAN)
    )
    assert (best <= listed).all()
    assert (listed <= worst).all()
    found = np.isfinite(listed)
    assert np.allclose(mean[found], (best[found] + worst[found]) / 2)


def test_all_equal_scores_give_the_extremes_of_the_tie_rules():
    ranking = ranking_of([[(id_, 1.0) for id_ in range(1000)]], 1000)
    gold = np.array([500])
    found = {rule: float(gold_ranks(ranking, gold, rule)[0]) for rule in TieRule}
    assert found == {"listed": 501, "optimistic": 1, "pessimistic": 1000, "mean": 500.5}


@settings(deadline=None)
@given(rankings(n_mentions=5), golds(9, 5), st.lists(st.booleans(), min_size=5, max_size=5))
def test_scores_are_those_of_a_float64_loop(ranking, gold, is_nil):
    questions = ask(gold, [not nil for nil in is_nil])
    outcome = outcome_of({6: ranking}, questions)
    found = score(outcome, questions.is_counted)
    ranks = [naive_rank(ranking.row(row), int(gold[row]), TieRule.LISTED) for row in range(5) if not is_nil[row]]
    assert found.n == len(ranks)
    assert found.n_empty == sum(not ranking.row(row) for row in range(5) if not is_nil[row])
    for k in CUTS:
        expected = sum(rank <= k for rank in ranks) / len(ranks) if ranks else None
        assert found.recall[k] == pytest.approx(expected)
    assert found.mrr == (pytest.approx(sum(1 / rank for rank in ranks) / len(ranks)) if ranks else None)
    finite = [rank for rank in ranks if rank < float("inf")]
    assert found.mean_rank == (pytest.approx(sum(finite) / len(finite)) if finite else None)


def test_nil_leaves_the_denominator_and_empty_lists_stay_in():
    mentions = [
        mention_in("a Lion here", "Lion", 1, entity="Lion"),
        mention_in("b Nobody here", "Nobody", is_nil=True),
        mention_in("c Ghost here", "Ghost", is_nil=False, entity="Not in this catalog"),
        mention_in("d Tiger here", "Tiger", 2, entity="Tiger"),
    ]
    questions = questions_of(mentions)
    ranking = ranking_of([[(1, 1.0)], [(1, 1.0)], [(7, 1.0)], []], 10)
    found = score(outcome_of({10: ranking}, questions), questions.is_counted)
    assert (questions.n, questions.n_outside) == (3, 1)
    assert (found.n, found.n_empty, found.recall[10]) == (3, 1, pytest.approx(1 / 3))


def test_a_nil_mention_is_no_hit_even_where_a_list_is_empty():
    ranking = empty_ranking(2, 5)
    assert np.isinf(gold_ranks(ranking, np.array([NO_ENTITY, 3]))).all()
    assert np.isinf(gold_ranks(Ranking(ranking.ids[:, :0], ranking.scores[:, :0]), np.array([NO_ENTITY, 3]))).all()


def test_each_cut_is_read_from_the_shortest_list_that_reaches_to_it():
    short, long = ranking_of([[(1, 1.0)], [(2, 1.0)]], 2), ranking_of([[(3, 2.0), (1, 1.0)], [(4, 2.0), (5, 1.0)]], 4)
    outcome = outcome_of({2: short, 4: long}, ask([1, 5]), cuts=(1, 2, 4, 9))
    assert {k: hits.tolist() for k, hits in outcome.hits.items()} == {
        1: [True, False], 2: [True, False], 4: [True, True], 9: [True, True],
    }  # fmt: skip
    assert outcome.ranks.tolist() == [1, 3]  # in the longer list alone: after all of the shorter one


@settings(deadline=None)
@given(rankings(n_mentions=3, width=3), rankings(n_mentions=3, width=6), golds(9, 3))
def test_the_reciprocal_rank_never_falls_below_recall_at_1(short, long, gold):
    questions = ask(gold)
    found = score(outcome_of({3: short, 6: long}, questions), questions.is_counted)
    if found.n:
        assert found.mrr >= found.recall[1]


def test_a_million_mentions_a_second():
    random = np.random.default_rng(0)
    n, width = 20_000, 100
    ids = random.permuted(np.tile(np.arange(200), (n, 1)), axis=1)[:, :width]
    ranking = Ranking(ids, np.tile(-np.arange(width, dtype=np.float32), (n, 1)))
    questions = ask(random.integers(0, 200, n))
    seconds = []
    for _ in range(5):
        begun = time.process_time()
        score(outcome_of({width: ranking}, questions), questions.is_counted)
        seconds.append(time.process_time() - begun)
    assert n / min(seconds) > 1_000_000
