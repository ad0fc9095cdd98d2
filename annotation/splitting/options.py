"""Presets and options of a split."""

import re
from dataclasses import dataclass

from annotation.splitting.units import ARTICLE, CAPTION, ENTITY, IMAGE, IMAGE_URL, NEAR_CAPTION
from pipeline.records.errors import UsageError

NAMES = ("train", "valid", "test")
LEAKFREE, PAPER, UNSEEN_ENTITY = "leakfree", "paper", "unseen-entity"
_RATIO = re.compile(r"\d{1,6}(?::\d{1,6}){1,2}")


@dataclass(frozen=True, slots=True)
class Preset:
    """A way to split.

    Attributes:
        name: As users write it.
        meaning: In a line.
        group_by: Kinds of key that keep pairs together; none = single pairs at random.
        is_floored: Valid and test get the whole part of their share, train the rest.
    """

    name: str
    meaning: str
    group_by: tuple[str, ...]
    is_floored: bool = False


_LEAKFREE = (ARTICLE, IMAGE, IMAGE_URL, CAPTION, NEAR_CAPTION)
PRESETS = (
    Preset(LEAKFREE, "articles, images and near-equal captions stay together, features balanced", _LEAKFREE),
    Preset(PAPER, "pairs at random, 8:1:1 rounded down, as section 4.3 has it: leaks", (), is_floored=True),
    Preset(UNSEEN_ENTITY, "as leakfree, and no entity occurs in two splits", (*_LEAKFREE, ENTITY)),
)


def preset_named(name: str) -> Preset:
    """The preset of that name.

    Raises:
        UsageError: there is none.
    """
    for one in PRESETS:
        if one.name == name:
            return one
    raise UsageError(f"{name!r} is no preset of splits; there are {', '.join(one.name for one in PRESETS)}")


def read_ratio(text: str) -> tuple[int, ...]:
    """`8:1:1` as numbers for train, valid and test, `8:2` for train and test.

    Raises:
        UsageError: it is no such ratio.
    """
    parts = tuple(int(part) for part in text.split(":")) if _RATIO.fullmatch(text) else ()
    if not parts or not all(parts):
        raise UsageError(f"{text!r} is no ratio of two or three splits; write for example 8:1:1")
    return parts


def split_names(ratio: tuple[int, ...]) -> tuple[str, ...]:
    """Names of the splits of a ratio."""
    return NAMES if len(ratio) == len(NAMES) else (NAMES[0], NAMES[-1])


def quotas(n_pairs: int, ratio: tuple[int, ...], *, is_floored: bool) -> tuple[int, ...]:
    """Pairs of each split: all but train rounded (or rounded down), train the rest."""
    total = sum(ratio)
    rest = [
        n_pairs * part // total if is_floored else (2 * n_pairs * part + total) // (2 * total) for part in ratio[1:]
    ]
    return (n_pairs - sum(rest), *rest)
