"""Names that only a picture, only words, or only links explain."""

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
# Names of redirects have even numbers, names that nobody knows odd ones.


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
        if task.clue == "name" or renamed * 100 >= passed * percent:
            yield task
            continue
        renamed += 1
        yield replace(task, surface=nickname(2 * renamed + 1), clue=("image", "text")[renamed % 2])


def with_aliases(tasks: Iterator[Task], percent: int, redirects: dict[str, str]) -> Iterator[Task]:
    """The same tasks, `percent` of those about a thing with a page under another name and with nothing beside it.

    Neither words nor picture tell such a mention (clue `name`), and no other caption has the name; a redirect of the
    encyclopedia alone knows it. `redirects` (name -> title) takes those up that the encyclopedia must have.
    """
    passed = renamed = 0
    for task in tasks:
        passed += task.entity is not None
        if task.entity is None or renamed * 100 >= passed * percent:
            yield task
            continue
        renamed += 1
        name = nickname(2 * renamed)
        redirects[name] = task.entity
        yield replace(task, surface=name, clue="name")


def nickname(number: int) -> str:
    """A made-up name, another one for each number; neighbours do not look alike."""
    rest, place = divmod(number, len(NAMES))
    name = NAMES[place * STRIDE % len(NAMES)]
    return name if rest == 0 else f"{name} {nickname(rest - 1)}"
