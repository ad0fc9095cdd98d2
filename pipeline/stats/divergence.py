"""How far two distributions are apart, and whether by chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.stats.arrays import Counts, Floats
from pipeline.stats.seeding import generator


@dataclass(frozen=True, slots=True)
class Independence:
    """Test of a table of splits by values.

    Attributes:
        chi_square: Pearson's statistic.
        freedom: Degrees of freedom.
        p_value: Of the chi-square distribution: takes rows of the data as independent.
        p_permuted: Share of permutations of whole groups with a statistic at least as large, the data among them.
    """

    chi_square: float
    freedom: int
    p_value: float
    p_permuted: float | None


def jensen_shannon(one: Sequence[float] | Floats, other: Sequence[float] | Floats) -> float | None:
    """Jensen-Shannon distance of two lists of counts, from 0 to 1 (base 2); None where one is empty."""
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if not first.sum() or not second.sum():
        return None
    first, second = first / first.sum(), second / second.sum()
    middle = (first + second) / 2
    return float(np.sqrt(max(0.0, (_relative_entropy(first, middle) + _relative_entropy(second, middle)) / 2)))


def check_independence(groups: Counts, places: Counts, n_places: int, *, permutations: int, seed: int) -> Independence:
    """Whether places (splits) and values are independent.

    Args:
        groups: (G, V) how often each value occurs in each group.
        places: (G,) the place of each group.
        n_places: Places.
        permutations: Random exchanges of the groups' places; 0 = none.
        seed: Of the permutations.
    """
    from scipy.stats import chi2  # noqa: PLC0415 - extra `annotation`, slow to import

    table = _table(groups, places, n_places)
    statistic = _chi_square(table)
    freedom = max(0, (int((table.sum(axis=1) > 0).sum()) - 1) * (int((table.sum(axis=0) > 0).sum()) - 1))
    permuted = None
    if permutations:
        random = generator(seed, "permutation")
        values = [_chi_square(_table(groups, random.permutation(places), n_places)) for _ in range(permutations)]
        as_large = sum(value >= statistic - 1e-9 for value in values)
        permuted = (1 + as_large) / (1 + permutations)
    p_value = float(chi2.sf(statistic, freedom)) if freedom else 1.0
    return Independence(statistic, freedom, p_value, permuted)


def _table(groups: Counts, places: Counts, n_places: int) -> Floats:
    """(places, V) sums of the groups."""
    member = np.zeros((n_places, len(places)))
    member[places, np.arange(len(places))] = 1
    return np.asarray(member @ groups)


def _chi_square(table: Floats) -> float:
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1)
    kept = expected > 0
    return float((np.square(table - expected)[kept] / expected[kept]).sum())


def _relative_entropy(one: Floats, other: Floats) -> float:
    kept = one > 0
    return float((one[kept] * np.log2(one[kept] / other[kept])).sum())
