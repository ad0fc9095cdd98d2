"""Named figures: one reading of a number that the paper gives."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.records.dataset import DatasetMention, Pair


@dataclass(frozen=True, slots=True)
class Reading:
    """A share or mean under one reading.

    Attributes:
        id: Name of the reading.
        meaning: What is counted, of what.
        n: Numerator.
        of: Denominator.
        value: n / of; None where there is nothing to divide by.
        paper: The figure of the WikiDiverse paper that it stands beside.
    """

    id: str
    meaning: str
    n: int
    of: int
    value: float | None
    paper: float | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a distribution."""

    name: str
    n: int
    share: float
    paper: float | None = None


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A pair with its mentions."""

    pair: Pair
    mentions: tuple[DatasetMention, ...]


def reading(id_: str, meaning: str, counts: tuple[int, int], paper: float | None = None) -> Reading:
    """A reading from numerator and denominator."""
    n, of = counts
    return Reading(id_, meaning, n, of, n / of if of else None, paper)


def bars(values: Iterable[str], order: Sequence[str] = (), paper: dict[str, float] | None = None) -> tuple[Bar, ...]:
    """A distribution: the names of `order` first, each one there, then others by size and name."""
    counts = Counter(values)
    total = counts.total()
    rest = sorted(set(counts) - set(order), key=lambda name: (-counts[name], name))
    names = [*order, *rest]
    return tuple(
        Bar(name, counts[name], counts[name] / total if total else 0.0, (paper or {}).get(name)) for name in names
    )


def label_pairs(pairs: Iterable[Pair], mentions: Iterable[DatasetMention]) -> list[LabelledPair]:
    """Pairs of a data set with their mentions, in the order of `pairs`; a pair in two splits keeps them apart."""
    of_pair: dict[tuple[str, str], list[DatasetMention]] = {}
    for one in mentions:
        of_pair.setdefault((one.pair_id, one.split), []).append(one)
    return [LabelledPair(pair, tuple(of_pair.get((pair.pair_id, pair.split), ()))) for pair in pairs]
