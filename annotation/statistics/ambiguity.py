"""Figure 2(b): kinds of ambiguity, sampled, suggested, counted."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from annotation.checks.scene import Knowledge
from annotation.statistics.readings import Bar, bars
from annotation.tokens import words
from pipeline.stats.seeding import seeded_rank
from pipeline.titles.surfaces import bare_form

Unit = TypeVar("Unit")
AMBIGUITIES = ("Diff", "Per", "Alias", "Metm", "Infer", "Abbr", "SurFirst", "Acrm", "Refer", "Others")
"""In the order of the caption of Figure 2: same name of other things, of persons, alias, metonymy, inferring …"""
_ACRONYM = re.compile(r"(?:[A-Z]\.?){2,}s?")
_SMALL = frozenset({"of", "the", "and", "for", "in", "on", "at", "to", "de", "la"})


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawn sample.

    Attributes:
        ids: Drawn ids, sorted.
        wanted: How many were asked for.
        available: How many there are.
        note: What a reader must know: a sample larger than what there is was cut; '' otherwise.
    """

    ids: tuple[str, ...]
    wanted: int
    available: int
    note: str


def draw_sample(
    units: Sequence[Unit], n: int, seed: int, *, key: Callable[[Unit], str], stratum: Callable[[Unit], str]
) -> Sample:
    """A seeded sample with each stratum's share kept (largest remainders); the same in any order of `units`."""
    strata: dict[str, list[str]] = {}
    for unit in units:
        strata.setdefault(stratum(unit), []).append(key(unit))
    wanted = min(n, len(units))
    drawn: list[str] = []
    for name, quota in _quotas({name: len(ids) for name, ids in strata.items()}, wanted).items():
        drawn += sorted(strata[name], key=lambda one: (seeded_rank(seed, one), one))[:quota]
    note = f"{n:,} were asked for, but there are only {len(units):,}: all were taken" if n > len(units) else ""
    return Sample(tuple(sorted(drawn)), n, len(units), note)


def suggest_ambiguity(surface: str, entity: str, knowledge: Knowledge | None = None) -> str | None:
    """A class that form alone suggests, for a person to confirm; None where it suggests none."""
    name = bare_form(entity)
    told, title = words(surface), words(name)
    if not told or not title:
        return None
    if told == title:
        return _namesake(entity, name)
    if _is_acronym(surface, title):
        return "Acrm"
    if len(told) == 1 and len(title) in (2, 3) and told[0] in (title[0], title[-1]):
        return "SurFirst"
    if _is_abbreviation(told, title):
        return "Abbr"
    page = knowledge.page(surface) if knowledge is not None else None
    return "Alias" if page is not None and page.kind == "redirect" and page.entity == entity else None


def ambiguity_classes(labels: Iterable[str]) -> tuple[Bar, ...]:
    """Figure 2(b): what is labelled by class, in the paper's order."""
    return bars(labels, AMBIGUITIES)


def _namesake(entity: str, name: str) -> str | None:
    """A title with a qualifier has namesakes; qualifiers that name an occupation belong to persons."""
    if entity == name:
        return None
    qualifier = words(entity[len(name) :])
    return "Per" if any(word.endswith(("er", "or", "ist", "ian", "man", "born")) for word in qualifier) else "Diff"


def _is_acronym(surface: str, title: Sequence[str]) -> bool:
    letters = surface.replace(".", "").removesuffix("s").casefold()
    initials = ("".join(word[0] for word in title), "".join(word[0] for word in title if word not in _SMALL))
    return _ACRONYM.fullmatch(surface) is not None and len(title) > 1 and letters in initials


def _is_abbreviation(told: Sequence[str], title: Sequence[str]) -> bool:
    """Every word begins a word of the title, in order, and one is cut short."""
    at = 0
    for word in told:
        while at < len(title) and not title[at].startswith(word):
            at += 1
        if at == len(title):
            return False
        at += 1
    return any(word not in title for word in told)


def _quotas(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    total = sum(sizes.values())
    whole = {name: wanted * size // total for name, size in sorted(sizes.items())} if total else {}
    rest = sorted(whole, key=lambda name: (-(wanted * sizes[name] % total), name))
    for name in rest[: wanted - sum(whole.values())]:
        whole[name] += 1
    return whole
