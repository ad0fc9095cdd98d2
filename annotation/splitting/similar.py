"""Captions and images that are nearly the same, found exactly."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from annotation.tokens import words

CAPTION_SIMILARITY = 0.8
IMAGE_DISTANCE = 5
_HASH_BITS = 64


def near_captions(captions: Mapping[str, str], least: float = CAPTION_SIMILARITY) -> list[tuple[str, str, float]]:
    """Pairs of ids whose captions share nearly all words and neighbours of words.

    Jaccard similarity of the sets of words and word pairs, all of at least `least`. Exact, by prefix filtering
    (Bayardo et al. 2007): sets that are that similar share one of the rarest features of each.
    """
    sets = {id_: _shingles(text) for id_, text in captions.items()}
    frequency = Counter(feature for features in sets.values() for feature in features)
    index: dict[str, list[str]] = {}
    found: list[tuple[str, str, float]] = []
    for id_, features in sorted(sets.items(), key=lambda entry: (len(entry[1]), entry[0])):
        ordered = sorted(features, key=lambda feature: (frequency[feature], feature))
        prefix = ordered[: len(ordered) - math.ceil(least * len(ordered)) + 1]
        seen = {other for feature in prefix for other in index.get(feature, ())}
        for other in sorted(seen):
            similarity = _jaccard(features, sets[other])
            if similarity >= least:
                found.append((min(id_, other), max(id_, other), similarity))
        for feature in prefix:
            index.setdefault(feature, []).append(id_)
    return sorted(found)


def near_images(hashes: Mapping[str, str], most: int = IMAGE_DISTANCE) -> list[tuple[str, str, int]]:
    """Pairs of ids whose image hashes differ in at most `most` bits, equal ones included; a person decides on them.

    Exact: of `most` + 1 pieces of two such hashes one piece is equal.
    """
    numbers = {id_: int(text, 16) for id_, text in hashes.items()}
    cuts = [_HASH_BITS * piece // (most + 1) for piece in range(most + 2)]
    found: dict[tuple[str, str], int] = {}
    for low, high in pairwise(cuts):
        buckets: dict[int, list[str]] = {}
        for id_, number in numbers.items():
            buckets.setdefault(number >> low & ((1 << (high - low)) - 1), []).append(id_)
        for ids in buckets.values():
            _add_near(sorted(ids), numbers, most, found)
    return sorted((one, other, distance) for (one, other), distance in found.items())


def _add_near(ids: Sequence[str], numbers: Mapping[str, int], most: int, found: dict[tuple[str, str], int]) -> None:
    for place, one in enumerate(ids):
        number = numbers[one]
        for other in ids[place + 1 :]:
            distance = (number ^ numbers[other]).bit_count()
            if distance <= most:
                found[one, other] = distance


def _shingles(text: str) -> frozenset[str]:
    found = words(text)
    return frozenset(found) | frozenset(f"{one} {other}" for one, other in pairwise(found))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
