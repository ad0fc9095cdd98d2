"""Where the gold entity stands in a list, ties by rule."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from modeling.data.ranking import NO_ENTITY, Ids, Ranking

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class TieRule(StrEnum):
    """Which rank the gold entity gets among candidates of its score.

    listed: its place in the list, ties in order of entity ids; what a reader of the list meets. optimistic: before
    them, (score > gold).sum() + 1. pessimistic: after them, (score >= gold).sum(). mean: halfway, the expected rank.
    Candidates beyond the end of a list are not known, so a tie across the cut counts only up to it.
    """

    LISTED = "listed"
    OPTIMISTIC = "optimistic"
    MEAN = "mean"
    PESSIMISTIC = "pessimistic"


def gold_ranks(ranking: Ranking, gold: Ids, rule: TieRule = TieRule.LISTED) -> Floats:
    """(B,) rank of each gold entity from 1; infinite where the list lacks it.

    Args:
        ranking: (B, K) lists.
        gold: (B,) entity ids; `NO_ENTITY` where there is none to find.
        rule: the rank among equal scores.
    """
    places = gold_places(ranking.ids, gold)
    is_found = places < ranking.ids.shape[1]
    ranks = np.full(len(gold), np.inf)
    if rule is TieRule.LISTED:
        ranks[is_found] = places[is_found] + 1
        return ranks
    rows = np.flatnonzero(is_found)
    scores = ranking.scores[rows]
    own = scores[np.arange(len(rows)), places[rows]][:, None]
    best = np.count_nonzero(scores > own, axis=1) + 1
    worst = np.count_nonzero(scores >= own, axis=1)
    ranks[rows] = {TieRule.OPTIMISTIC: best, TieRule.PESSIMISTIC: worst}.get(rule, (best + worst) / 2)
    return ranks


def gold_places(ids: Ids, gold: Ids) -> Ids:
    """(B,) place of each gold entity from 0; K where the list lacks it."""
    width = ids.shape[1]
    if not width:
        return np.zeros(len(ids), np.int64)
    is_gold = ids == gold[:, None]
    places = is_gold.argmax(axis=1)
    is_found = is_gold[np.arange(len(ids)), places] & (gold != NO_ENTITY)
    found: Ids = np.where(is_found, places, width)
    return found
