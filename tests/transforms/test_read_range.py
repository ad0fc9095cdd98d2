"""What any reader of ranges does with pages, without a dump: kept, dropped by reason, dead."""

import gc
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.dump.page import DumpPage, PageProblem
from pipeline.dump.ranges import DumpRange
from pipeline.records.corpus_schemas import LOCAL_FILES
from pipeline.records.errors import PageError
from pipeline.titles.siteinfo import load_siteinfo
from pipeline.titles.wiki import Wiki
from pipeline.transforms import read_range
from pipeline.transforms.read_range import ExtractUnit, RangeReader, RangeRun, Reading

RANGE = DumpRange("dump.xml.bz2", 100, 350, 7, whole_file=False)


def page(page_id=1, title="Mill", text="x", *, namespace=0, model="wikitext"):
    return DumpPage(page_id, namespace, title, None, 10, "", model, text, len(text or ""))


class Run(RangeRun[str]):
    """Puts down the title of each page."""

    def read(self, page):
        if page.text == "bad":
            raise PageError("bad_text", "it says bad")
        return page.text or ""

    def add(self, page, content):
        if content != "not to be listed":
            self.columns[LOCAL_FILES.name].append((page.page_id, self.title(page)))

    def pass_over(self, page):
        self.outcomes[f"passed {page.title}"] += 1

    def figures(self):
        return {"more": 1}


@pytest.fixture(scope="module")
def wiki():
    return Wiki.for_siteinfo(load_siteinfo("enwiki")[0])


@pytest.fixture
def run(wiki, tmp_path):
    return Run(Reading(str(tmp_path), {}, wiki, (0,)), RANGE, (LOCAL_FILES,))


def titles(folder: Path):
    return [pq.read_table(path)["file_title"].to_pylist() for path in sorted((folder / LOCAL_FILES.name).iterdir())]


def test_the_reckoning_adds_up(run, tmp_path):
    pages = [
        page(1, "Mill"),
        PageProblem(2, "Odd", "bad_xml", "no end"),
        page(3, "Talk:Mill", namespace=1),
        page(4, "Script", model="javascript"),
        page(5, "Bad", "bad"),
        page(6, "Gone", None),
        page(-1, "Below"),
    ]
    record = run.run(iter(pages))
    assert (record["in"], record["out"], record["dead"]) == (7, 2, 3)
    assert record["dropped"] == {"namespace_not_kept:1": 1, "not_wikitext:javascript": 1}
    assert record["in"] == record["out"] + record["dead"] + sum(record["dropped"].values())
    assert record["outcomes"] == {"deleted_text": 1, "passed Talk:Mill": 1}
    assert (record["bytes"], record["more"]) == (250, 1)
    letters = pq.read_table(next((tmp_path / "errors").iterdir())).to_pylist()
    reasons = [(letter["title"], letter["reason"]) for letter in letters]
    assert reasons == [("Odd", "bad_xml"), ("Bad", "bad_text"), ("Below", "bad_id")]
    assert titles(tmp_path) == [["Mill", "Gone"]]


def test_shards_are_cut_by_text_and_name_their_ids(run, tmp_path, monkeypatch):
    monkeypatch.setattr(read_range, "FLUSH_CHARS", 3 * read_range.ROW_CHARS)
    record = run.run(page(number, f"Mill {number}") for number in range(1, 8))
    shards = [shard for shard in record["shards"] if shard["artifact"] == LOCAL_FILES.name]
    assert [(shard["min_id"], shard["max_id"]) for shard in shards] == [(1, 3), (4, 6), (7, 7)]
    assert [shard["name"] for shard in shards] == [f"{RANGE.unit}.{number:04d}.parquet" for number in range(3)]
    assert [len(rows) for rows in titles(tmp_path)] == [3, 3, 1]


def test_no_page_gives_no_shard(run, tmp_path):
    record = run.run(iter([]))
    assert (record["in"], record["shards"], record["dropped"], record["outcomes"]) == (0, [], {}, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("title", "namespace", "key"),
    [
        ("otter mill", 0, "Otter mill"),
        ("File:a_b.jpg", 6, "File:A b.jpg"),
        ("fr:Moulin", 0, "fr:Moulin"),  # would be another wiki's
        ("Talk:Mill", 0, "Talk:Mill"),  # would be another namespace's
        ("a[b", 0, "a[b"),  # no title today
    ],
)
def test_titles_keep_their_namespace(run, title, namespace, key):
    assert run.title(page(1, title, namespace=namespace)) == key


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("was_enabled", [False, True])
def test_collections_rest_while_a_range_is_read(wiki, tmp_path, fails, was_enabled):
    seen = []

    class Reader(RangeReader):
        def begin(self, dump_range):
            seen.append((dump_range, gc.isenabled()))
            raise PageError("x", "y") if fails else StopIteration

    before = gc.isenabled()
    (gc.enable if was_enabled else gc.disable)()
    try:
        with pytest.raises((PageError, StopIteration, RuntimeError)):
            Reader(Reading(str(tmp_path), {}, wiki, (0,))).extract(ExtractUnit(RANGE))
        assert (seen, gc.isenabled()) == ([(RANGE, False)], was_enabled)
    finally:
        (gc.enable if before else gc.disable)()
