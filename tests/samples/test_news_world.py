"""The news part of the sample world: its dump, and that its truth agrees with itself and with the encyclopedia."""

import bz2
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from lxml import etree

from pipeline.dump.header import read_header
from pipeline.dump.layout import find_dump
from tests.support.kb_oracle import Oracle
from tests.support.news_oracle import NewsOptions, NewsOracle, read_lines
from tests.support.world import DATE, NEWS_WIKI, commons_files, make_world, news_files

STATES = {"published", "developing", "review", "disputed", "abandoned", "unmarked"}
RULES = {
    "no_caption", "too_short", "no_image_file", "audio", "location_map", "icon", "duplicate_pair", "maybe_audio",
    "credit_only", "term", "unknown_template",
}  # fmt: skip
TYPES = {"Person", "Organization", "Location", "Country", "Event", "Works", "Misc"}
TOPICS = {
    "sports", "politics", "entertainment", "disaster", "technology", "crime", "economy", "education", "health",
    "weather",
}  # fmt: skip


@pytest.fixture(scope="module")
def oracle(world_dir: Path) -> NewsOracle:
    return NewsOracle(world_dir)


def _pages(path: Path) -> list[etree._Element]:
    return etree.fromstring(bz2.decompress(path.read_bytes())).findall("{*}page")


def test_the_dump_is_found_as_a_download(world_dir: Path) -> None:
    found = find_dump(world_dir, NEWS_WIKI, DATE, verify=True)
    assert found.pages == news_files(world_dir)
    assert set(found.indexes) == set(found.pages)
    header = read_header(found.pages[0])
    assert (header.version, header.wiki, header.sitename) == ("0.11", NEWS_WIKI, "Wikinews")
    assert header.namespaces[4][0] == "Wikinews"
    assert header.namespaces[102][0] == "Comments"


def test_commons_is_found_as_a_download(world_dir: Path) -> None:
    found = find_dump(world_dir / "commons", "commonswiki", DATE, verify=True)
    assert found.pages == commons_files(world_dir)
    titles = {page.findtext("{*}title") for page in _pages(found.pages[0])}
    media = NewsOracle(world_dir).media.values()
    there = {f"File:{row['file_title']}" for row in media if row["repo"] == "wikipedia/commons" and row["file_name"]}
    assert {title for title in titles if title.startswith("File:")} == there


def test_the_news_wiki_has_a_page_for_each_of_its_own_files(world_dir: Path, oracle: NewsOracle) -> None:
    titles = {page.findtext("{*}title") for path in news_files(world_dir) for page in _pages(path)}
    local = [row for row in oracle.media.values() if row["repo"] == "wikinews/en"]
    assert len(local) > 5
    assert all(f"File:{row['file_title']}" in titles and row["redistributable"] is False for row in local)


def test_xml_holds_the_pages_of_the_truth(world_dir: Path, oracle: NewsOracle) -> None:
    pages = [row for row in oracle.rows if row["row"] != "pair"]
    xml = [page for path in news_files(world_dir) for page in _pages(path)]
    assert [page.findtext("{*}title") for page in xml] == [row["title"] for row in pages]
    assert [int(page.findtext("{*}id")) for page in xml] == [row["page_id"] for row in pages]
    assert [int(page.findtext("{*}revision/{*}id")) for page in xml] == [row["revision_id"] for row in pages]
    assert len({row["title"] for row in pages}) == len(pages)
    assert {"article", "redirect", "other"} == set(oracle.page_kinds())
    assert {row["state"] for row in pages} == {"text", "empty", "deleted"}


def test_links_cut_their_captions(oracle: NewsOracle) -> None:
    wikis: Counter[str] = Counter()
    for row in oracle.rows:
        for start, end, surface, target, wiki in row.get("caption_links", ()):
            assert row["caption"][start:end] == surface
            assert re.search(rf"(?<!\w){re.escape(surface)}(?!\w)", row["caption"][max(0, start - 1) : end + 1]), row
            assert target
            wikis[wiki] += 1
    assert set(wikis) == {"enwiki", "enwikinews", "dewiki", "frwiki"}
    assert wikis["enwiki"] > 100


def test_captions_are_as_readers_see_them(oracle: NewsOracle) -> None:
    for row in oracle.rows:
        if row["row"] == "pair":
            assert row["caption"] == " ".join(row["caption"].split())
            assert row["n_words"] == len(re.findall(r"\w+", row["caption"]))
    articles = {row["article_id"] for row in oracle.rows if row["row"] == "article"}
    positions: dict[int, list[int]] = defaultdict(list)
    for row in oracle.rows:
        if row["row"] == "pair":
            positions[row["article_id"]].append(row["position"])
    assert set(positions) <= articles
    assert all(found == list(range(len(found))) for found in positions.values())


