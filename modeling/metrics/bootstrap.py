"""Intervals of retrieval scores, whole captions drawn at random."""

from collections.abc import Mapping

import numpy as np

from modeling.metrics.outcomes import Outcome, Questions
from modeling.metrics.ranks import Floats
from pipeline.stats.arrays import Weights
from pipeline.stats.intervals import Interval, percentile_interval, rule_of_three
from pipeline.stats.resampling import bootstrap_weights, resample

MRR = "mrr"


def caption_weights(questions: Questions, draws: int, seed: int) -> Weights:
    """(draws, captions) how often each caption is in each draw; one table serves all systems."""
    return bootstrap_weights(int(questions.clusters.max(initial=-1)) + 1, draws, seed)


def score_intervals(outcome: Outcome, questions: Questions, weights: Weights) -> Mapping[int | str, Interval | None]:
    """95 % interval of R@k by k, and of MRR by `MRR`: quantiles of the draws.

    Where every mention (or none) is a hit, all draws are alike; the rule of three over captions stands there instead.
    Where they are alike for want of captions that differ, there is no interval.
    """
    names: list[int | str] = [*outcome.hits, MRR]
    columns = [questions.is_counted, *outcome.hits.values(), 1 / outcome.ranks]
    counts = np.stack(
        [_by_caption(np.where(questions.is_counted, column, 0.0), questions) for column in columns], axis=1
    )
    values = resample(counts, _shares, weights)
    n_captions = int((counts[:, 0] > 0).sum())
    if not n_captions or not len(weights):
        return dict.fromkeys(names)
    totals = counts.sum(axis=0)
    return {
        name: _interval(values[:, place], float(totals[place + 1] / totals[0]), n_captions)
        for place, name in enumerate(names)
    }


def _by_caption(values: Floats, questions: Questions) -> Floats:
    return np.asarray(np.bincount(questions.clusters, weights=values), np.float64)


def _shares(totals: Floats) -> Floats:
    """(F, B) sums -> (B, F - 1) shares of the first, NaN in a draw without counted mentions."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((totals[1:] / totals[0]).T)


def _interval(values: Floats, share: float, n_captions: int) -> Interval | None:
    if share in {0.0, 1.0}:
        least = rule_of_three(n_captions)
        return least if share else Interval(0.0, 1 - least.low, least.level, least.method)
    defined = values[~np.isnan(values)]
    return None if not len(defined) or defined.min() == defined.max() else percentile_interval(defined)
