"""Pairs and articles of a corpus as Arrow tables, from what matters of them."""

from datetime import UTC, datetime

import pyarrow as pa

from pipeline.records.corpus_schemas import NEWS_ARTICLES, PAIRS


def pair_row(number=0, *, year=2011, **changes):
    """One pair; `number` makes its id."""
    return {
        "pair_id": f"{number:016x}", "article_id": number, "article_title": f"Article {number}", "date": _day(year),
        "topic": "", "position": 0, "image_id": "0" * 16, "file_title": f"File {number}.jpg", "image_url": "",
        "caption": "The old mill", "caption_links": [], "credit": "", "n_words": 3, "revision_id": None,
        "status": "kept", "reasons": [],
    } | changes  # fmt: skip


def article_row(number=0, *, year=2011, **changes):
    """One article."""
    return {
        "article_id": number, "title": f"Article {number}", "date": _day(year), "date_evidence": "template:date", "status": "published",
        "categories": [], "topic": "", "topic_evidence": "", "revision_id": None, "url": "", "licence": "",
    } | changes  # fmt: skip


def pair_table(rows):
    """The rows under the schema of pairs."""
    return pa.Table.from_pylist(list(rows), schema=PAIRS.arrow)


def article_table(rows):
    """The rows under the schema of articles."""
    return pa.Table.from_pylist(list(rows), schema=NEWS_ARTICLES.arrow)


def _day(year):
    return None if year is None else datetime(year, 1, 1, tzinfo=UTC)
