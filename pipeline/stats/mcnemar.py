"""Exact McNemar test: two systems on the same cases."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class McNemar:
    """Result of the test.

    Attributes:
        only_first: Cases that only the first system has right.
        only_second: Cases that only the second has right.
        p_value: Two-sided exact p; 1 without discordant cases.
        p_mid: The same with half the weight on the observed table (mid-p), less conservative.
    """

    only_first: int
    only_second: int
    p_value: float
    p_mid: float


def exact_mcnemar(only_first: int, only_second: int) -> McNemar:
    """Test whether two systems err equally often; cases both have right or wrong do not matter.

    Raises:
        ValueError: a count is negative.
    """
    if min(only_first, only_second) < 0:
        raise ValueError(f"counts of cases cannot be negative: {only_first}, {only_second}")
    n, fewer = only_first + only_second, min(only_first, only_second)
    tables = at = 1  # of 2 ** n: those with no more than `fewer` on one side, those with just so many
    for number in range(1, fewer + 1):
        at = at * (n - number + 1) // number
        tables += at
    return McNemar(only_first, only_second, min(1.0, 2 * tables / 2**n), min(1.0, (2 * tables - at) / 2**n))
