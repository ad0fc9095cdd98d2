"""Greedy placing of groups into splits, features in balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotation.splitting.units import SplitPair
from pipeline.stats.arrays import Floats
from pipeline.stats.seeding import seeded_rank

PAIRS, MENTIONS = "pairs", "mentions"
WEIGHTS: Mapping[str, float] = {PAIRS: 1.0, MENTIONS: 1.0}
"""How much a feature's balance counts; 1 for those not named."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Feature counts of groups.

    Attributes:
        names: (feature, value) of each column; the first is the number of pairs.
        counts: (G, F).
    """

    names: tuple[tuple[str, str], ...]
    counts: Floats


def feature_vectors(groups: Sequence[Sequence[SplitPair]]) -> Vectors:
    """Count the features of each group."""
    values = sorted({feature for group in groups for pair in group for feature in pair.features})
    names = ((PAIRS, ""), (MENTIONS, ""), *values)
    column = {name: at for at, name in enumerate(names)}
    counts = np.zeros((len(groups), len(names)))
    for row, group in enumerate(groups):
        counts[row, 0] = len(group)
        for pair in group:
            counts[row, 1] += pair.n_mentions
            for feature in pair.features:
                counts[row, column[feature]] += 1
    return Vectors(names, counts)


def place_groups(
    vectors: Vectors, quotas: Sequence[int], ids: Sequence[str], seed: int, held: Mapping[int, int]
) -> list[int]:
    """The split of each group.

    The largest groups go first, groups of one size in seeded order. Each goes where the weighted squared deviation
    from the split's share of every feature, relative to that share, grows least; a split whose quota of pairs a
    group would exceed is taken only when all would be exceeded.

    Args:
        vectors: Feature counts.
        quotas: Pairs of each split.
        ids: Name of each group.
        seed: Of the order within a size.
        held: Group -> split, for groups whose split is given.

    Returns:
        Split numbers, one a group; the same whatever the order of the groups.
    """
    counts = vectors.counts
    total = counts.sum(axis=0)
    shares = np.asarray(quotas, dtype=np.float64) / max(1, sum(quotas))
    target = np.maximum(shares[:, None] * total, 1e-9)
    weight = np.array([WEIGHTS.get(feature, 1.0) for feature, _ in vectors.names])
    filled, places = np.zeros_like(target), [-1] * len(ids)
    for group, split in held.items():
        places[group] = split
        filled[split] += counts[group]
    free = [group for group in range(len(ids)) if group not in held]
    for group in sorted(free, key=lambda one: (-counts[one, 0], seeded_rank(seed, ids[one]), ids[one])):
        own = counts[group]
        cost = ((2 * (filled - target) * own + own**2) / target) @ weight
        over = filled[:, 0] + own[0] > np.asarray(quotas)
        choice = int(np.argmin(np.where(over & ~over.all(), np.inf, cost)))
        places[group] = choice
        filled[choice] += own
    return places
