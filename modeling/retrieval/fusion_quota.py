"""Fusion by quotas: each list fills its slots (paper 5.1)."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from modeling.data.ranking import Ids, Ranking, sort_ranking
from modeling.metrics.ranks import Bools
from modeling.retrieval.fusion_pool import Pool

Quota = tuple[int, ...]
"""Slots of each list; their sum is K."""
_CELLS_AT_ONCE = 1 << 22


def round_quota(shares: Sequence[float], k: int) -> Quota:
    """Slots of each list for shares such as 80, 10, 10: largest remainders, the earlier list first among equals.

    Raises:
        ValueError: a share is negative or all are 0.
    """
    exact = [Fraction(share) for share in shares]
    if min(exact, default=Fraction(0)) < 0 or not sum(exact):
        raise ValueError(f"shares of a quota are 0 or more and not all 0: {list(shares)}")
    slots = [share * k / sum(exact) for share in exact]
    whole = [int(slot) for slot in slots]
    order = sorted(range(len(slots)), key=lambda place: (whole[place] - slots[place], place))
    for place in order[: k - sum(whole)]:
        whole[place] += 1
    return tuple(whole)


def turns_of(quota: Quota, depth: int) -> npt.NDArray[np.int64]:
    """(R, depth + 1) the turn of each place of each list; the last column, of a missing entity, comes after all.

    Place j of a list with q slots has its turn at time (2j + 1) / 2q, the earlier list first among equals. So the first
    q places of every list come before all others (time < 1), lists alternate by their quotas from the top on (Webster's
    apportionment holds for every length), and what follows is the back-fill in the same order. Lists without slots come
    last.
    """
    lists, places = np.indices((len(quota), depth))
    slots = np.array(quota, np.float64)[:, None]
    times = np.where(slots > 0, (2 * places + 1) / np.maximum(2 * slots, 1), np.inf)
    places_of_idle = np.where(np.isinf(times), places, 0)
    order = np.lexsort((lists.ravel(), places_of_idle.ravel(), times.ravel()))
    turns = np.full((len(quota), depth + 1), len(quota) * depth, np.int64)
    flat = np.empty(len(quota) * depth, np.int64)
    flat[order] = np.arange(len(order))
    turns[:, :depth] = flat.reshape(len(quota), depth)
    return turns


def fuse_quota(pool: Pool, quota: Quota, k: int) -> Ranking:
    """Take `k` candidates in order of turns; an entity counts where its first turn is.

    Duplicates and short lists leave no slot empty while any list has a candidate left. Scores are 1 / (place + 1).
    """
    turns = _first_turns(pool, turns_of(quota, pool.depth))
    never = len(quota) * pool.depth
    ordered = sort_ranking(pool.ids, np.where(turns < never, -turns, -np.inf).astype(np.float32), k)
    places = 1 / (np.arange(k, dtype=np.float32) + 1)
    return Ranking(ordered.ids, np.where(np.isneginf(ordered.scores), -np.inf, places[None, :]).astype(np.float32))


def found_by_quota(pool: Pool, gold: Ids, quota: Quota) -> Bools:
    """(B,) whether `fuse_quota` with K = sum of the quota would list the gold entity, without making the lists."""
    ranks = pool.gold_ranks(gold)
    found: Bools = np.asarray((ranks < np.array(quota)).any(axis=1))
    open_rows = np.flatnonzero(~found & (ranks < pool.depth).any(axis=1))
    turns = turns_of(quota, pool.depth)
    step = max(1, _CELLS_AT_ONCE // max(1, pool.ids.shape[1] * pool.n_lists))
    for begin in range(0, len(open_rows), step):
        rows = open_rows[begin : begin + step]
        own = turns[np.arange(len(quota)), ranks[rows]].min(axis=1)
        before = _first_turns(pool.take(rows), turns) < own[:, None]
        found[rows] = np.count_nonzero(before, axis=1) < sum(quota)
    return found


def _first_turns(pool: Pool, turns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(B, U) the first turn at which any list names the entity."""
    first: npt.NDArray[np.int64] = turns[0][pool.ranks[:, :, 0]]
    for number in range(1, pool.n_lists):
        np.minimum(first, turns[number][pool.ranks[:, :, number]], out=first)
    return first
