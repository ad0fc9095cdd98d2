"""The head of a dump: what it says, and files that are no dump."""

import pytest

from pipeline.dump.header import DumpHeader, read_header, wiki_of_base
from pipeline.records.errors import InputError
from tests.support.dumps import SITEINFO, dump_head, dump_xml, page_xml, write_bz2, write_gzip, write_plain


def test_header_of_an_export(tmp_path):
    header = read_header(write_bz2(tmp_path / "x", dump_xml([page_xml(1, "A")], version="0.11", lang="de")))
    assert header == DumpHeader(
        version="0.11",
        wiki="testwiki",
        lang="de",
        sitename="Wikipedia",
        base="https://test.wikipedia.org/wiki/Main_Page",
        generator="MediaWiki 1.36.0",
        case="first-letter",
        namespaces={
            0: ("", "first-letter"),
            1: ("Talk", "first-letter"),
            4: ("Wikipedia", "first-letter"),
            14: ("Category", "first-letter"),
        },
        encoding="utf-8",
        prefix="",
    )
    assert header.dbname == "testwiki"


def test_case_of_namespaces_falls_back_to_that_of_the_wiki(tmp_path):
    siteinfo = "<siteinfo><case>case-sensitive</case><namespaces><namespace key='-1'>Spécial</namespace></namespaces></siteinfo>"
    header = read_header(write_plain(tmp_path / "x", dump_xml([], siteinfo=siteinfo)))
    assert header.namespaces == {-1: ("Spécial", "case-sensitive")}


@pytest.mark.parametrize(
    ("base", "wiki"),
    [
        ("http://en.wikipedia.org/wiki/Main_Page", "enwiki"),
        ("https://en.wikinews.org/wiki/Main_Page", "enwikinews"),
        ("https://simple.wikipedia.org/wiki/Main_Page", "simplewiki"),
        ("https://zh-min-nan.wikipedia.org/wiki/X", "zh_min_nanwiki"),
        ("https://be-x-old.wikipedia.org/wiki/X", "be_x_oldwiki"),
        ("https://commons.wikimedia.org/wiki/Main_Page", "commonswiki"),
        ("https://www.wikidata.org/wiki/Wikidata:Main_Page", "wikidatawiki"),
        ("https://de.wiktionary.org/wiki/X", "dewiktionary"),
        ("https://wiki.example.org/wiki/X", ""),
        ("http://localhost/index.php", ""),
        ("", ""),
    ],
)
def test_wiki_by_its_address(base, wiki):
    assert wiki_of_base(base) == wiki


def test_wiki_by_its_address_where_the_schema_has_no_dbname(tmp_path):
    siteinfo = SITEINFO.replace("    <dbname>testwiki</dbname>\n", "")
    assert read_header(write_plain(tmp_path / "x", dump_xml([], siteinfo=siteinfo))).wiki == "testwiki"


def test_namespace_of_titles():
    header = DumpHeader("0.3", "x", "en", namespaces={0: ("", ""), 5: ("Wikipedia talk", "")})
    titles = ["A", ":A", "Wikipedia talk:A", "wikipedia_Talk :A", "Wikipedia talk", "Talk:A"]
    assert [header.namespace_of(title) for title in titles] == [0, 0, 5, 5, 0, 0]


def test_head_longer_than_one_read(tmp_path):
    many = "".join(f'<namespace key="{n}" case="first-letter">Name {n}</namespace>' for n in range(100, 40_000))
    siteinfo = f"<siteinfo><dbname>w</dbname><namespaces>{many}</namespaces></siteinfo>"
    path = write_bz2(tmp_path / "x", dump_xml([page_xml(1, "A")], siteinfo=siteinfo))
    assert len(read_header(path).namespaces) == 39_900


def test_preamble_and_comments_before_the_root(tmp_path):
    xml = '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by <hand> -->\n' + dump_xml([])
    assert read_header(write_plain(tmp_path / "x", xml)).wiki == "testwiki"


FOREIGN = {
    "html.bz2": (b"<!DOCTYPE html>\n<html><head><title>404</title>", "it is an HTML page, perhaps the error page of a"),
    "text.xml": (
        b"Hello  world, \nthis is text",
        "is no MediaWiki XML export: it begins with 'Hello world, this is text'",
    ),
    "other.xml": (b'<?xml version="1.0"?><feed>', "is no MediaWiki XML export: it begins with '<feed>'"),
    "blank.xml": (b" \n ", "is no MediaWiki XML export: it holds only white space"),
    "noise.bz2": (bytes(range(128, 256)) * 9, "is no MediaWiki XML export: it is binary data"),
    "zero.xml": (bytes(100), "is no MediaWiki XML export: it is binary data"),
    "empty.bz2": (b"", "empty.bz2 is empty"),
    "x.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(20), "x.7z is a 7z archive; unpack it first"),
    "x.zst": (b"\x28\xb5\x2f\xfd" + bytes(20), "x.zst is a zstd file; unpack it first"),
    "x.xz": (b"\xfd7zXZ\x00" + bytes(20), "x.xz is an xz file; unpack it first"),
    "x.zip": (b"PK\x03\x04" + bytes(20), "x.zip is a zip archive; unpack it first"),
    "cut.bz2": (write_bz2, "cut.bz2 cannot be read: the file ends inside a bz2 stream, at byte 40"),
    "head.xml": (dump_head().encode()[:300], "the head of the export is no well-formed XML"),
    "hollow.bz2": (b"BZh9\x17rE8P\x90\x00\x00\x00\x00", "hollow.bz2 holds no text once unpacked"),
    "key.xml": (dump_xml([]).replace('key="4"', 'key="four"').encode(), "has a namespace with the key 'four'"),
    "long.xml": (dump_head().encode() + b" " * (5 << 20), "no <page> in the first 4 MB of the export"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_export_is_told_in_a_sentence(tmp_path, name):
    content, message = FOREIGN[name]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content(path, dump_xml([])).read_bytes()[:40])
    with pytest.raises(InputError) as caught:
        read_header(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"no\.xml cannot be read: No such file or directory"):
        read_header(tmp_path / "no.xml")


def test_packing_is_told_by_content_not_by_name(tmp_path):
    xml = dump_xml([page_xml(1, "A")])
    paths = [
        write_bz2(tmp_path / "a.gz", xml),
        write_gzip(tmp_path / "b.xml", xml),
        write_plain(tmp_path / "c.bz2", xml),
    ]
    assert [read_header(path).wiki for path in paths] == ["testwiki"] * 3
