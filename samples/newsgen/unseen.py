"""Names that only a picture, only words, or only links explain."""

import re
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


def with_aliases(tasks: Iterator[Task], percent: int) -> Iterator[Task]:
    """The same tasks, `percent` of those about a thing with another name under that name and with nothing beside it.

    Neither words nor picture tell such a mention (clue `name`); the redirect of the encyclopedia does.
    """
    passed = renamed = 0
    for task in tasks:
        names = [] if task.entity is None else [name for name in task.redirects if is_other_name(name, task.entity)]
        passed += bool(names)
        if not names or renamed * 100 >= passed * percent:
            yield task
            continue
        renamed += 1
        yield replace(task, surface=names[renamed % len(names)], clue="name")


def is_other_name(name: str, title: str) -> bool:
    """Whether a redirect shares no word with the title, and begins as a name does."""
    return name[:1].isupper() and not _words(title) & _words(name)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def nickname(number: int) -> str:
    """A made-up name, another one for each number; neighbours do not look alike."""
    rest, place = divmod(number, len(NAMES))
    name = NAMES[place * STRIDE % len(NAMES)]
    return name if rest == 0 else f"{name} {nickname(rest - 1)}"
