"""Fusion by added scores: reciprocal ranks, or a learned linear model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.data.ranking import NO_ENTITY, Ids, Ranking, sort_ranking
from modeling.metrics.ranks import Floats
from modeling.retrieval.fusion_pool import Pool
from pipeline.records.errors import UsageError

RANK_CONSTANT = 60.0
"""The k of reciprocal-rank fusion (Cormack et al. 2009)."""
_ROUNDS = 1000


def fuse_rrf(pool: Pool, weights: Sequence[float], k: int, rank_constant: float = RANK_CONSTANT) -> Ranking:
    """Order candidates by Σ weight / (constant + rank), rank from 1; a list that lacks one adds nothing."""
    is_there = pool.ranks < pool.depth
    parts = np.where(is_there, np.array(weights, np.float64) / (rank_constant + pool.ranks + 1), 0.0)
    return _ordered(pool, parts.sum(axis=2), k)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A logistic regression over what the lists say of a candidate.

    Attributes:
        weights: One for each feature of `features_of`, for features as they are.
        bias: Intercept.
        centres: (R,) mean score of each list on the development split.
        spreads: (R,) standard deviation of the scores of each list there; 1 where all are equal.
    """

    weights: tuple[float, ...]
    bias: float
    centres: tuple[float, ...]
    spreads: tuple[float, ...]


def fit_linear(pool: Pool, gold: Ids, strength: float = 1.0) -> LinearModel:
    """Learn which candidates are gold.

    Args:
        pool: lists of the development split.
        gold: (B,) gold entities; mentions without gold in their pool are left out.
        strength: inverse of the L2 penalty (C of scikit-learn).

    Raises:
        UsageError: no list holds a gold entity, or nothing else.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - extra `modeling`, slow to import

    is_gold = (pool.ids == gold[:, None]) & (pool.ids != NO_ENTITY)
    rows = np.flatnonzero(is_gold.any(axis=1))
    pool, is_gold = pool.take(rows), is_gold[rows]
    is_candidate = pool.ids != NO_ENTITY
    labels = is_gold[is_candidate]
    if not labels.any() or labels.all():
        raise UsageError("a linear fusion wants lists of the development split that hold gold entities and others")
    scores = [pool.scores[:, :, number][pool.ranks[:, :, number] < pool.depth] for number in range(pool.n_lists)]
    centres = [float(one.mean(dtype=np.float64)) if len(one) else 0.0 for one in scores]
    spreads = [(float(one.std(dtype=np.float64)) if len(one) else 0.0) or 1.0 for one in scores]
    features = features_of(pool, centres, spreads)[is_candidate]
    scale = features.std(axis=0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(C=strength, max_iter=_ROUNDS).fit(features / scale, labels)
    weights = (model.coef_[0] / scale).tolist()
    return LinearModel(tuple(weights), float(model.intercept_[0]), tuple(centres), tuple(spreads))


def fuse_linear(pool: Pool, model: LinearModel, k: int) -> Ranking:
    """Order candidates by the model's log odds."""
    features = features_of(pool, model.centres, model.spreads)
    return _ordered(pool, features @ np.array(model.weights) + model.bias, k)


def features_of(pool: Pool, centres: Sequence[float], spreads: Sequence[float]) -> Floats:
    """(B, U, 3R) of each list: 1 / rank from 1, the scaled score, whether it is there; 0 where it is not."""
    is_there = pool.ranks < pool.depth
    reciprocal = np.where(is_there, 1 / (pool.ranks + 1.0), 0.0)
    scaled = (np.nan_to_num(pool.scores.astype(np.float64)) - np.array(centres)) / np.array(spreads)
    return np.concatenate([reciprocal, np.where(is_there, scaled, 0.0), is_there.astype(np.float64)], axis=2)


def _ordered(pool: Pool, scores: npt.NDArray[np.float64], k: int) -> Ranking:
    return sort_ranking(pool.ids, np.where(pool.ids == NO_ENTITY, -np.inf, scores).astype(np.float32), k)
