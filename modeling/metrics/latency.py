"""Time per mention, warm and cold, and an index's memory."""

import gc
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking

Search = Callable[[Sequence[Mention], int], Ranking]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of single searches, one mention at a time.

    Attributes:
        n_warm: Warm searches: the index stays open, every mention was searched once before.
        warm_p50_ms: Median.
        warm_p99_ms: 99th percentile.
        n_cold: Cold searches: the index newly opened, its files asked out of the page cache, its first search.
        open_p50_ms: Median time to open it cold.
        cold_p50_ms: Median of the first search.
        cold_p99_ms: 99th percentile of the first search.
        private_bytes: Private memory that the open index added to the process, after the warm searches.
    """

    n_warm: int
    warm_p50_ms: float
    warm_p99_ms: float
    n_cold: int
    open_p50_ms: float
    cold_p50_ms: float
    cold_p99_ms: float
    private_bytes: int


def some_mentions(mentions: Sequence[Mention], n: int, seed: int) -> list[Mention]:
    """`n` of the mentions drawn by `seed`, in their own order; all where there are no more."""
    if n >= len(mentions):
        return list(mentions)
    drawn = np.random.default_rng(seed).choice(len(mentions), n, replace=False)
    return [mentions[place] for place in sorted(drawn.tolist())]


def measure_latency(
    open_index: Callable[[], Search], mentions: Sequence[Mention], k: int, *, files: Iterable[Path], n_cold: int = 10
) -> Latency:
    """Time searches for `k` candidates.

    Args:
        open_index: opens the index anew and gives its search.
        mentions: at least one, each searched twice, for the second time on the clock; cold searches take some of them,
            evenly spread.
        k: candidates wanted.
        files: what the index reads, dropped from the page cache before a cold opening where the system allows it.
        n_cold: cold openings.
    """
    before = _private_bytes()
    search = open_index()
    _timed_searches(search, mentions, k)
    warm = _timed_searches(search, mentions, k)
    private = max(_private_bytes() - before, 0)
    del search
    paths = list(files)
    some = [mentions[place] for place in np.linspace(0, len(mentions) - 1, min(n_cold, len(mentions))).astype(int)]
    cold = [_cold(open_index, mention, k, paths) for mention in some]
    opening, first = zip(*cold, strict=True)
    return Latency(
        len(warm), _quantile(warm, 0.5), _quantile(warm, 0.99),
        len(cold), _quantile(opening, 0.5), _quantile(first, 0.5), _quantile(first, 0.99), private,
    )  # fmt: skip


def _cold(open_index: Callable[[], Search], mention: Mention, k: int, paths: Sequence[Path]) -> tuple[float, float]:
    """Seconds to open and to search once."""
    gc.collect()  # mapped pages of an earlier opening would stay in memory
    for path in paths:
        _drop(path)
    begun = time.perf_counter()
    search = open_index()
    opened = time.perf_counter()
    search([mention], k)
    return opened - begun, time.perf_counter() - opened


def _timed_searches(search: Search, mentions: Sequence[Mention], k: int) -> list[float]:
    seconds = []
    for mention in mentions:
        begun = time.perf_counter()
        search([mention], k)
        seconds.append(time.perf_counter() - begun)
    return seconds


def _quantile(seconds: Sequence[float], share: float) -> float:
    return float(np.quantile(seconds, share) * 1000)


def _drop(path: Path) -> None:
    if hasattr(os, "posix_fadvise"):
        file = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(file)


def _private_bytes() -> int:
    return int(psutil.Process().memory_full_info().uss)
