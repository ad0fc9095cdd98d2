"""What pairs of different splits share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from annotation.splitting.similar import near_captions
from annotation.splitting.units import ARTICLE, CAPTION, ENTITY, IMAGE, IMAGE_URL, NEAR_CAPTION, PAIR, SplitPair

Placed = tuple[SplitPair, str]
"""A pair and its split; a pair in several splits stands there several times."""
KINDS = (PAIR, ARTICLE, IMAGE, IMAGE_URL, CAPTION, NEAR_CAPTION)
"""Kinds of key that no two splits may share."""
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Leak:
    """Pairs of one split that share a key with another.

    Attributes:
        kind: Kind of key.
        split: The split whose pairs are counted.
        other: The split that they share it with.
        n: Pairs.
        n_pairs: All pairs of `split`.
        examples: Ids of a few of them.
    """

    kind: str
    split: str
    other: str
    n: int
    n_pairs: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """How many mentions of a split name what train names too.

    Attributes:
        split: The split.
        n_entities: Mentions with a gold entity.
        n_unseen_entities: Those whose entity no mention of train has.
        n_surfaces: Mentions.
        n_seen_surfaces: Those whose surface occurs in train, case apart.
    """

    split: str
    n_entities: int
    n_unseen_entities: int
    n_surfaces: int
    n_seen_surfaces: int


def find_leaks(placed: Sequence[Placed], kinds: Iterable[str] = KINDS) -> list[Leak]:
    """Leaks of each kind, from each split into each other one; only where there are any."""
    sizes: dict[str, int] = {}
    for _, split in placed:
        sizes[split] = sizes.get(split, 0) + 1
    leaks = []
    for kind in kinds:
        shared: dict[tuple[str, str], list[str]] = {}
        for pair_id, split, other in sorted(set(_shared(placed, kind))):
            shared.setdefault((split, other), []).append(pair_id)
        for (split, other), ids in sorted(shared.items()):
            leaks.append(Leak(kind, split, other, len(ids), sizes[split], tuple(ids[:_EXAMPLES])))
    return leaks


def seen_in_train(placed: Sequence[Placed], train: str = "train") -> list[Seen]:
    """What models should report results apart for: mentions whose entity train does not have."""
    known = [pair for pair, split in placed if split == train]
    entities = set(chain.from_iterable(pair.entities for pair in known))
    surfaces = set(chain.from_iterable(pair.surfaces for pair in known))
    found = []
    for name in sorted({split for _, split in placed} - {train}):
        pairs = [pair for pair, split in placed if split == name]
        named = [entity for pair in pairs for entity in pair.entities]
        written = [surface for pair in pairs for surface in pair.surfaces]
        found.append(
            Seen(
                split=name,
                n_entities=len(named),
                n_unseen_entities=sum(entity not in entities for entity in named),
                n_surfaces=len(written),
                n_seen_surfaces=sum(surface in surfaces for surface in written),
            )
        )
    return found


def _shared(placed: Sequence[Placed], kind: str) -> Iterable[tuple[str, str, str]]:
    """(pair id, its split, other split) for every key that both have."""
    if kind == NEAR_CAPTION:
        yield from _near(placed)
        return
    splits_of: dict[str, set[str]] = {}
    for pair, split in placed:
        for value in pair.values(kind):
            splits_of.setdefault(value, set()).add(split)
    for pair, split in placed:
        for value in pair.values(kind):
            for other in splits_of[value] - {split}:
                yield pair.pair_id, split, other


def _near(placed: Sequence[Placed]) -> Iterable[tuple[str, str, str]]:
    """Captions that are nearly, but not, the same up to case and punctuation."""
    splits: dict[str, set[str]] = {}
    for pair, split in placed:
        splits.setdefault(pair.pair_id, set()).add(split)
    captions = {pair.pair_id: pair for pair, _ in placed}
    for one, other, _ in near_captions({id_: pair.caption for id_, pair in captions.items()}):
        if captions[one].values(CAPTION) == captions[other].values(CAPTION):
            continue
        for first, second in ((one, other), (other, one)):
            for split in splits[first]:
                for elsewhere in splits[second] - {split}:
                    yield first, split, elsewhere


def leaking_kinds(group_by: Iterable[str]) -> tuple[str, ...]:
    """The kinds to look for in a split: all, and entities where they were kept apart."""
    return (*KINDS, ENTITY) if ENTITY in group_by else KINDS
