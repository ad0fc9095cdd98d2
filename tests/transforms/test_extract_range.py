"""One dump range to staging shards, a broken page among good ones."""

import pyarrow.parquet as pq
import pytest

from pipeline.dump.header import read_header
from pipeline.dump.ranges import plan_ranges
from pipeline.titles.siteinfo import load_siteinfo
from pipeline.transforms.extract_range import ExtractOptions, RangeExtractor
from pipeline.transforms.read_range import ExtractUnit
from tests.support.dumps import dump_xml, page_xml, write_bz2

PAGES = [
    page_xml(
        1,
        "Lion",
        "'''Lions''' are [[cat|big cats]] in [[Africa]]. [[File:Lion.jpg|thumb|A [[lion]]]]\n[[Category:Cats]]",
    ),
    page_xml(2, "The Lion", "#REDIRECT [[Lion#Habitat]]", redirect="Lion"),
    page_xml(3, "Lions (disambiguation)", "'''Lions''' may be:\n* [[Detroit Lions]]\n{{disambiguation}}"),
    page_xml(4, "Talk:Lion", "[[Not counted]]", namespace=1),
    page_xml(5, "Broken", "x").replace("<id>5</id>", "<id>five</id>"),
    page_xml(6, "Script", "alert('[[x]]')").replace("<model>wikitext</model>", "<model>javascript</model>"),
]


@pytest.fixture
def extract(tmp_path):
    path = write_bz2(tmp_path / "dump.xml.bz2", dump_xml(PAGES))
    siteinfo, _ = load_siteinfo("enwiki")
    options = ExtractOptions(str(tmp_path / "out"), siteinfo, {str(path): read_header(path)}, None, (0,), "fast")
    (dump_range,) = plan_ranges([path])

    def run(max_pages=None):
        record = RangeExtractor(options).extract(ExtractUnit(dump_range, max_pages))
        tables = {s["artifact"]: pq.read_table(tmp_path / "out" / s["artifact"] / s["name"]) for s in record["shards"]}
        return record, tables

    return run


def test_every_page_is_kept_dropped_by_reason_or_dead(extract):
    record, tables = extract()
    assert (record["in"], record["out"], record["dead"]) == (6, 3, 1)
    assert record["dropped"] == {"namespace_not_kept:1": 1, "not_wikitext:javascript": 1}
    assert record["in"] == record["out"] + record["dead"] + sum(record["dropped"].values())
    assert tables["pages"]["kind"].to_pylist() == ["article", "redirect", "disambiguation"]
    assert [(row["title"], row["stage"]) for row in tables["errors"].to_pylist()] == [("Broken", "extract")]


def test_each_kind_of_page_fills_its_artifacts(extract):
    _, tables = extract()
    links = {(r["page_id"], r["target"], r["surface"], r["context"]): r["n"] for r in tables["links"].to_pylist()}
    assert links == {
        (1, "Cat", "big cats", "lead"): 1, (1, "Africa", "Africa", "lead"): 1,
        (3, "Detroit Lions", "Detroit Lions", "list"): 1,
    }  # fmt: skip
    assert tables["raw_redirects"].to_pylist() == [
        {"page_id": 2, "title": "The Lion", "target": "Lion", "fragment": "Habitat", "status": "ok"}
    ]
    (item,) = tables["raw_disambiguation"].to_pylist()
    assert (item["surface"], item["target"], item["position"]) == ("Lions", "Detroit Lions", 1)
    (image,) = tables["entity_images"].to_pylist()
    assert (image["file_title"], image["caption"], len(image["image_id"])) == ("Lion.jpg", "A lion", 16)
    (article,) = tables["articles"].to_pylist()
    assert (article["lead"], article["categories"]) == ("Lions are big cats in Africa.", ["Cats"])


def test_a_limit_stops_after_so_many_pages(extract):
    record, tables = extract(max_pages=2)
    assert record["in"] == 2
    assert tables["pages"]["page_id"].to_pylist() == [1, 2]


def test_a_title_that_looks_like_another_wikis_keeps_its_prefix(tmp_path):
    path = write_bz2(tmp_path / "dump.xml.bz2", dump_xml([page_xml(1, "ST: Picard", "x"), page_xml(2, "Picard", "y")]))
    siteinfo, _ = load_siteinfo("enwiki")
    options = ExtractOptions(str(tmp_path / "out"), siteinfo, {str(path): read_header(path)}, None, (0,), "fast")
    record = RangeExtractor(options).extract(ExtractUnit(plan_ranges([path])[0]))
    (name,) = [shard["name"] for shard in record["shards"] if shard["artifact"] == "pages"]
    assert pq.read_table(tmp_path / "out" / "pages" / name)["title"].to_pylist() == ["ST: Picard", "Picard"]
