"""Verification of a split: sizes, leaks, balance of features."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from annotation.splitting.grouping import group_pairs
from annotation.splitting.leaks import KINDS, Leak, Placed, Seen, find_leaks, seen_in_train
from annotation.splitting.similar import near_images
from annotation.splitting.units import ARTICLE, CAPTION, IMAGE, IMAGE_URL, SplitPair
from annotation.tokens import count_words
from pipeline.stats.divergence import Independence, check_independence, jensen_shannon

PERMUTATIONS = 999
_CLUSTERS = (ARTICLE, IMAGE, IMAGE_URL, CAPTION)


@dataclass(frozen=True, slots=True)
class SplitSize:
    """A split in numbers."""

    split: str
    n_pairs: int
    n_mentions: int
    n_words: int


@dataclass(frozen=True, slots=True)
class Balance:
    """How evenly a feature is spread.

    Attributes:
        feature: topic, type, year …
        distances: Split -> Jensen-Shannon distance (base 2) from the whole; None for a split without the feature.
        independence: Chi-square, and permutations of groups of pairs that share article, image or caption.
    """

    feature: str
    distances: dict[str, float | None]
    independence: Independence

    @property
    def worst(self) -> float:
        """The largest distance."""
        return max((one for one in self.distances.values() if one is not None), default=0.0)


@dataclass(frozen=True, slots=True)
class NearImage:
    """Two pairs of different splits whose images look alike; a person decides."""

    pair_id: str
    split: str
    other_id: str
    other: str
    distance: int


@dataclass(frozen=True, slots=True)
class Verification:
    """All that can be said of a split; near images are listed and are no leak by themselves."""

    sizes: tuple[SplitSize, ...]
    leaks: tuple[Leak, ...]
    seen: tuple[Seen, ...]
    balance: tuple[Balance, ...]
    near_images: tuple[NearImage, ...]

    @property
    def has_leak(self) -> bool:
        """Whether two splits share what they must not."""
        return bool(self.leaks)

    def to_json(self) -> dict[str, Any]:
        """As JSON value."""
        return {"has_leak": self.has_leak, **asdict(self)}


def verify_split(
    placed: Sequence[Placed], *, kinds: Iterable[str] = KINDS, permutations: int = PERMUTATIONS, seed: int = 0
) -> Verification:
    """Look at a split, whoever made it.

    Args:
        placed: Pairs with their split.
        kinds: What splits must not share.
        permutations: Of groups, for the p-values of features; 0 = none.
        seed: Of the permutations.
    """
    names = sorted({split for _, split in placed})
    return Verification(
        sizes=tuple(_size(name, [pair for pair, split in placed if split == name]) for name in names),
        leaks=tuple(find_leaks(placed, kinds)),
        seen=tuple(seen_in_train(placed)),
        balance=tuple(_balance(placed, names, permutations, seed)),
        near_images=tuple(_near_images(placed)),
    )


def _size(name: str, pairs: Sequence[SplitPair]) -> SplitSize:
    n_words = sum(count_words(pair.caption) for pair in pairs)
    return SplitSize(name, len(pairs), sum(pair.n_mentions for pair in pairs), n_words)


def _balance(placed: Sequence[Placed], names: Sequence[str], permutations: int, seed: int) -> Iterable[Balance]:
    units, places = _units(placed, names)
    features = sorted({feature for pair, _ in placed for feature, _ in pair.features})
    for feature in features:
        values = sorted({value for pair, _ in placed for name, value in pair.features if name == feature})
        column = {value: at for at, value in enumerate(values)}
        counts = np.zeros((len(units), len(values)), dtype=np.int64)
        for row, unit in enumerate(units):
            for pair in unit:
                for name, value in pair.features:
                    if name == feature:
                        counts[row, column[value]] += 1
        whole = counts.sum(axis=0)
        distances = {name: jensen_shannon(counts[places == at].sum(axis=0), whole) for at, name in enumerate(names)}
        test = check_independence(counts, places, len(names), permutations=permutations, seed=seed)
        yield Balance(feature, distances, test)


def _near_images(placed: Sequence[Placed]) -> Iterable[NearImage]:
    split_of = {pair.pair_id: split for pair, split in placed}
    images = {pair.pair_id: set(pair.values(IMAGE)) for pair, _ in placed}
    hashes = {pair.pair_id: pair.perceptual_hash for pair, _ in placed if pair.perceptual_hash}
    for one, other, distance in near_images(hashes):
        if split_of[one] != split_of[other] and not images[one] & images[other]:
            yield NearImage(one, split_of[one], other, split_of[other], distance)


def _units(placed: Sequence[Placed], names: Sequence[str]) -> tuple[list[list[SplitPair]], Any]:
    """Pairs of one split that belong together, and the number of that split."""
    units: list[list[SplitPair]] = []
    places: list[int] = []
    for at, name in enumerate(names):
        groups = group_pairs([pair for pair, split in placed if split == name], _CLUSTERS)
        units += groups
        places += [at] * len(groups)
    return units, np.array(places, dtype=np.int64)
