"""Which of the paper's ten topics an article has.

Each name of the table that is a category of the article, or the name of an infobox template that it calls, is a vote
of two; a category that only a pattern of the table knows is a vote of one. A name votes once. Most votes win. On a tie
wins the topic whose infobox stands first, else whose category stands first; the tie is named in the evidence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.wikinews.site import fold, table

_EXACT, _BY_PATTERN = 2, 1


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
        return Topic("", f"unmapped: {names}" if names else "unmapped", (), (), unmapped)
    totals: dict[str, int] = {}
    for vote in votes:
        totals[vote.topic] = totals.get(vote.topic, 0) + vote.weight
    most = max(totals.values())
    leaders = tuple(topic for topic, total in totals.items() if total == most)
    deciding = [vote for vote in votes if vote.topic == leaders[0]]
    evidence = ", ".join(f"{vote.source}:{vote.name}" for vote in deciding)
    tied = leaders if len(leaders) > 1 else ()
    if tied:
        evidence = f"tie of {' and '.join(tied)}, the first stands: {evidence}"
    return Topic(leaders[0], evidence, votes, tied, unmapped)


def _votes(categories: Sequence[str], templates: Sequence[str]) -> Iterator[Vote]:
    """Votes of infoboxes, then of categories, each name once."""
    exact, patterns = _table()
    seen: set[str] = set()
    for source, names in (("infobox", templates), ("category", categories)):
        for name in names:
            key = fold(name)
            if key in seen:
                continue
            if key in exact:
                seen.add(key)
                yield Vote(exact[key], source, name, _EXACT)
            elif source == "category" and not _is_ignored(name):
                topic = next((topic for topic, pattern in patterns if pattern.search(name)), "")
                if topic:
                    seen.add(key)
                    yield Vote(topic, "pattern", name, _BY_PATTERN)


def _is_ignored(category: str) -> bool:
    names, pattern = _ignored()
    return fold(category) in names or pattern.search(category) is not None


@cache
def _table() -> tuple[dict[str, str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """Folded name -> topic, and the patterns of each topic in the table's order."""
    rows = table("topics")
    exact = {fold(name): topic for topic, names in rows["main"].items() for name in names}
    patterns = tuple(
        (topic, re.compile("|".join(sources), re.IGNORECASE)) for topic, sources in rows["patterns"].items() if sources
    )
    return exact, patterns


@cache
def _ignored() -> tuple[frozenset[str], re.Pattern[str]]:
    rows = table("topics")["ignored"]
    pattern = re.compile("|".join(f"(?:{source})" for source in rows["patterns"]), re.IGNORECASE)
    return frozenset(map(fold, rows["categories"])), pattern
