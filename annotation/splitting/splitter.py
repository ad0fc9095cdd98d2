"""Makes a split, new or onto an old one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotation.splitting.grouping import group_pairs
from annotation.splitting.options import Preset, quotas, split_names
from annotation.splitting.placing import feature_vectors, place_groups
from annotation.splitting.units import SplitPair
from pipeline.records.errors import InputError, UsageError
from pipeline.stats.seeding import seeded_rank


@dataclass(frozen=True, slots=True)
class Split:
    """Which split each pair is in.

    Attributes:
        preset: Name of the preset.
        seed: Of the order.
        ratio: For example (8, 1, 1).
        names: Names of the splits.
        places: Pair id -> split, sorted by id.
        wanted: Pairs that each split should have.
        n_groups: Groups of pairs that stay together.
        largest_group: Pairs of the largest one.
        groups_digest: Digest of all groups.
        left_out: Pairs in no split: each ties pairs together that an old split holds apart.
    """

    preset: str
    seed: int
    ratio: tuple[int, ...]
    names: tuple[str, ...]
    places: dict[str, str]
    wanted: tuple[int, ...]
    n_groups: int
    largest_group: int
    groups_digest: str
    left_out: tuple[str, ...]

    def ids(self, name: str) -> list[str]:
        """Pairs of a split, sorted."""
        return [pair_id for pair_id, place in self.places.items() if place == name]

    @property
    def missing(self) -> dict[str, int]:
        """Split -> pairs that it has fewer than wanted; what keeping groups together costs."""
        sizes = [len(self.ids(name)) for name in self.names]
        short = zip(self.names, self.wanted, sizes, strict=True)
        return {name: wanted - size for name, wanted, size in short if size < wanted}


def make_split(
    pairs: Sequence[SplitPair],
    preset: Preset,
    *,
    ratio: tuple[int, ...] = (8, 1, 1),
    seed: int = 0,
    keep: Mapping[str, str] | None = None,
) -> Split:
    """Split pairs; the same pairs in any order, the same split.

    Args:
        pairs: All pairs, kept ones included.
        preset: What stays together.
        ratio: Sizes.
        seed: Another seed, another split.
        keep: Pair id -> split of an old split: those stay, only new pairs are placed.

    Raises:
        InputError: two pairs have one id.
        UsageError: `keep` names a split that the ratio does not have.
    """
    names, keep = split_names(ratio), dict(keep or {})
    _check(pairs, names, keep)
    groups = group_pairs(pairs, preset.group_by)
    wanted = quotas(len(pairs), ratio, is_floored=preset.is_floored)
    ids = [group[0].pair_id for group in groups]
    held, torn = _held(groups, names, keep)
    if preset.group_by:
        whole = [group for at, group in enumerate(groups) if at not in torn]
        numbers = [at for at in range(len(groups)) if at not in torn]
        new_number = {at: number for number, at in enumerate(numbers)}
        held_now = {new_number[at]: split for at, split in held.items()}
        placed = place_groups(feature_vectors(whole), wanted, [ids[at] for at in numbers], seed, held_now)
        places = {pair.pair_id: names[split] for group, split in zip(whole, placed, strict=True) for pair in group}
    else:
        places = _at_random([pair.pair_id for pair in pairs if pair.pair_id not in keep], wanted, names, (seed, keep))
    present = {pair.pair_id for pair in pairs}
    places |= {pair_id: name for pair_id, name in keep.items() if pair_id in present}
    return Split(
        preset=preset.name,
        seed=seed,
        ratio=ratio,
        names=names,
        places=dict(sorted(places.items())),
        wanted=wanted,
        n_groups=len(groups),
        largest_group=max(map(len, groups), default=0),
        groups_digest=_digest(groups),
        left_out=tuple(sorted(pair_id for pair_id in present if pair_id not in places)),
    )


def _check(pairs: Sequence[SplitPair], names: Sequence[str], keep: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for pair in pairs:
        if pair.pair_id in seen:
            raise InputError(f"pair {pair.pair_id} is given twice")
        seen.add(pair.pair_id)
    unknown = sorted(set(keep.values()) - set(names))
    if unknown:
        raise UsageError(f"the old split has {', '.join(unknown)}; this ratio has {', '.join(names)} only")


def _held(
    groups: Sequence[Sequence[SplitPair]], names: Sequence[str], keep: Mapping[str, str]
) -> tuple[dict[int, int], set[int]]:
    """Groups whose split an old one gives, and groups that it tears apart."""
    held, torn = {}, set()
    for at, group in enumerate(groups):
        found = sorted({keep[pair.pair_id] for pair in group if pair.pair_id in keep})
        if len(found) == 1:
            held[at] = names.index(found[0])
        elif found:
            torn.add(at)
    return held, torn


def _at_random(
    new: Sequence[str], wanted: Sequence[int], names: Sequence[str], settings: tuple[int, Mapping[str, str]]
) -> dict[str, str]:
    """Fill the splits from the last to the first with pairs in seeded order."""
    seed, keep = settings
    order = iter(sorted(new, key=lambda one: (seeded_rank(seed, one), one)))
    sizes = {name: sum(place == name for place in keep.values()) for name in names}
    places: dict[str, str] = {}
    for name, n in list(zip(names, wanted, strict=True))[:0:-1]:
        for _ in range(max(0, n - sizes[name])):
            pair_id = next(order, None)
            if pair_id is not None:
                places[pair_id] = name
    return places | dict.fromkeys(order, names[0])


def _digest(groups: Sequence[Sequence[SplitPair]]) -> str:
    digest = hashlib.sha256()
    for group in groups:
        digest.update((" ".join(pair.pair_id for pair in group) + "\n").encode())
    return digest.hexdigest()
