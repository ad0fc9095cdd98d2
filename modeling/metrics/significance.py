"""Which systems differ by more than chance: exact McNemar and letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from string import ascii_lowercase

import numpy as np

from modeling.metrics.ranks import Bools
from pipeline.stats.mcnemar import exact_mcnemar

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems on the same mentions.

    Attributes:
        first: Name of one.
        second: Name of the other.
        only_first: Mentions that only the first has right.
        only_second: Mentions that only the second has right.
        p_value: Two-sided, exact (McNemar).
        p_holm: The same after Holm's correction for all pairs of the table.
    """

    first: str
    second: str
    only_first: int
    only_second: int
    p_value: float
    p_holm: float


def compare_all(hits: Mapping[str, Bools]) -> list[Comparison]:
    """Every pair of systems; hits are (B,) over the mentions that count.

    McNemar takes mentions as independent although some share a caption; the clustered intervals stand beside it.
    """
    found = []
    for (first, one), (second, other) in combinations(hits.items(), 2):
        test = exact_mcnemar(int((one & ~other).sum()), int((other & ~one).sum()))
        found.append((first, second, test.only_first, test.only_second, test.p_value))
    adjusted = holm([row[-1] for row in found])
    return [Comparison(*row, p_holm) for row, p_holm in zip(found, adjusted, strict=True)]


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction, in the order given."""
    order = np.argsort(p_values, kind="stable")
    adjusted = [0.0] * len(p_values)
    least = 0.0
    for step, place in enumerate(order.tolist()):
        least = max(least, min(1.0, (len(p_values) - step) * p_values[place]))
        adjusted[place] = least
    return adjusted


def letters_of(names: Sequence[str]) -> dict[str, str]:
    """A letter for each system in its table's order: a, b and on to z, then aa, ab."""
    wide = [*ascii_lowercase, *(one + other for one in ascii_lowercase for other in ascii_lowercase)]
    return dict(zip(names, wide, strict=False))


def beaten(comparisons: Sequence[Comparison], letters: Mapping[str, str], alpha: float = ALPHA) -> dict[str, str]:
    """System -> letters of the systems that it beats significantly, in order."""
    won: dict[str, list[str]] = {name: [] for name in letters}
    for one in comparisons:
        if one.p_holm <= alpha and one.only_first != one.only_second:
            pair = (one.first, one.second) if one.only_first > one.only_second else (one.second, one.first)
            won[pair[0]].append(letters[pair[1]])
    return {name: "".join(sorted(found, key=lambda letter: (len(letter), letter))) for name, found in won.items()}
