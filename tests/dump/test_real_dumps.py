"""Every real dump, read by us and by ElementTree: the same pages, field by field."""

import bz2
import gzip
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pipeline.dump.header import read_header
from pipeline.dump.pages import DumpPage, iter_pages
from pipeline.dump.ranges import plan_ranges
from tests.support.dumps import write_streams

pytestmark = pytest.mark.data

# name: version, wiki, encoding, pages, pages of the main namespace, redirects
GOLDEN = {
    "aawiki-20260101-pages-meta-current.xml.bz2": ("0.11", "aawiki", "utf-8", 507, 2, 19),
    "bgwiki-utf16le-pages-articles.xml.bz2": ("0.10", "bgwiki", "utf-16-le", 3, 1, 0),
    "enwiki-20090902-sample-export03.xml": ("0.3", "enwiki", "utf-8", 4, 4, 2),
    "enwiki-2014-sample-export09.xml.bz2": ("0.9", "enwiki", "utf-8", 3, 3, 1),
    "enwiki-20160501-sample-pages-articles.xml.bz2": ("0.10", "enwiki", "utf-8", 206, 205, 100),
    "enwiki-2017-table-markup.xml.bz2": ("0.10", "", "utf-8", 5, 5, 0),
    "frwiki-20101103-sample-export03.xml": ("0.3", "enwiki", "utf-8", 6, 6, 1),
    "itwiki-2013-sample-pages-articles.xml.gz": ("0.8", "itwiki", "utf-8", 747, 672, 65),
}


def everything(_namespace):
    return True


def read(path):
    header = read_header(path)
    return [page for part in plan_ranges([path]) for page in iter_pages(part, header, keep=everything)]


def unpacked(path: Path) -> bytes:
    opener = {".bz2": bz2.open, ".gz": gzip.open}.get(path.suffix, open)
    with opener(path, "rb") as file:
        return file.read()


def oracle(path: Path):
    """Pages as ElementTree sees them; the namespace by prefix where the schema has none."""
    tree = ET.fromstring(unpacked(path))
    names = {(item.text or ""): int(item.get("key")) for item in tree.iter() if item.tag.endswith("}namespace")}
    for page in tree.iterfind("{*}page"):
        revision = page.findall("{*}revision")[-1]
        title, namespace = page.findtext("{*}title"), page.findtext("{*}ns")
        redirect, text = page.find("{*}redirect"), revision.find("{*}text").text or ""
        yield (
            int(page.findtext("{*}id")),
            names.get(title.partition(":")[0] if ":" in title else "", 0) if namespace is None else int(namespace),
            title,
            None if redirect is None else redirect.get("title", ""),
            int(revision.findtext("{*}id")),
            revision.findtext("{*}timestamp"),
            revision.findtext("{*}model") or "wikitext",
            text,
            len(text.encode()),
        )


def fields(page: DumpPage):
    return (
        page.page_id, page.namespace, page.title, page.redirect, page.revision_id, page.timestamp, page.model,
        page.text, page.n_bytes,
    )  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_pages_are_those_of_an_independent_reader(data_dir, name):
    path = data_dir / "dumps" / name
    assert [fields(page) for page in read(path)] == list(oracle(path))


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_counts(data_dir, name):
    path = data_dir / "dumps" / name
    header, pages = read_header(path), read(path)
    found = (
        header.version, header.wiki, header.encoding, len(pages),
        sum(page.namespace == 0 for page in pages), sum(page.redirect is not None for page in pages),
    )  # fmt: skip
    assert found == GOLDEN[name]


def test_enwiki_sample_counts(data_dir):
    pages = read(data_dir / "dumps" / "enwiki-20160501-sample-pages-articles.xml.bz2")
    articles = [page for page in pages if page.namespace == 0 and page.redirect is None]
    assert len(articles) == 106
    assert sum(len(page.text) for page in articles) == 5_728_626
    assert max(len(page.text) for page in articles) == 180_096
    assert [page.namespace for page in pages if page.redirect is not None and page.namespace] == [4]


def test_aawiki_counts(data_dir):
    pages = read(data_dir / "dumps" / "aawiki-20260101-pages-meta-current.xml.bz2")
    models = [page.model for page in pages]
    assert {model: models.count(model) for model in set(models)} == {"wikitext": 500, "javascript": 6, "json": 1}
    assert sum(page.text == "" for page in pages) == 3
    assert "en:User:Sirius Zwarts Bot" in [page.redirect for page in pages]


def test_redirects_of_export_03_leave_their_target_to_the_text(data_dir):
    pages = read(data_dir / "dumps" / "enwiki-20090902-sample-export03.xml")
    assert [page.redirect for page in pages].count("") == 2


def test_texts_of_other_namespaces_are_not_read(data_dir):
    path = data_dir / "dumps" / "aawiki-20260101-pages-meta-current.xml.bz2"
    header = read_header(path)
    (part,) = plan_ranges([path])
    pages = list(iter_pages(part, header, keep=lambda namespace: namespace == 0))
    assert {page.namespace == 0 for page in pages if page.text is not None} == {True}
    # <text bytes="…"> counts a last line end that MediaWiki then trims: 8 of 507 pages
    differences = [page.n_bytes - full.n_bytes for page, full in zip(pages, read(path), strict=True)]
    assert {n: differences.count(n) for n in sorted(set(differences))} == {0: 499, 1: 8}


def test_sample_cut_anywhere_by_a_parallel_compressor_loses_no_page(data_dir, tmp_path):
    path = data_dir / "dumps" / "enwiki-20160501-sample-pages-articles.xml.bz2"
    xml = unpacked(path)
    step = 150_001
    copy = tmp_path / "cut.xml.bz2"
    write_streams(copy, [xml[place : place + step] for place in range(0, len(xml), step)])
    ranges = plan_ranges([copy], range_bytes=1)
    assert len(ranges) == len(xml) // step + 1
    header = read_header(copy)
    assert [p for part in ranges for p in iter_pages(part, header, keep=everything)] == read(path)