def test_every_rule_state_and_topic_occurs(oracle: NewsOracle) -> None:
    pairs = [row for row in oracle.rows if row["row"] == "pair"]
    assert {reason.partition(":")[0] for row in pairs for reason in row["reasons"]} == RULES
    assert {row["status"] for row in pairs} == {"kept", "review", "dropped"}
    assert {article.status for article in oracle.articles} == STATES
    assert {article.topic for article in oracle.articles} == {*TOPICS, ""}
    assert {article.licence for article in oracle.articles} == {"Public domain", "CC BY 2.5"}
    assert {article.date_evidence for article in oracle.articles} == {
        "template:date", "template:dateline", "template:byline", "first_line", "category", "revision (fallback)",
        "",
    }  # fmt: skip
    years = {article.date[:4] for article in oracle.articles if article.date}
    assert {str(year) for year in range(2005, 2021)} <= years


def test_the_written_statuses_are_those_of_default_flags(oracle: NewsOracle) -> None:
    written = {(row["article_id"], row["position"]): row for row in oracle.rows if row["row"] == "pair"}
    assert oracle.pairs
    for pair in oracle.pairs:
        row = written[pair.article_id, pair.position]
        assert (row["status"], tuple(row["reasons"])) == (pair.status, pair.reasons)


def test_options_change_the_oracle(world_dir: Path, oracle: NewsOracle) -> None:
    few = NewsOracle(world_dir, NewsOptions(years=(2007, 2010)))
    assert {pair.date[:4] for pair in few.pairs if pair.date} == {"2007", "2008", "2009", "2010"}
    assert few.article_drops()["years"] > 10
    everything = NewsOracle(world_dir, NewsOptions(states=tuple(STATES), off=("audio", "duplicate_pair"), min_words=0))
    assert len(everything.pairs) > len(oracle.pairs)
    rules = {reason for pair in everything.pairs for reason in pair.reasons}
    assert "icon" in rules
    assert not rules & {"audio", "duplicate_pair", "too_short"}


def test_mentions_cut_captions_of_pairs(oracle: NewsOracle) -> None:
    pairs = {(pair.article_id, pair.position): pair for pair in oracle.pairs}
    clues = Counter(row["clue"] for row in oracle.mentions)
    assert set(clues) == {"image", "text", "both"}
    assert min(clues.values()) > 0.2 * clues.total()
    assert {row["type"] for row in oracle.mentions} == TYPES
    for row in oracle.mentions:
        pair = pairs[row["article_id"], row["position"]]
        assert (pair.file_title, pair.caption, pair.topic) == (row["file_title"], row["caption"], row["topic"])
        assert pair.caption[row["start"] : row["end"]] == row["surface"]
        assert pair.status == "kept"
    nils = sum(row["entity"] is None for row in oracle.mentions)
    assert 0.04 < nils / len(oracle.mentions) < 0.2


def test_every_mention_has_its_entity_among_the_candidates(world_dir: Path, oracle: NewsOracle) -> None:
    kb = Oracle(world_dir)
    named: dict[str, set[str]] = defaultdict(set)
    for surface, entity in kb.mention_rows():
        named[surface].add(kb.entity_name(entity))
    for row in oracle.mentions:
        if row["entity"] is not None:
            assert row["entity"] in named[row["surface"]], row
            if row["clue"] == "image":
                assert len(named[row["surface"]]) > 1, row


def test_links_of_mentions_lead_to_their_entities(world_dir: Path, oracle: NewsOracle) -> None:
    kb = Oracle(world_dir)
    links = {
        (row["article_id"], row["position"], start, end): target
        for row in oracle.rows
        for start, end, _, target, _ in row.get("caption_links", ())
    }
    linked = 0
    for row in oracle.mentions:
        target = links.get((row["article_id"], row["position"], row["start"], row["end"]))
        if target is not None:
            assert kb.end(target).title == row["entity"]
            linked += 1
    assert 0.3 < linked / len(oracle.mentions) < 0.8


def test_only_captions_with_a_text_clue_describe_what_they_name(world_dir: Path, oracle: NewsOracle) -> None:
    leads = {row["title"]: row["lead"] for row in Oracle(world_dir).entity_rows().values()}
    for row in oracle.mentions:
        if row["entity"] is None:
            continue
        about = leads[row["entity"]].removeprefix(f"{row['entity']} is ").split(". ")[0]
        assert (about in row["caption"]) == (row["clue"] != "image"), row


def test_news_flag_counts_articles(tmp_path: Path) -> None:
    for count in ("40", "120"):
        world = make_world(tmp_path / count, "--news", count, "--no-media")
        rows = read_lines(world / "truth" / "news.jsonl")
        assert sum(row["row"] == "article" and row["state"] == "text" for row in rows) == int(count)
        assert not (world / "media").exists()


def test_wikipedia_part_does_not_depend_on_the_news(tmp_path: Path, world_dir: Path) -> None:
    world = make_world(tmp_path, "--entities", "150", "--seed", "7", "--news", "40", "--no-media")
    assert (world / "truth" / "pages.jsonl").read_bytes() == (world_dir / "truth" / "pages.jsonl").read_bytes()
