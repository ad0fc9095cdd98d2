"""The best quota of K slots, every quota looked at (paper 5.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from modeling.data.ranking import NO_ENTITY, Ids
from modeling.retrieval.fusion_pool import Pool
from modeling.retrieval.fusion_quota import Quota, found_by_quota
from pipeline.records.errors import UsageError

Counts = npt.NDArray[np.int64]
SHORTLIST = 50
"""Quotas that are tried with de-duplication and back-fill."""
MAX_CELLS = 1 << 24
"""Cells of the histogram; more lists make the step coarser."""


@dataclass(frozen=True, slots=True)
class QuotaChoice:
    """The quota that was chosen, and how.

    Attributes:
        quota: Slots of each list.
        k: Their sum.
        step: Every quota in multiples of it was looked at.
        n_quotas: How many those are.
        n_mentions: Mentions with gold that it was tuned on.
        n_found: Of these, found with de-duplication and back-fill.
        n_found_plain: Found by the first places of each list alone.
        n_tied: Quotas of the shortlist that found as many; the tie rule chose among them.
    """

    quota: Quota
    k: int
    step: int
    n_quotas: int
    n_mentions: int
    n_found: int
    n_found_plain: int
    n_tied: int


def choose_quota(pool: Pool, gold: Ids, k: int, *, prior: int | None = None, shortlist: int = SHORTLIST) -> QuotaChoice:
    """The quota of `k` slots that finds most gold entities.

    All quotas are counted at once without back-fill; the best `shortlist` are then fused for real. Of quotas that find
    as many, the one with most slots for list `prior` wins; among those left (all, without `prior`) the one nearest to
    the centre of the plateau, then the one with most slots for the earlier lists.

    Args:
        pool: lists of the development split, at least `k` deep.
        gold: (B,) gold entities; mentions without one are left out.
        k: slots.
        prior: number of the list of P(e|m), if it is there.
        shortlist: quotas to fuse for real.

    Raises:
        UsageError: no mention has gold, or the lists are too many.
    """
    rows = np.flatnonzero(gold != NO_ENTITY)
    if not len(rows):
        raise UsageError("no mention of the development split has its gold entity in the catalog: nothing to tune on")
    pool, gold = pool.take(rows), gold[rows]
    step = step_for(pool.n_lists, k)
    quotas = all_quotas(pool.n_lists, k, step)
    found = count_found(pool.gold_ranks(gold), k, step)[tuple((quotas // step).T)]
    order = np.lexsort((*(-quotas.T[::-1]), *(() if prior is None else (-quotas[:, prior],)), -found))[:shortlist]
    tried = quotas[order]
    real = np.array([int(found_by_quota(pool, gold, tuple(quota)).sum()) for quota in tried.tolist()])
    is_best = real == real.max()
    place = order[is_best][_of_equals(tried[is_best], prior)]
    return QuotaChoice(
        tuple(quotas[place].tolist()), k, step, len(quotas), len(rows), int(real.max()), int(found[place]),
        int(is_best.sum()),
    )  # fmt: skip


def count_found(gold_ranks: npt.NDArray[np.int32], k: int, step: int = 1) -> Counts:
    """Gold entities that each quota finds without back-fill: rank < slots in any list.

    A histogram of the gold ranks, summed up from its far corner: what lies at or beyond the quota in every list is
    missed.

    Args:
        gold_ranks: (B, R) places from 0; `k` or more = not there.
        k: slots.
        step: quotas are multiples of it.

    Returns:
        (k / step + 1, …) counts, one axis a list: entry [a, b, c] is the quota (a, b, c) · step.
    """
    n_mentions, n_lists = gold_ranks.shape
    side = k // step + 1
    cells = np.minimum(gold_ranks // step, side - 1).astype(np.int64)
    flat = np.ravel_multi_index(tuple(cells.T), (side,) * n_lists)
    missed = np.bincount(flat, minlength=side**n_lists).reshape((side,) * n_lists)
    for axis in range(n_lists):
        missed = np.flip(np.cumsum(np.flip(missed, axis), axis), axis)
    found: Counts = n_mentions - missed
    return found


def all_quotas(n_lists: int, k: int, step: int = 1) -> Counts:
    """(Q, R) every way to share `k` slots among the lists in multiples of `step`, in ascending order."""
    parts = np.indices((k // step + 1,) * (n_lists - 1)).reshape(n_lists - 1, -1).T
    rest = k // step - parts.sum(axis=1)
    quotas: Counts = np.column_stack([parts, rest])[rest >= 0] * step
    return quotas


def step_for(n_lists: int, k: int) -> int:
    """The finest step that divides `k` and keeps the histogram within memory: 1 for three lists.

    Raises:
        UsageError: even the coarsest is too fine for so many lists.
    """
    for step in range(1, k + 1):
        if k % step == 0 and prod([k // step + 1] * n_lists) <= MAX_CELLS:
            return step
    raise UsageError(f"quotas of {n_lists} lists are more than can be looked at; fuse fewer, or by rrf or linear")


def _of_equals(quotas: Counts, prior: int | None) -> int:
    """Number of the quota that the tie rule prefers."""
    left = np.arange(len(quotas))
    if prior is not None:
        left = left[quotas[:, prior] == quotas[:, prior].max()]
    gaps = len(left) * quotas[left] - quotas[left].sum(axis=0)  # whole numbers: distances from the mean, times its n
    distance = np.square(gaps).sum(axis=1)
    left = left[distance == distance.min()]
    return int(left[np.lexsort(-quotas[left].T[::-1])[0]])


def slots_by_name(names: Sequence[str], quota: Quota) -> dict[str, int]:
    """List -> slots."""
    return dict(zip(names, quota, strict=True))
