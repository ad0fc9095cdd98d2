"""Which files of a dump are chosen, from made-up lists."""

import pytest

from pipeline.dump.checks import Published
from pipeline.dump.choice import choose_files
from pipeline.dump.sources import DEFAULT_SOURCES, Listing, make_sources, read_listing
from pipeline.net.hosts import host_pattern
from pipeline.records.errors import InputError

STEM = "xwiki-20200101"
MULTI = f"{STEM}-pages-articles-multistream"


def chosen(*names, tables=(), there=(), **unfinished):
    listing = Listing({f"{STEM}-{name}": Published() for name in names}, unfinished)
    found = choose_files(listing, STEM, tables, lambda name: name.removeprefix(f"{STEM}-") in there)
    return [name.removeprefix(f"{STEM}-") for name in found]


WHOLE = ["pages-articles-multistream.xml.bz2", "pages-articles-multistream-index.txt.bz2"]
PARTS = ["pages-articles-multistream2.xml-p5p9.bz2", "pages-articles-multistream1.xml-p1p4.bz2"]
TENTH = "pages-articles-multistream10.xml-p10p20.bz2"
INDEX = "pages-articles-multistream-index1.txt-p1p4.bz2"
OLD = ["pages-articles1.xml-p1p4.bz2", "pages-articles.xml.bz2", "pages-meta-current.xml.bz2"]
OTHERS = ["pages-articles.xml.7z", "pages-meta-history1.xml-p1p2.bz2", "stub-articles.xml.gz", "all-titles-in-ns0.gz"]


def test_parts_before_the_whole_and_multistream_before_all():
    assert chosen(*WHOLE, *PARTS, TENTH, INDEX, *OLD, *OTHERS) == [INDEX, PARTS[1], PARTS[0], TENTH]


def test_the_whole_when_it_is_there_or_alone():
    assert chosen(*WHOLE, *PARTS, there=WHOLE[:1]) == [WHOLE[1], WHOLE[0]]
    assert chosen(*WHOLE, *PARTS, there=PARTS[:1]) == [PARTS[1], PARTS[0]]
    assert chosen(*WHOLE, *OLD) == [WHOLE[1], WHOLE[0]]


def test_older_kinds():
    assert chosen(*OLD) == OLD[:1]
    assert chosen(*OLD[1:]) == OLD[1:2]
    assert chosen(OLD[2]) == OLD[2:]


def test_tables_and_siteinfo_come_first():
    tables = ["page_props.sql.gz", "redirect.sql.gz", "siteinfo-namespaces.json.gz"]
    assert chosen(*WHOLE, *tables, tables=["redirect", "page_props"]) == [
        tables[1],
        tables[0],
        tables[2],
        *reversed(WHOLE),
    ]


def test_no_pages():
    with pytest.raises(InputError, match="lists no pages-articles"):
        chosen(*OTHERS)
    with pytest.raises(InputError, match="not finished: articlesdump is 'waiting'; take an earlier date"):
        chosen(*OTHERS, articlesdump=("waiting", frozenset()), abstractsdump=("waiting", frozenset()))


def test_names_that_lead_out_of_the_folder_are_left_out(tmp_path):
    path = tmp_path / f"{STEM}-sha1sums.txt"
    names = [f"{MULTI}.xml.bz2", f"../{MULTI}.xml.bz2", f"{STEM}-x/../../y", "other.gz", f"{STEM}-a%2fb"]
    path.write_text("".join(f"{'a' * 40}  {name}\n" for name in names), encoding="utf-8")
    assert list(read_listing({path.name: path}, STEM).files) == names[:1]


def test_entities_of_an_archive_list_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("1234", encoding="utf-8")
    path = tmp_path / f"{STEM}_files.xml"
    path.write_text(
        f'<!DOCTYPE files [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
        f'<files><file name="{MULTI}.xml.bz2"><size>&e;</size><sha1>no digest</sha1></file></files>',
        encoding="utf-8",
    )
    assert read_listing({path.name: path}, STEM).files == {f"{MULTI}.xml.bz2": Published(None, None)}
    path.write_text("<files>", encoding="utf-8")
    with pytest.raises(InputError, match="no list of an Internet Archive item"):
        read_listing({path.name: path}, STEM)


def test_the_default_sources():
    urls = [source.url("enwiki", "20210101", "x") for source in make_sources()]
    assert urls[:2] == [
        "https://dumps.wikimedia.org/enwiki/20210101/x",
        "https://archive.org/download/enwiki-20210101/x",
    ]
    assert all(host_pattern(url) for url in urls)
    assert make_sources(["http://a.org/{wiki}-{date}"])[0].url("w", "1", "x") == "http://a.org/w-1/x"
    assert len(DEFAULT_SOURCES) == len(set(DEFAULT_SOURCES))
