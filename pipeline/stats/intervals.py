"""Confidence intervals: percentile, BCa, normal, rule of three."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pipeline.stats.arrays import Floats

LEVEL = 0.95
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Attributes:
        low: Lower limit.
        high: Upper limit.
        level: Share of such intervals that hold the true value.
        method: percentile, bca, normal or rule_of_three.
        is_clipped: A limit lay outside the range of the figure and was moved to its edge.
    """

    low: float
    high: float
    level: float
    method: str
    is_clipped: bool = False

    def within(self, least: float, most: float) -> "Interval":
        """The part of the interval that the figure can reach."""
        low, high = min(max(self.low, least), most), max(min(self.high, most), least)
        return Interval(low, high, self.level, self.method, self.is_clipped or (low, high) != (self.low, self.high))


def percentile_interval(values: Floats, level: float = LEVEL) -> Interval | None:
    """Quantiles of bootstrap values, undefined draws (NaN) left out; None where all are undefined."""
    return _quantiles(values, (1 - level) / 2, (1 + level) / 2, (level, "percentile"))


def bca_interval(values: Floats, estimate: float, left_out: Floats, level: float = LEVEL) -> Interval | None:
    """Bias-corrected and accelerated bootstrap interval (Efron 1987).

    Args:
        values: Bootstrap values, NaN where undefined.
        estimate: The figure of the data.
        left_out: Its jackknife values, NaN where undefined.
        level: Confidence level.

    Returns:
        None where nothing is defined, or all draws lie on one side of the estimate.
    """
    defined = values[~np.isnan(values)]
    below = float(np.mean(defined < estimate) + np.mean(defined == estimate) / 2) if len(defined) else 0.0
    if not 0 < below < 1:
        return None
    bias = _NORMAL.inv_cdf(below)
    gaps = np.nanmean(left_out) - left_out[~np.isnan(left_out)]
    spread = float(np.square(gaps).sum()) ** 1.5
    acceleration = float((gaps**3).sum()) / (6 * spread) if spread else 0.0

    def moved(share: float) -> float:
        z = bias + _NORMAL.inv_cdf(share)
        return _NORMAL.cdf(bias + z / (1 - acceleration * z))

    return _quantiles(values, moved((1 - level) / 2), moved((1 + level) / 2), (level, "bca"))


def normal_interval(estimate: float, error: float, level: float = LEVEL) -> Interval:
    """The estimate plus and minus its standard error; may leave the range of the figure."""
    width = _NORMAL.inv_cdf((1 + level) / 2) * error
    return Interval(estimate - width, estimate + width, level, "normal")


def rule_of_three(n: int, level: float = LEVEL) -> Interval:
    """Limits of a share of which n of n cases were seen: the lower one is about 1 - 3/n at 95 %."""
    if n < 1:
        raise ValueError("the rule of three needs a case")
    return Interval((1 - level) ** (1 / n), 1.0, level, "rule_of_three")


def _quantiles(values: Floats, low: float, high: float, told: tuple[float, str]) -> Interval | None:
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    first, last = np.quantile(defined, (low, high))
    return Interval(float(first), float(last), *told)
