"""Asymptotic standard error of Cohen's kappa."""

import math
from collections.abc import Mapping

Confusion = Mapping[tuple[str, str], int]
"""(label of the first, label of the second) -> items."""


def kappa_error(table: Confusion) -> float | None:
    """Standard error by Fleiss, Cohen and Everitt (1969); None where kappa is undefined.

    Takes items as independent: tokens of one caption are not, so a clustered bootstrap stands beside it.
    """
    n = sum(table.values())
    if not n:
        return None
    cells = sorted(table.items())
    first: dict[str, float] = {}
    second: dict[str, float] = {}
    for (one, other), count in cells:
        first[one] = first.get(one, 0.0) + count / n
        second[other] = second.get(other, 0.0) + count / n
    expected = sum(share * second.get(label, 0.0) for label, share in first.items())
    if expected >= 1 - 1e-12:
        return None
    observed = sum(count for (one, other), count in cells if one == other) / n
    kappa = (observed - expected) / (1 - expected)
    agreed = disagreed = 0.0
    for (one, other), count in cells:
        if one == other:
            agreed += count / n * (1 - (first[one] + second[one]) * (1 - kappa)) ** 2
        else:
            disagreed += count / n * (second.get(one, 0.0) + first.get(other, 0.0)) ** 2
    spread = agreed + (1 - kappa) ** 2 * disagreed - (kappa - expected * (1 - kappa)) ** 2
    return math.sqrt(max(0.0, spread) / n) / (1 - expected)
