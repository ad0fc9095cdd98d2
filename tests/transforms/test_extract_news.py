"""One range of a news dump to staging shards, bad pages among good ones."""

import pickle

import pyarrow.parquet as pq
import pytest

from pipeline.dump.header import read_header
from pipeline.dump.ranges import plan_ranges
from pipeline.titles.siteinfo import load_siteinfo
from pipeline.transforms.extract_news_range import NewsExtractor, NewsOptions
from pipeline.transforms.read_range import ExtractUnit
from tests.support.dumps import dump_xml, page_xml, write_bz2
from tests.support.news_dump import NEWS_SITEINFO

PAGES = [
    page_xml(
        1, "Mill burns", "{{date|June 3, 2011}} [[File:Mill.jpg|thumb|The {{odd|old}} mill of {{odd|Ann}}]] {{publish}}"
    ),
    page_xml(2, "Burning mill", "#REDIRECT [[Mill burns]]", redirect="Mill burns"),
    page_xml(3, "Untold redirect", " #redirect [[Mill burns]]"),
    page_xml(4, "File:Own.jpg", "{{fairuse}}", namespace=6),
    page_xml(5, "File:Moved.jpg", "#REDIRECT [[File:Own.jpg]]", namespace=6, redirect="File:Own.jpg"),
    page_xml(6, "Broken", "x").replace("<id>6</id>", "<id>six</id>"),
    page_xml(7, "Below zero", "x").replace("<id>7</id>", "<id>-7</id>"),
    page_xml(8, "Script", "x", model="javascript"),
    page_xml(9, "Empty", ""),
]


@pytest.fixture
def extract(tmp_path):
    path = write_bz2(tmp_path / "dump.xml.bz2", dump_xml(PAGES, siteinfo=NEWS_SITEINFO))
    options = NewsOptions(
        str(tmp_path / "out"),
        load_siteinfo("enwikinews")[0],
        load_siteinfo("enwiki")[0],
        {str(path): read_header(path)},
    )
    (dump_range,) = plan_ranges([path])

    def run(max_pages=None):
        record = NewsExtractor(pickle.loads(pickle.dumps(options))).extract(ExtractUnit(dump_range, max_pages))
        tables = {s["artifact"]: pq.read_table(tmp_path / "out" / s["artifact"] / s["name"]) for s in record["shards"]}
        return record, tables

    return run


def test_every_page_is_kept_dropped_by_reason_or_dead(extract):
    record, tables = extract()
    assert (record["in"], record["out"], record["dead"]) == (9, 2, 2)
    assert record["dropped"] == {"namespace_not_kept:6": 2, "not_wikitext:javascript": 1, "redirect": 2}
    assert record["in"] == record["out"] + record["dead"] + sum(record["dropped"].values())
    letters = tables["errors"].to_pylist()
    assert [letter["title"] for letter in letters] == ["Broken", "Below zero"]
    assert all(letter["stage"] == "extract" and letter["reason"] and letter["message"] for letter in letters)


def test_articles_pairs_and_own_files_are_staged(extract):
    record, tables = extract()
    articles = tables["articles"].to_pylist()
    assert [(row["article_id"], row["title"], row["status"]) for row in articles] == [
        (1, "Mill burns", "published"),
        (9, "Empty", "unmarked"),
    ]
    assert (articles[1]["date"], articles[1]["date_evidence"]) == (None, "")
    (pair,) = tables["raw_pairs"].to_pylist()
    assert (pair["article_id"], pair["caption"], pair["unknown_templates"]) == (1, "The old mill of Ann", ["Odd"])
    assert tables["local_files"].to_pylist() == [{"page_id": 4, "file_title": "Own.jpg"}]
    assert record["unknown_templates"] == {"Odd": 1}
    assert {
        shard["artifact"]: (shard["min_id"], shard["max_id"]) for shard in record["shards"] if "min_id" in shard
    } == {
        "articles": (1, 9),
        "raw_pairs": (1, 1),
        "local_files": (4, 4),
    }


def test_a_limit_stops_after_so_many_pages(extract):
    record, tables = extract(max_pages=3)
    assert record["in"] == 3
    assert set(tables) == {"articles", "raw_pairs"}


def test_a_page_that_cannot_be_read_is_a_dead_letter(extract, monkeypatch):
    def fail(*_):
        raise ValueError("no such mill")

    monkeypatch.setattr("pipeline.transforms.extract_news_range.read_news_page", fail)
    record, tables = extract()
    assert (record["out"], record["dead"]) == (0, 4)
    assert any("no such mill" in letter["message"] for letter in tables["errors"].to_pylist())
