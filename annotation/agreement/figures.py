"""One figure with its errors and intervals."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from annotation.agreement.coefficients import NO_ITEMS, SINGLE_CATEGORY, Coefficient, Totals
from annotation.agreement.counting import Tally
from annotation.agreement.measures import Figure
from pipeline.records.errors import UsageError
from pipeline.stats.arrays import Counts, Floats, Weights
from pipeline.stats.intervals import (
    LEVEL,
    Interval,
    bca_interval,
    normal_interval,
    percentile_interval,
    rule_of_three,
)
from pipeline.stats.kappa_error import kappa_error
from pipeline.stats.resampling import Statistic, bootstrap_weights, jackknife_weights, resample, totals_of

METHODS = ("percentile", "bca")
_ATTAINABLE = "kappa_max"
"""Is 1 whenever both annotators use labels equally often: no sign of agreement."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How intervals are made.

    Attributes:
        draws: Bootstrap draws; 0 = no intervals.
        seed: Same seed, same intervals.
        level: Confidence level.
        method: percentile or bca.
    """

    draws: int = 2_000
    seed: int = 0
    level: float = LEVEL
    method: str = "percentile"

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(f"{self.method!r} is no kind of bootstrap interval; there are {', '.join(METHODS)}")
        if self.draws < 0 or not 0 < self.level < 1:
            raise UsageError(f"{self.draws} draws at level {self.level}: draws from 0, level between 0 and 1")


class Bootstrap:
    """Draws over the groups of a set of pairings, the same for every figure.

    Args:
        n_clusters: Groups.
        sampling: Settings.
        weights: (B, C) draws to use instead of seeded ones.
    """

    def __init__(self, n_clusters: int, sampling: Sampling, weights: Weights | None = None) -> None:
        self.sampling = sampling
        self._weights = bootstrap_weights(n_clusters, sampling.draws, sampling.seed) if weights is None else weights
        self._is_possible = n_clusters > 1 and len(self._weights) > 1
        self._left_out = jackknife_weights(n_clusters) if sampling.method == "bca" and self._is_possible else None

    def figures(self, coefficients: Mapping[str, Coefficient], found: Tally) -> tuple[Figure, ...]:
        """Coefficients of the items found; the draws, which cost most, are added up once for all of them."""

        def statistics(totals: Floats) -> Floats:
            values = Totals.of(totals)
            return np.stack([one(values) for one in coefficients.values()], axis=1)

        draws = self._draws(found.counts, statistics).reshape(-1, len(coefficients))
        return tuple(
            self._figure(name, one, found, draws[:, at]) for at, (name, one) in enumerate(coefficients.items())
        )

    def _figure(self, name: str, coefficient: Coefficient, found: Tally, draws: Floats) -> Figure:
        def statistic(totals: Floats) -> Floats:
            return coefficient(Totals.of(totals))

        value = _number(statistic(totals_of(found.counts)))
        if value is None:
            return Figure(name, None, SINGLE_CATEGORY if found.n else NO_ITEMS)
        interval = self._interval(found.counts, statistic, draws, value)
        if found.is_perfect and name != _ATTAINABLE:
            interval = self._perfect(coefficient, found)
        asymptotic = kappa_error(found.table) if name == "kappa" else None
        return Figure(
            name=name,
            value=value,
            interval=None if interval is None else interval.within(-1.0, 1.0),
            error=_spread(draws),
            asymptotic_error=asymptotic,
            asymptotic_interval=None
            if asymptotic is None
            else normal_interval(value, asymptotic, self.sampling.level).within(-1.0, 1.0),
            undefined_draws=int(np.isnan(draws).sum()),
        )

    def ratio(self, name: str, counts: Counts | Floats) -> Figure:
        """A ratio of (C, 2) counts, for an F1 twice the common spans and all spans."""
        value = _number(_ratio(totals_of(counts)))
        if value is None:
            return Figure(name, None, NO_ITEMS)
        draws = self._draws(counts, _ratio)
        interval = self._interval(counts, _ratio, draws, value)
        return Figure(name, value, interval=interval, error=_spread(draws), undefined_draws=int(np.isnan(draws).sum()))

    def _draws(self, counts: Counts | Floats, statistic: Statistic) -> Floats:
        return resample(counts, statistic, self._weights) if self._is_possible else np.zeros(0)

    def _interval(self, counts: Counts | Floats, statistic: Statistic, draws: Floats, value: float) -> Interval | None:
        if self._left_out is None:
            return percentile_interval(draws, self.sampling.level)
        return bca_interval(draws, value, resample(counts, statistic, self._left_out), self.sampling.level)

    def _perfect(self, coefficient: Coefficient, found: Tally) -> Interval:
        """All items agree, so no draw can tell how far from 1 the truth is: rule of three over the groups."""
        share = rule_of_three(found.n_clusters, self.sampling.level)
        totals = Totals.of(totals_of(found.counts))
        low = coefficient(Totals(totals.agree * share.low, totals.left, totals.right))
        return Interval(float(low[0]), 1.0, share.level, share.method)


def _ratio(totals: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(totals[1] > 0, totals[0] / totals[1], np.nan)


def _number(values: Floats) -> float | None:
    return None if np.isnan(values[0]) else float(values[0])


def _spread(draws: Floats) -> float | None:
    """Standard deviation of the defined draws; None with fewer than two."""
    defined = draws[~np.isnan(draws)]
    return float(defined.std(ddof=1)) if len(defined) > 1 else None
