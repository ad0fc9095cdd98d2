"""Balanced blocks: who annotates which group, loads and pairs evened out."""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations


def seeded(seed: int, *names: Hashable) -> str:
    """A key that sorts names in an order that only the seed decides."""
    return hashlib.blake2b("\n".join(map(str, (seed, *names))).encode(), digest_size=16).hexdigest()


@dataclass
class Balance:
    """How much each person, and each two people together, have.

    Attributes:
        loads: Person -> pairs to annotate.
        shared: Two people, the smaller name first -> pairs that both annotate.
    """

    loads: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shared: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, people: Iterable[str], size: int) -> None:
        """Count a group of `size` pairs; a negative size takes it back."""
        names = sorted(people)
        for name in names:
            self.loads[name] += size
        for two in combinations(names, 2):
            self.shared[two] += size


def balanced_blocks(
    sizes: Mapping[str, int], people: Sequence[str], per_group: int, seed: int
) -> dict[str, tuple[str, ...]]:
    """Give every group `per_group` people; equal loads first, then equal counts of two people together.

    Groups go from large to small, in seeded order, each to the people with the least to do; then people are exchanged
    between groups of equal size until two-people counts are even. With enough groups of one pair loads differ by at
    most 1. Independent of the order of `sizes`.

    Args:
        sizes: Group -> pairs in it.
        people: Names; at least `per_group`.
        per_group: People for each group.
        seed: Decides between equals.

    Returns:
        Group -> its people, sorted.
    """
    names = sorted(people, key=lambda name: seeded(seed, "person", name))
    balance = Balance()
    found: dict[str, tuple[str, ...]] = {}
    for group in sorted(sizes, key=lambda one: (-sizes[one], seeded(seed, "group", one))):
        found[group] = _least_busy(names, per_group, balance)
        balance.add(found[group], sizes[group])
    even_pairs(found, sizes, balance)
    return found


def even_pairs(blocks: dict[str, tuple[str, ...]], sizes: Mapping[str, int], balance: Balance) -> None:
    """Exchange people between groups of equal size while two-people counts get more equal; loads stay."""
    by_size: dict[int, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for group in sorted(blocks):
        by_size[sizes[group]][blocks[group]].append(group)
    for size in sorted(by_size, reverse=True):
        holders = by_size[size]
        while _exchange_once(holders, balance, size):
            pass
        for block, groups in holders.items():
            for group in groups:
                blocks[group] = block


def replace_person(
    blocks: dict[str, tuple[str, ...]], group: str, leaves_comes: tuple[str, str], balance: Balance, size: int
) -> None:
    """Put one person in another's place in a group."""
    leaves, comes = leaves_comes
    balance.add(blocks[group], -size)
    blocks[group] = tuple(sorted((*(name for name in blocks[group] if name != leaves), comes)))
    balance.add(blocks[group], size)


def swap_cost(
    balance: Balance, block: Sequence[str], leaves_comes: tuple[str, str], size: int
) -> tuple[int, tuple[str, ...]]:
    """By how much the squares of two-people counts grow when one person takes another's place; then the block."""
    leaves, comes = leaves_comes
    growth = sum(
        2 * size * (balance.shared[_two(comes, other)] - balance.shared[_two(leaves, other)] + size)
        for other in block
        if other != leaves
    )
    return growth, tuple(block)


def _exchange_once(holders: dict[tuple[str, ...], list[str]], balance: Balance, size: int) -> bool:
    """Make every exchange of one pass that helps; whether there was one."""
    helped = False
    for one, other in combinations(sorted(holders), 2):
        for leaves in one:
            for comes in other:
                if not holders[one] or not holders[other] or leaves in other or comes in one:
                    continue
                if _is_better(balance, (one, other), (leaves, comes), size):
                    _exchange(holders, balance, ((one, other), (leaves, comes)), size)
                    helped = True
    for block in [block for block, groups in holders.items() if not groups]:
        del holders[block]
    return helped


def _is_better(
    balance: Balance, blocks: tuple[tuple[str, ...], tuple[str, ...]], swapped: tuple[str, str], size: int
) -> bool:
    """Whether the sum of squares shrinks; the two blocks share no changed pair of people but by way of common ones."""
    (one, other), (leaves, comes) = blocks, swapped
    changes: dict[tuple[str, str], int] = defaultdict(int)
    for block, gone, new in ((one, leaves, comes), (other, comes, leaves)):
        for name in block:
            if name != gone:
                changes[_two(gone, name)] -= size
                changes[_two(new, name)] += size
    return sum(change * (2 * balance.shared[two] + change) for two, change in changes.items()) < 0


def _exchange(
    holders: dict[tuple[str, ...], list[str]],
    balance: Balance,
    move: tuple[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, str]],
    size: int,
) -> None:
    (one, other), (leaves, comes) = move
    for block, gone, new in ((one, leaves, comes), (other, comes, leaves)):
        group = holders[block].pop()
        balance.add(block, -size)
        changed = tuple(sorted((*(name for name in block if name != gone), new)))
        balance.add(changed, size)
        holders.setdefault(changed, []).append(group)


def _two(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _least_busy(names: Sequence[str], per_group: int, balance: Balance) -> tuple[str, ...]:
    """People with the least to do; between equals those who have the fewest pairs in common so far."""
    chosen: list[str] = []
    for _ in range(per_group):
        free = (name for name in names if name not in chosen)
        chosen.append(min(free, key=lambda name: (balance.loads[name], _in_common(name, chosen, balance))))
    return tuple(sorted(chosen))


def _in_common(name: str, others: Iterable[str], balance: Balance) -> int:
    return sum(balance.shared[_two(name, other)] for other in others)
