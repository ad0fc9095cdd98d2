"""What a system did with each mention, and its scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from modeling.data.mentions import Mention
from modeling.data.ranking import NO_ENTITY, Ids, Ranking
from modeling.metrics.ranks import Bools, Floats, TieRule, gold_ranks

CUTS = (1, 5, 10, 50, 100)
"""R@k for these k."""


@dataclass(frozen=True, slots=True)
class Questions:
    """The mentions of a split as a score sees them.

    Attributes:
        gold: (B,) entity ids in the catalog in use; `NO_ENTITY` for NIL and for entities that it does not hold.
        is_counted: (B,) True but for NIL: the denominator. A gold entity that the catalog lacks counts as missed.
        clusters: (B,) number of the mention's caption, from 0.
    """

    gold: Ids
    is_counted: Bools
    clusters: Ids

    @property
    def n(self) -> int:
        """Mentions that count."""
        return int(self.is_counted.sum())

    @property
    def n_outside(self) -> int:
        """Mentions that count although the catalog lacks their gold entity."""
        return int((self.is_counted & (self.gold == NO_ENTITY)).sum())


@dataclass(frozen=True, slots=True)
class Outcome:
    """One system's answers to the questions.

    Attributes:
        hits: k -> (B,) whether gold is among the first k.
        ranks: (B,) rank of gold, infinite where it is missing.
        is_empty: (B,) the list holds nothing at all.
    """

    hits: Mapping[int, Bools]
    ranks: Floats
    is_empty: Bools


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores over some mentions; None where there are none.

    Attributes:
        n: Mentions that count, empty lists included, NIL left out.
        n_empty: Of these, mentions with an empty list.
        recall: k -> share with gold among the first k.
        mrr: Mean reciprocal rank, 0 where gold is missing.
        mean_rank: Mean rank where gold was found.
    """

    n: int
    n_empty: int
    recall: Mapping[int, float | None]
    mrr: float | None
    mean_rank: float | None


def questions_of(mentions: Sequence[Mention]) -> Questions:
    """Gold, denominator and clusters of mentions whose entity ids are those of the catalog in use."""
    gold = [NO_ENTITY if one.is_nil or one.entity_id is None else one.entity_id for one in mentions]
    numbers: dict[str, int] = {}
    clusters = [numbers.setdefault(one.pair_id, len(numbers)) for one in mentions]
    is_counted = np.array([not one.is_nil for one in mentions], np.bool_)
    return Questions(np.array(gold, np.int64), is_counted, np.array(clusters, np.int64))


def outcome_of(
    lists: Mapping[int, Ranking], questions: Questions, rule: TieRule = TieRule.LISTED, cuts: Sequence[int] = CUTS
) -> Outcome:
    """Judge a system.

    Args:
        lists: K -> its lists of at most K; one entry is usual. A fusion may choose and order the candidates otherwise
            for each K: R@k is taken from the shortest lists that reach to k, a rank from the shortest that hold gold.
        questions: what was asked.
        rule: the rank among equal scores.
        cuts: k of R@k.
    """
    widths = sorted(lists)
    ranks = {width: gold_ranks(lists[width], questions.gold, rule) for width in widths}
    hits = {k: ranks[next((width for width in widths if width >= k), widths[-1])] <= k for k in cuts}
    first = ranks[widths[0]]
    for shorter, width in pairwise(widths):
        first = np.where(np.isfinite(first), first, np.maximum(ranks[width], shorter + 1))
    return Outcome(hits, first, lists[widths[-1]].lengths == 0)


def score(outcome: Outcome, among: Bools) -> Scores:
    """Scores over the mentions where `among` is True; give it no NIL."""
    n = int(among.sum())
    n_empty = int((outcome.is_empty & among).sum())
    if not n:
        return Scores(0, 0, dict.fromkeys(outcome.hits), None, None)
    ranks = outcome.ranks[among]
    found = ranks[np.isfinite(ranks)]
    recall = {k: float(hits[among].mean()) for k, hits in outcome.hits.items()}
    return Scores(n, n_empty, recall, float((1 / ranks).mean()), float(found.mean()) if len(found) else None)
