"""Which of the paper's ten topics an article has.

Each name of the table that is a category of the article, or the name of an infobox template that it calls, votes with
the weight of its group: 4 for a portal of the wiki, 2 for a sub-category, 1 for a category that as often means
something else and for one that only a pattern knows. A name votes once. Most votes win. On a tie wins the topic whose
infobox stands first, else whose category stands first; the tie is named in the evidence. The table says why each name
is there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.wikinews.site import fold, table

_INFOBOX = re.compile(r"\binfobox\b", re.IGNORECASE)
TIE, UNMAPPED, DECIDED = "tie of", "unmapped", "decided"


@dataclass(frozen=True, slots=True)
class Vote:
    """One name that speaks for a topic; `source` is infobox, category or pattern."""

    topic: str
    source: str
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Topic:
    """The topic of an article, '' when nothing speaks for one.

    Attributes:
        evidence: The deciding votes in one line; for a tie the topics that tied; "unmapped" when there is no vote.
        tied: All topics with the most votes where there were several, in the order in which they stand.
        unmapped: Categories that neither vote nor are ignored by the table.
    """

    topic: str
    evidence: str
    votes: tuple[Vote, ...]
    tied: tuple[str, ...]
    unmapped: tuple[str, ...]


def topic_of(categories: Sequence[str], templates: Sequence[str] = ()) -> Topic:
    """Decide by categories and template names, both in document order."""
    votes = tuple(_votes(categories, templates))
    voted = {fold(vote.name) for vote in votes}
    unmapped = tuple(name for name in categories if fold(name) not in voted and not _is_ignored(name))
    if not votes:
        names = "; ".join(unmapped)
        return Topic("", f"{UNMAPPED}: {names}" if names else UNMAPPED, (), (), unmapped)
    totals: dict[str, int] = {}
    for vote in votes:
        totals[vote.topic] = totals.get(vote.topic, 0) + vote.weight
    most = max(totals.values())
    leaders = tuple(topic for topic, total in totals.items() if total == most)
    deciding = [vote for vote in votes if vote.topic == leaders[0]]
    evidence = ", ".join(f"{vote.source}:{vote.name}" for vote in deciding)
    tied = leaders if len(leaders) > 1 else ()
    if tied:
        evidence = f"{TIE} {' and '.join(tied)}, the first stands: {evidence}"
    return Topic(leaders[0], evidence, votes, tied, unmapped)


def kind_of_evidence(evidence: str) -> str:
    """How a topic was found, by its evidence: decided, tie or unmapped."""
    if evidence.startswith(UNMAPPED):
        return UNMAPPED
    return "tie" if evidence.startswith(TIE) else DECIDED


def _votes(categories: Sequence[str], templates: Sequence[str]) -> Iterator[Vote]:
    """Votes of infoboxes, then of categories, each name once."""
    exact, patterns = _table()
    seen: set[str] = set()
    for source, names in (("infobox", templates), ("category", categories)):
        for name in names:
            key = fold(_INFOBOX.sub("", name) if source == "infobox" else name)
            if key in seen:
                continue
            if key in exact:
                seen.add(key)
                yield Vote(exact[key][0], source, name, exact[key][1])
            elif source == "category" and not _is_ignored(name):
                found = next(((topic, weight) for topic, weight, pattern in patterns if pattern.search(name)), None)
                if found:
                    seen.add(key)
                    yield Vote(found[0], "pattern", name, found[1])


def _is_ignored(category: str) -> bool:
    names, pattern = _ignored()
    return fold(category) in names or pattern.search(category) is not None


@cache
def _table() -> tuple[dict[str, tuple[str, int]], tuple[tuple[str, int, re.Pattern[str]], ...]]:
    """Folded name -> topic and weight; the patterns of each topic with their weight, in the table's order."""
    rows = table("topics")
    exact = {
        fold(name): (topic, group["weight"])
        for topic, groups in rows["main"].items()
        for group in groups
        for name in group["names"]
    }
    patterns = tuple(
        (topic, group["weight"], re.compile("|".join(group["patterns"]), re.IGNORECASE))
        for topic, groups in rows["patterns"].items()
        for group in groups
    )
    return exact, patterns


@cache
def _ignored() -> tuple[frozenset[str], re.Pattern[str]]:
    groups = table("topics")["ignored"]
    pattern = re.compile("|".join(f"(?:{one})" for group in groups for one in group["patterns"]), re.IGNORECASE)
    return frozenset(fold(name) for group in groups for name in group["names"]), pattern
