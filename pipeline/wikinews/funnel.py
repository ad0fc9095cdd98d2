"""Reckons the funnel of a corpus from its pairs and articles."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from pipeline.records.corpus import PAIR_DROPPED, PAIR_KEPT, PAIR_REVIEW
from pipeline.records.funnel import Funnel
from pipeline.wikinews.funnel_tally import Tally
from pipeline.wikinews.site import table

EXAMPLES_PER_RULE = 8
_PAIR_COLUMNS = (
    "pair_id", "article_id", "article_title", "date", "topic", "position", "file_title", "caption", "credit", "status",
    "reasons",
)  # fmt: skip


def make_funnel(  # noqa: D417 - the tables are the corpus's
    pairs: Iterable[pa.Table],
    articles: Iterable[pa.Table],
    *,
    wiki: str,
    date: str,
    article_drops: Mapping[str, int],
    unknown_templates: Mapping[str, int],
    examples_per_rule: int = EXAMPLES_PER_RULE,
) -> Funnel:
    """Reckon a corpus; the same rows in any order and any tables give the same funnel.

    A dropped pair ends at its first dropping rule in the order of the table in `cleaning`, or at `decided` if only that
    dropped it; one in review ends at its first reviewing rule. Steps: dropping rules, `decided`, reviewing rules; a
    rule that the table lacks reviews, and a pair without any rule of its status ends at a step that says so.

    Args:
        article_drops: How many of the articles gave no pairs, by reason; an article counts once.
        unknown_templates: Captions with a template that no table knows, by its name.

    Raises:
        ValueError: a pair's status is none of the three, or more articles were dropped than there are.
    """
    tally = Tally(examples_per_rule)
    for row in _rows(pairs, _PAIR_COLUMNS):
        tally.add(row)
    for row in _rows(articles, ("date", "date_evidence", "topic")):
        tally.add_article(row)
    if sum(article_drops.values()) > tally.n_articles:
        raise ValueError(f"{sum(article_drops.values())} articles dropped of {tally.n_articles}")
    n_by_status = tally.n_by_status
    return Funnel(
        wiki=wiki,
        date=date,
        article_steps=_most_first(article_drops),
        n_articles=tally.n_articles,
        n_pairs=n_by_status.total(),
        n_kept=n_by_status[PAIR_KEPT],
        n_review=n_by_status[PAIR_REVIEW],
        n_dropped=n_by_status[PAIR_DROPPED],
        steps=tally.steps(),
        years=tally.groups(tally.years, sorted(tally.years, key=_blank_last)),
        topics=tally.groups(tally.topics, _topic_names(tally.topics)),
        weak_dates=_most_first(tally.weak_dates),
        terms=_most_first(tally.terms),
        unknown_templates=_most_first(unknown_templates),
        examples_per_rule=examples_per_rule,
    )


def _rows(tables: Iterable[pa.Table], columns: Iterable[str]) -> Iterator[dict[str, Any]]:
    wanted = list(columns)
    for one in tables:
        for batch in one.select(wanted).to_batches(max_chunksize=4096):
            yield from batch.to_pylist()


def _most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((name, n) for name, n in counts.items() if n), key=lambda pair: (-pair[1], pair[0])))


def _topic_names(found: Iterable[str]) -> list[str]:
    """The ten topics, others that the rows name, and '' last where a row has none."""
    known: list[str] = table("topics")["topics"]
    others = sorted(set(found) - set(known), key=_blank_last)
    return [*known, *others]


def _blank_last(name: str) -> tuple[bool, str]:
    return not name, name
