"""What the corpus must hold, written while the pages were composed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import quote

from worldgen.dumpfiles import DumpedPage

from newsgen.article import WORD, Article, NewsImage, file_rules, review_rules
from newsgen.plan import NewsWorld

ENTITY_URL = "https://en.wikipedia.org/wiki/"
FREE_UNTIL = (2005, 9, 25)


def news_rows(world: NewsWorld) -> Iterator[dict]:
    """Rows of truth/news.jsonl by page: a page or an article, then its pairs.

    `own_reasons` are a pair's reasons without duplicates; `status` and `reasons` are those of a run with default flags,
    in which pairs of published articles alone can repeat one another.
    """
    seen: set[tuple[str, str]] = set()
    for dumped, composed in world.pages:
        if composed is None and not _is_article(dumped):
            is_redirect = dumped.namespace == 0 and dumped.redirect is not None
            yield {**_page_row(dumped), "kind": "redirect" if is_redirect else "other"}
            continue
        article = composed or Article(dumped.title)
        yield article_row(dumped, article)
        for position, image in enumerate(article.images):
            yield pair_row(dumped, article, position, image, seen)


def _is_article(dumped: DumpedPage) -> bool:
    """Whether a page that nobody composed is an article all the same: an empty or a deleted one."""
    return dumped.namespace == 0 and dumped.model == "wikitext" and not dumped.text


def _page_row(dumped: DumpedPage) -> dict:
    return {
        "row": "page", "page_id": dumped.page_id, "namespace": dumped.namespace, "title": dumped.title,
        "model": dumped.model, "state": dumped.state, "revision_id": dumped.revision_id, "timestamp": dumped.timestamp,
    }  # fmt: skip


def article_row(dumped: DumpedPage, article: Article) -> dict:
    """The row of an article; without a date of its own a draft has the revision's, marked as a fallback."""
    day, evidence = dated(dumped, article)
    return {
        **_page_row(dumped),
        "row": "article",
        "kind": "article",
        "article_id": dumped.page_id,
        "date": day,
        "date_evidence": evidence,
        "article_status": article.status,
        "categories": article.categories,
        "topic": article.topic,
        "licence": "Public domain" if article.date and article.date < FREE_UNTIL else "CC BY 2.5",
        "n_pairs": len(article.images),
    }


def dated(dumped: DumpedPage, article: Article) -> tuple[str | None, str]:
    """The day of an article and what tells it; no category of a draft names a year."""
    if article.date is not None:
        return iso(article.date), article.date_evidence
    if article.status in ("developing", "review") and dumped.timestamp:
        return dumped.timestamp[:10], "revision (fallback)"
    return None, ""


def pair_row(dumped: DumpedPage, article: Article, position: int, image: NewsImage, seen: set[tuple[str, str]]) -> dict:
    """The row of one image; `seen` are file and caption of the pairs of published articles that were not dropped."""
    dropped, reviewed = file_rules(image), review_rules(image)
    text = image.caption.text
    reasons = [*dropped, *reviewed]
    key = (image.file_title, text)
    if article.status == "published" and not dropped:
        if key in seen:
            dropped, reasons = ["duplicate_pair"], [*reasons, "duplicate_pair"]
        seen.add(key)
    return {
        "row": "pair",
        "article_id": dumped.page_id,
        "article_title": dumped.title,
        "article_status": article.status,
        "date": dated(dumped, article)[0],
        "topic": article.topic,
        "position": position,
        "file_title": image.file_title,
        "caption": text,
        "caption_links": [
            [start, end, text[start:end], target, wiki] for start, end, target, wiki in image.caption.links
        ],
        "credit": image.caption.credit,
        "n_words": len(WORD.findall(text)),
        "status": "dropped" if dropped else "review" if reviewed else "kept",
        "reasons": reasons,
        "own_reasons": [*file_rules(image), *reviewed],
    }


def mention_rows(world: NewsWorld, dropped: Collection[tuple[int, int]]) -> Iterator[dict]:
    """Rows of truth/mentions.jsonl: every name of an entity in the captions of published articles.

    `dropped` are article and position of pairs that are not taken.
    """
    for dumped, article in world.pages:
        if article is None or article.status != "published":
            continue
        for position, image in enumerate(article.images):
            if (dumped.page_id, position) in dropped:
                continue
            text = image.caption.text
            for mention in image.caption.mentions:
                yield {
                    "article_id": dumped.page_id,
                    "position": position,
                    "file_title": image.file_title,
                    "caption": text,
                    "surface": text[mention.start : mention.end],
                    "start": mention.start,
                    "end": mention.end,
                    "entity": mention.entity,
                    "type": mention.type,
                    "clue": mention.clue,
                    "topic": article.topic,
                }


def passages(pairs: Iterable[dict], mentions: Iterable[dict]) -> list[list]:
    """The captions of truth/captions.json with their mentions, in WikiDiverse's passage form."""
    found = defaultdict(list)
    for row in mentions:
        entity = "nil" if row["entity"] is None else ENTITY_URL + quote(row["entity"].replace(" ", "_"))
        place = row["article_id"], row["position"]
        found[place].append([row["surface"], row["type"], row["start"], row["end"], entity])
    return [
        [row["caption"], "", row["topic"], found[row["article_id"], row["position"]]]
        for row in pairs
        if row["article_status"] == "published"
    ]


def iso(day: tuple[int, int, int] | None) -> str | None:
    """A day as 2010-01-05."""
    return "{}-{:02d}-{:02d}".format(*day) if day else None
