"""Names that the encyclopedia never uses, for things that it has."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from newsgen.clues import Task

BEGINNINGS = (
    "Bal",
    "Cor",
    "Dar",
    "Fen",
    "Gil",
    "Hul",
    "Jor",
    "Kal",
    "Mar",
    "Nor",
    "Pel",
    "Ras",
    "Sil",
    "Tor",
    "Vel",
    "Zan",
)
MIDDLES = ("a", "e", "i", "o", "u", "an", "er", "il", "or", "un")
ENDS = ("bek", "dor", "fen", "gast", "kin", "lo", "mar", "nix", "pu", "rell", "sto", "ty", "vik", "zel")
NAMES = ["".join(parts) for parts in product(BEGINNINGS, MIDDLES, ENDS)]
STRIDE = 1009
"""Has no divisor in common with the number of names."""


def with_unseen(tasks: Iterator[Task], percent: int) -> Iterator[Task]:
    """The same tasks, `percent` of those about a thing with a page under a name that is used once and nowhere else.

    Links, titles and redirects know nothing of such a name: words (every other one) or the picture alone tell it.
    """
    passed = renamed = 0
    for task in tasks:
        if task.entity is None:
            yield task
            continue
        passed += 1
        if renamed * 100 >= passed * percent:
            yield task
            continue
        renamed += 1
        yield replace(task, surface=nickname(renamed), clue=("image", "text")[renamed % 2])


def nickname(number: int) -> str:
    """A made-up name, another one for each number; neighbours do not look alike."""
    rest, place = divmod(number, len(NAMES))
    name = NAMES[place * STRIDE % len(NAMES)]
    return name if rest == 0 else f"{name} {nickname(rest - 1)}"
