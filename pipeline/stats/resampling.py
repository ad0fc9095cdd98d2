"""Bootstrap and jackknife over clusters, by one matrix product."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.stats.arrays import Counts, Floats, Weights
from pipeline.stats.seeding import generator

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Statistic = Callable[[Floats], Floats]
"""(F, B) totals of F counts in B draws -> (B,) values, NaN where a draw has none."""
_CHUNK_CELLS = 1 << 22


def bootstrap_weights(n_clusters: int, draws: int, seed: int) -> Weights:
    """(B, C) how often each cluster is in each draw; every draw takes C clusters with replacement."""
    random = generator(seed, "bootstrap")
    weights = np.zeros((draws, n_clusters), dtype=np.uint16)
    if n_clusters:
        for row in weights:
            row[:] = np.bincount(random.integers(0, n_clusters, n_clusters), minlength=n_clusters)
    return weights


def jackknife_weights(n_clusters: int) -> Weights:
    """(C, C) every cluster once but one: row i leaves cluster i out."""
    return (1 - np.eye(n_clusters)).astype(np.uint16)


def resample(counts: "Counts | csr_array", statistic: Statistic, weights: Weights) -> Floats:
    """The statistic of every draw: `statistic((weights @ counts).T)`, a few draws at a time.

    Args:
        counts: (C, F) counts of each cluster; dense, or sparse where F is large.
        statistic: Function of the counts' totals.
        weights: (B, C) as `bootstrap_weights` gives them.
    """
    values = [statistic(totals) for totals in _totals(counts, weights)]
    return np.concatenate(values) if values else np.zeros(0)


def totals_of(counts: "Counts | csr_array") -> Floats:
    """(F, 1) totals of the data as they are."""
    return np.asarray(counts.sum(axis=0), dtype=np.float64).reshape(-1, 1)


def _totals(counts: Any, weights: Weights) -> Iterator[Floats]:  # noqa: ANN401 - dense or sparse
    by_feature = counts.T.astype(np.float64)
    step = max(1, _CHUNK_CELLS // max(1, by_feature.shape[0]))
    for first in range(0, len(weights), step):
        yield np.asarray(by_feature @ weights[first : first + step].T.astype(np.float64))


def jackknife_error(values: Floats) -> float | None:
    """Standard error from leave-one-out values; None with fewer than two defined ones."""
    defined = values[~np.isnan(values)]
    n = len(defined)
    if n < 2:
        return None
    return float(np.sqrt((n - 1) / n * np.square(defined - defined.mean()).sum()))
