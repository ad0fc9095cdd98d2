"""Intervals, letters, groups and the authors' matcher."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from modeling.data.ranking import ranking_of
from modeling.metrics.bootstrap import MRR, caption_weights, score_intervals
from modeling.metrics.compat import compat_name, compat_recall
from modeling.metrics.groups import groups_of
from modeling.metrics.outcomes import Questions, outcome_of
from modeling.metrics.significance import beaten, compare_all, holm, letters_of
from modeling.retrieval.evaluate import JudgeOptions, judge
from pipeline.stats.mcnemar import exact_mcnemar
from tests.modeling.rankings import random_ranking
from tests.modeling.worlds import mention_in


def setting(n=60, n_captions=25, seed=1):
    random = np.random.default_rng(seed)
    ranking = random_ranking(random, n, 10, 14)
    clusters = np.concatenate([np.arange(n_captions), random.integers(0, n_captions, n - n_captions)])
    questions = Questions(random.integers(0, 14, n), random.random(n) < 0.9, clusters)
    return ranking, questions


def test_intervals_are_the_quantiles_of_scores_of_redrawn_captions():
    ranking, questions = setting()
    outcome = outcome_of({10: ranking}, questions)
    weights = caption_weights(questions, 200, 3)
    found = score_intervals(outcome, questions, weights)
    draws = {1: [], 10: [], MRR: []}
    for weight in weights:
        rows = [row for row in range(60) for _ in range(weight[questions.clusters[row]]) if questions.is_counted[row]]
        draws[1].append(sum(outcome.ranks[row] <= 1 for row in rows) / len(rows))
        draws[10].append(sum(outcome.ranks[row] <= 10 for row in rows) / len(rows))
        draws[MRR].append(sum(1 / outcome.ranks[row] for row in rows) / len(rows))
    for name, values in draws.items():
        low, high = np.quantile(values, (0.025, 0.975))
        assert (found[name].low, found[name].high) == (pytest.approx(low), pytest.approx(high))


def test_the_same_seed_gives_the_same_draws_and_another_seed_others():
    _, questions = setting()
    assert (caption_weights(questions, 50, 1) == caption_weights(questions, 50, 1)).all()
    assert (caption_weights(questions, 50, 1) != caption_weights(questions, 50, 2)).any()


def test_a_score_without_a_miss_still_has_an_interval_with_width():
    questions = Questions(np.array([1, 2, 3]), np.ones(3, np.bool_), np.arange(3))
    outcome = outcome_of({5: ranking_of([[(1, 1.0)], [(2, 1.0)], [(3, 1.0)]], 5)}, questions)
    found = score_intervals(outcome, questions, caption_weights(questions, 100, 0))
    assert found[1].low == pytest.approx(0.05 ** (1 / 3))
    assert (found[1].high, found[1].method) == (1.0, "rule_of_three")
    nothing = outcome_of({5: ranking_of([[], [], []], 5)}, questions)
    missed = score_intervals(nothing, questions, caption_weights(questions, 100, 0))[1]
    assert (missed.low, missed.high) == (0.0, pytest.approx(1 - 0.05 ** (1 / 3)))


def test_without_a_counted_mention_there_is_no_interval():
    questions = Questions(np.array([1]), np.zeros(1, np.bool_), np.zeros(1, np.int64))
    outcome = outcome_of({5: ranking_of([[(1, 1.0)]], 5)}, questions)
    assert set(score_intervals(outcome, questions, caption_weights(questions, 10, 0)).values()) == {None}


def test_one_caption_or_equal_ones_say_nothing_of_the_spread():
    gold, lists = np.array([1, 2]), ranking_of([[(1, 1.0)], [(1, 1.0)]], 5)
    one_caption = Questions(gold, np.ones(2, np.bool_), np.zeros(2, np.int64))
    found = score_intervals(outcome_of({5: lists}, one_caption), one_caption, caption_weights(one_caption, 100, 0))
    assert set(found.values()) == {None}
    twins = Questions(np.tile(gold, 2), np.ones(4, np.bool_), np.array([0, 0, 1, 1]))
    outcome = outcome_of({5: ranking_of([[(1, 1.0)]] * 4, 5)}, twins)
    assert score_intervals(outcome, twins, caption_weights(twins, 100, 0))[1] is None


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_holm_is_that_of_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist())


def test_letters_name_the_systems_that_were_beaten():
    best, middle, worst = np.ones(40, np.bool_), np.arange(40) < 25, np.arange(40) < 5
    hits = {"worst": worst, "middle": middle, "best": best}
    pairs = compare_all(hits)
    letters = letters_of(list(hits))
    assert letters == {"worst": "a", "middle": "b", "best": "c"}
    assert beaten(pairs, letters) == {"worst": "", "middle": "a", "best": "ab"}
    assert [(one.only_first, one.only_second) for one in pairs] == [(0, 20), (0, 35), (0, 15)]
    assert pairs[0].p_value == exact_mcnemar(0, 20).p_value


def test_equal_systems_and_a_single_system_beat_nobody():
    hits = np.arange(40) < 20
    pairs = compare_all({"a": hits, "b": hits})
    assert [(one.p_value, one.p_holm) for one in pairs] == [(1.0, 1.0)]
    assert beaten(pairs, letters_of(["a", "b"])) == {"a": "", "b": ""}
    assert beaten(compare_all({"a": hits}), letters_of(["a"])) == {"a": ""}


def test_the_27th_system_has_two_letters():
    assert letters_of([str(number) for number in range(28)])["27"] == "ab"


def test_groups_leave_nil_out_and_tell_seen_from_unseen():
    train = [
        mention_in("the LION sleeps", "LION", 1, entity="Lion"),
        mention_in("x Puma y", "Puma", 2, entity="Cougar"),
    ]
    mentions = [
        mention_in("a Lion here", "Lion", 1, entity="Lion", type="Animal", topic="nature"),
        mention_in("b Ghost here", "Ghost", is_nil=True, type="Animal", topic="nature"),
        mention_in("c puma here", "puma", 3, entity="Puma", type=None, topic=None),
    ]
    found = {
        kind: {name: mask.tolist() for name, mask in one.items()} for kind, one in groups_of(mentions, train).items()
    }
    assert found == {
        "type": {"(none)": [False, False, True], "Animal": [True, False, False]},
        "topic": {"(none)": [False, False, True], "nature": [True, False, False]},
        "entity": {"seen in train": [True, False, False], "unseen": [False, False, True]},
        "surface": {"seen in train": [True, False, True]},
    }
    assert set(groups_of(mentions, [])) == {"type", "topic"}


def test_compat_names_lose_hyphens_underscores_and_addresses():
    assert compat_name("https://en.wikipedia.org/wiki/Jean-Luc_Picard%27s") == "Jean Luc Picard's"
    assert compat_name("en.m.wikipedia.org/wiki/Spider-Man_(2002_film)") == compat_name("Spider Man (2002 film)")


def test_the_authors_matcher_skips_nil_and_drops_equal_names_before_the_cut():
    titles = {1: "Spider-Man", 2: "Spider Man", 3: "Ant-Man"}
    mentions = [
        mention_in("a Spidey here", "Spidey", 2, entity="Spider Man"),  # met by another entity of that name
        mention_in("b Ant here", "Ant", 3, entity="Ant-Man"),  # third place, second name
        mention_in("c Nobody here", "Nobody", is_nil=True),
        mention_in("d Bug here", "Bug", is_nil=False, entity="Ant Man"),  # not in the catalog, met by name
    ]
    lists = {10: ranking_of([[(1, 1.0)], [(1, 3.0), (2, 2.0), (3, 1.0)], [(1, 1.0)], [(3, 1.0)]], 10)}
    assert compat_recall(mentions, lists, titles, (1, 2)) == {1: pytest.approx(2 / 3), 2: 1.0}
    assert compat_recall(mentions[2:3], lists, titles, (1,)) == {1: None}


def test_only_finds_are_counted_for_methods_and_for_kinds_of_methods():
    mentions = [mention_in(f"{letter} Lion", "Lion", number, pair_id=letter) for number, letter in enumerate("abcd", 1)]
    lists = {
        "prior": [[1], [2], [], []],
        "bm25": [[1], [], [3], []],
        "tfidf": [[1], [], [3], [4]],
        "prior+bm25": [[1], [2], [3], [4]],
    }
    systems = {name: {5: ranking_of([[(id_, 1.0) for id_ in row] for row in rows], 5)} for name, rows in lists.items()}
    found = judge(systems, mentions, [], {}, JudgeOptions(draws=0))
    assert {name: counts[10] for name, counts in found["only_finds"].items()} == {"prior": 1, "bm25": 0, "tfidf": 1}
    assert {kind: counts[10] for kind, counts in found["only_finds_of_modality"].items()} == {"P": 1, "T": 2}
    assert (found["n_counted"], found["systems"]["prior"]["intervals"]) == (4, {})
