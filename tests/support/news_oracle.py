"""The corpus and its images as the sample world says they must be.

Reads `truth/`, which the generator wrote while composing the pages; nothing here parses wikitext or calls the code
under test.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

DROPPING = (
    "no_caption", "too_short", "no_image_file", "audio", "location_map", "icon", "duplicate_pair",
)  # fmt: skip


@dataclass(frozen=True)
class NewsOptions:
    """The options of the job that change rows."""

    years: tuple[int, int] | None = None
    states: tuple[str, ...] = ("published",)
    off: tuple[str, ...] = ()
    """Rules that say nothing; min_words below stands for `--min-words`."""
    min_words: int = 3


@dataclass(frozen=True)
class PairRow:
    """One pair as the job must give it."""

    article_id: int
    position: int
    article_title: str
    date: str | None
    topic: str
    file_title: str
    caption: str
    caption_links: tuple[tuple[int, int, str, str, str], ...]
    credit: str
    n_words: int
    status: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ArticleRow:
    """One article as the job must give it."""

    article_id: int
    title: str
    date: str | None
    date_evidence: str
    status: str
    categories: tuple[str, ...]
    topic: str
    revision_id: int
    licence: str


class NewsOracle:
    """Articles, pairs, mentions and files of one world."""

    def __init__(self, world: Path, options: NewsOptions = NewsOptions()) -> None:
        self.options = options
        self.truth = world / "truth"
        self.rows = read_lines(self.truth / "news.jsonl")

    @cached_property
    def articles(self) -> list[ArticleRow]:
        """All articles by id, those without pairs too."""
        return sorted(
            (_article(row) for row in self.rows if row["row"] == "article"), key=lambda article: article.article_id
        )

    @cached_property
    def pairs(self) -> list[PairRow]:
        """Pairs of the articles that are taken, by article and position, dropped ones among them."""
        taken = {article.article_id for article in self.articles if self._is_taken(article)}
        rows = [row for row in self.rows if row["row"] == "pair" and row["article_id"] in taken]
        rows.sort(key=lambda row: (row["article_id"], row["position"]))
        return list(self._marked(map(self._cleaned, rows)))

    def article_drops(self) -> dict[str, int]:
        """Articles that give no pairs, by their state, "no_date" or "years"."""
        drops: Counter[str] = Counter()
        for article in self.articles:
            if article.status not in self.options.states:
                drops[article.status] += 1
            elif not self._is_taken(article):
                drops["no_date" if article.date is None else "years"] += 1
        return dict(drops)

    def page_kinds(self) -> dict[str, int]:
        """Pages of the dump: article, redirect or other -> how many."""
        return dict(Counter(row["kind"] for row in self.rows if row["row"] != "pair"))

    def unknown_templates(self) -> dict[str, int]:
        """Templates in captions that no table knows -> images that show them, over all articles."""
        names: Counter[str] = Counter()
        for row in self.rows:
            for reason in row.get("own_reasons", ()):
                rule, _, name = reason.partition(":")
                names.update([name] if rule == "unknown_template" else [])
        return dict(names)

    @cached_property
    def mentions(self) -> list[dict[str, Any]]:
        """Mentions in captions of published articles (truth/mentions.jsonl)."""
        return read_lines(self.truth / "mentions.jsonl")

    @cached_property
    def media(self) -> dict[str, dict[str, Any]]:
        """File title -> what lies there and what must become of it (truth/media.jsonl)."""
        return {row["file_title"]: row for row in read_lines(self.truth / "media.jsonl")}

    def image_outcomes(self, file_titles: Iterable[str]) -> dict[str, tuple[str, str]]:
        """File title -> outcome and reason; a file that the world does not have is missing."""
        missing = {"outcome": "missing", "reason": "not_found"}
        found: Mapping[str, dict[str, Any]] = self.media
        return {
            title: (row["outcome"], row["reason"])
            for title in file_titles
            for row in (found.get(title, missing),)
        }  # fmt: skip

    def wanted_files(self) -> dict[str, int]:
        """Files of the pairs that are not dropped -> pairs that show them."""
        return dict(Counter(pair.file_title for pair in self.pairs if pair.status != "dropped"))

    def _is_taken(self, article: ArticleRow) -> bool:
        years = self.options.years
        if article.status not in self.options.states:
            return False
        return years is None or (article.date is not None and years[0] <= int(article.date[:4]) <= years[1])

    def _cleaned(self, row: dict[str, Any]) -> PairRow:
        """The row under the options, duplicates apart."""
        own = list(row["own_reasons"])
        if row["caption"] and self.options.min_words != 3:
            own = [reason for reason in own if reason != "too_short"]
            own = ["too_short", *own] if row["n_words"] < self.options.min_words else own
        reasons = tuple(reason for reason in own if reason.partition(":")[0] not in self.options.off)
        return PairRow(
            article_id=row["article_id"],
            position=row["position"],
            article_title=row["article_title"],
            date=row["date"],
            topic=row["topic"],
            file_title=row["file_title"],
            caption=row["caption"],
            caption_links=tuple(tuple(link) for link in row["caption_links"]),
            credit=row["credit"],
            n_words=row["n_words"],
            status=status_of(reasons),
            reasons=reasons,
        )

    def _marked(self, pairs: Iterable[PairRow]) -> Iterator[PairRow]:
        seen: dict[tuple[str, str], int] = defaultdict(int)
        for pair in pairs:
            key = (pair.file_title, pair.caption)
            if pair.status != "dropped" and "duplicate_pair" not in self.options.off:
                seen[key] += 1
                if seen[key] > 1:
                    reasons = (*pair.reasons, "duplicate_pair")
                    pair = replace(pair, status="dropped", reasons=reasons)  # noqa: PLW2901
            yield pair


def through_redirects(
    pairs: Iterable[PairRow], end: Callable[[str], str | None], wiki: str = "enwiki"
) -> list[PairRow]:
    """Pairs whose links to `wiki` name the page that `end` says a title leads to; None keeps the title."""

    def led(link: tuple[int, int, str, str, str]) -> tuple[int, int, str, str, str]:
        start, stop, surface, target, of = link
        return (start, stop, surface, (end(target) or target) if of == wiki else target, of)

    return [replace(pair, caption_links=tuple(map(led, pair.caption_links))) for pair in pairs]


def status_of(reasons: Iterable[str]) -> str:
    """kept without reasons, dropped with one that drops, else review."""
    rules = {reason.partition(":")[0] for reason in reasons}
    return "dropped" if rules & set(DROPPING) else "review" if rules else "kept"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _article(row: dict[str, Any]) -> ArticleRow:
    return ArticleRow(
        article_id=row["article_id"],
        title=row["title"],
        date=row["date"],
        date_evidence=row["date_evidence"],
        status=row["article_status"],
        categories=tuple(row["categories"]),
        topic=row["topic"],
        revision_id=row["revision_id"],
        licence=row["licence"],
    )


def job_pair(row: Mapping[str, Any]) -> PairRow:
    """A row of the job's pairs/ (as `to_pylist` gives it) in the oracle's form; links in the written form."""
    links = tuple(
        (link["start"], link["end"], link["surface"], link["target"], link["wiki"]) for link in row["caption_links"]
    )
    plain = {
        name: row[name] for name in PairRow.__dataclass_fields__ if name not in ("caption_links", "date", "reasons")
    }
    return PairRow(**plain, caption_links=links, date=_day(row["date"]), reasons=tuple(row["reasons"]))


def job_article(row: Mapping[str, Any]) -> ArticleRow:
    """A row of the job's articles/ in the oracle's form."""
    names = [name for name in ArticleRow.__dataclass_fields__ if name not in ("categories", "date")]
    return ArticleRow(
        **{name: row[name] for name in names}, categories=tuple(row["categories"]), date=_day(row["date"])
    )


def _day(date: Any) -> str | None:
    return None if date is None else date.date().isoformat()
