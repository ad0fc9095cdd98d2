"""The corpus of the sample world is what the world says of itself."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.records.corpus_schemas import NEWS_ARTICLES, PAIRS
from pipeline.records.manifest import open_artifact
from tests.support.kb_oracle import Oracle
from tests.support.news_dump import run_corpus
from tests.support.news_oracle import NewsOptions, NewsOracle, job_article, job_pair

OPTIONS = {
    "default": (NewsOptions(), {}),
    "years": (NewsOptions(years=(2007, 2012)), {"years": (2007, 2012)}),
    "one year": (NewsOptions(years=(2010, 2010)), {"years": (2010, 2010)}),
    "states": (
        NewsOptions(states=("published", "review", "unmarked")),
        {"states": ("published", "review", "unmarked")},
    ),
    "rules off": (
        NewsOptions(off=("duplicate_pair", "icon", "term")),
        {"keep": ("duplicate_pair", "icon", "term")},
    ),
    "more words": (NewsOptions(min_words=8), {"min_words": 8}),
}


@pytest.fixture(scope="module")
def news(world_dir: Path) -> Path:
    """The world's news dump."""
    return next((world_dir / "enwikinews").rglob("*multistream.xml.bz2"))


@pytest.fixture(scope="module", params=OPTIONS)
def built(request: pytest.FixtureRequest, world_dir: Path, news: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A corpus and the oracle of the same options."""
    asked, given = OPTIONS[request.param]
    result = run_corpus(news, tmp_path_factory.mktemp("truth") / "corpus", range_bytes=1 << 14, **given)
    return result, NewsOracle(world_dir, asked)


def rows(corpus: Path, name: str) -> list[dict[str, Any]]:
    schema = {"pairs": PAIRS, "articles": NEWS_ARTICLES}[name]
    return open_artifact(corpus / name, schema).table().to_pylist()


def figures(result: Any, stage: str) -> dict[str, Any]:
    return next(report.figures for report in result.reports if report.name == stage)


def test_articles(built: Any) -> None:
    result, oracle = built
    assert len(oracle.articles) > 70
    assert list(map(job_article, rows(result.out, "articles"))) == oracle.articles


def test_pairs(built: Any) -> None:
    result, oracle = built
    assert len(oracle.pairs) > 5
    assert list(map(job_pair, rows(result.out, "pairs"))) == oracle.pairs


def test_pair_ids_name_pairs(built: Any) -> None:
    result, _ = built
    pairs = rows(result.out, "pairs")
    by_id: dict[str, set[tuple[Any, ...]]] = {}
    for pair in pairs:
        by_id.setdefault(pair["pair_id"], set()).add((pair["article_id"], pair["file_title"], pair["caption"]))
    assert all(len(named) == 1 for named in by_id.values())
    assert len(by_id) == len({(pair["article_id"], pair["file_title"], pair["caption"]) for pair in pairs})


def test_reckoning(built: Any) -> None:
    result, oracle = built
    extract, clean = figures(result, "extract"), figures(result, "clean")
    kinds = oracle.page_kinds()
    assert extract["in"] == sum(kinds.values())
    assert extract["out"] == kinds["article"] == len(oracle.articles)
    assert extract["dropped"]["redirect"] == kinds["redirect"]
    assert clean["out"] == len(oracle.pairs)
    for counted in (extract, clean, clean["articles"]):
        assert counted["in"] == counted["out"] + sum(counted["dropped"].values()) + counted["dead"]
    drops = {reason.replace("not_published:", "").replace("outside_years", "years"): n for reason, n in clean["articles"]["dropped"].items()}  # fmt: skip
    assert drops == oracle.article_drops()
    assert extract["unknown_templates"] == oracle.unknown_templates()


def test_funnel_and_queue(built: Any) -> None:
    result, oracle = built
    statuses = [pair.status for pair in oracle.pairs]
    funnel = result.funnel
    assert (funnel.n_kept, funnel.n_review, funnel.n_dropped) == tuple(
        statuses.count(status) for status in ("kept", "review", "dropped")
    )
    lines = [json.loads(line) for line in (result.out / "review" / "queue.jsonl").read_text("utf-8").splitlines()]
    waiting = [pair for pair in oracle.pairs if pair.status == "review"]
    assert [(line["file_title"], line["caption"], tuple(line["reasons"])) for line in lines] == [
        (pair.file_title, pair.caption, pair.reasons) for pair in waiting
    ]


def test_files_of_the_wiki_itself_have_its_address(built: Any) -> None:
    result, oracle = built
    local = {row["title"].removeprefix("File:") for row in oracle.rows if row.get("namespace") == 6}
    assert local
    pairs = rows(result.out, "pairs")
    for pair in pairs:
        folder = "/wikinews/en/" if pair["file_title"] in local else "/wikipedia/commons/"
        assert folder in pair["image_url"] or not pair["file_title"]


@pytest.mark.slow
def test_link_targets_follow_the_redirects_of_a_kb(world_dir: Path, world_kb: Path, news: Path, tmp_path: Path) -> None:
    result = run_corpus(news, tmp_path / "corpus", kb=world_kb, range_bytes=1 << 14)
    truth, pages = NewsOracle(world_dir), Oracle(world_dir)
    expected = [
        replace(
            pair,
            caption_links=tuple(
                (*link[:3], end_of(pages, link[3]) if link[4] == "enwiki" else link[3], link[4])
                for link in pair.caption_links
            ),
        )
        for pair in truth.pairs
    ]
    assert list(map(job_pair, rows(result.out, "pairs"))) == expected
    assert expected != truth.pairs
    assert result.counts["link targets behind redirects"] > 0
    manifest = json.loads((result.out / "_manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kb"]["wiki"], manifest["kb"]["date"]) == ("enwiki", "20210101")


def end_of(pages: Oracle, title: str) -> str:
    """The page where the redirects of a title end, the title itself where none are."""
    end = pages.end(title)
    return end.title if end.page is not None and end.title else title
