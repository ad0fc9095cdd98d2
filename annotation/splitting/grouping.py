"""Pairs that must stay together, as groups."""

from collections.abc import Iterable, Sequence

from annotation.splitting.similar import near_captions
from annotation.splitting.units import NEAR_CAPTION, SplitPair


class Groups:
    """Union-find over names."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, name: str) -> str:
        """The name that stands for the whole group."""
        parent = self._parent
        parent.setdefault(name, name)
        top = name
        while parent[top] != top:
            top = parent[top]
        while parent[name] != top:
            parent[name], name = top, parent[name]
        return top

    def join(self, one: str, other: str) -> None:
        """Make one group of two; the smaller name stands for it."""
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first


def group_pairs(pairs: Sequence[SplitPair], kinds: Iterable[str]) -> list[list[SplitPair]]:
    """Groups of pairs that share a key of one of the `kinds`, directly or through others.

    `near_caption` joins captions that are nearly the same. Members and groups stand in the order of their ids,
    whatever the order of `pairs`.
    """
    groups, first_with = Groups(), dict[tuple[str, str], str]()
    ordered = sorted(pairs, key=lambda one: one.pair_id)
    kinds = tuple(kinds)
    for pair in ordered:
        groups.root(pair.pair_id)
        for kind in kinds:
            for value in pair.values(kind):
                groups.join(pair.pair_id, first_with.setdefault((kind, value), pair.pair_id))
    if NEAR_CAPTION in kinds:
        for one, other, _ in near_captions({pair.pair_id: pair.caption for pair in ordered}):
            groups.join(one, other)
    members: dict[str, list[SplitPair]] = {}
    for pair in ordered:
        members.setdefault(groups.root(pair.pair_id), []).append(pair)
    return list(members.values())
