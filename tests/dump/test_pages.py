"""Reading pages: schemas, odd XML, bad pages, each by both readers where both can."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dump.careful import read_carefully
from pipeline.dump.header import read_header
from pipeline.dump.page import PageRules
from pipeline.dump.pages import DumpPage, PageProblem, iter_pages
from pipeline.dump.quick import read_quickly
from pipeline.dump.ranges import plan_ranges
from tests.support.dumps import SITEINFO, dump_head, dump_xml, page_xml, write_bz2, write_plain


def everything(_namespace):
    return True


RULES = PageRules(lambda _title: 0, everything)


def read(path: Path, keep=everything, **options):
    header = read_header(path)
    return [page for part in plan_ranges([path]) for page in iter_pages(part, header, keep=keep, **options)]


def read_xml(tmp_path, *pages, keep=everything, **head):
    return read(write_plain(tmp_path / "dump.xml", dump_xml(pages, **head)), keep=keep)


def body(page_id, title, text_element, rest="", head=""):
    """A page whose <text> element and what follows it are written out."""
    return (
        f"  <page>\n    <title>{title}</title>\n    <ns>0</ns>\n    <id>{page_id}</id>\n    {head}<revision>\n"
        f"      <id>{page_id + 1000}</id>\n      <timestamp>2021-01-01T00:00:00Z</timestamp>\n"
        f"      <model>wikitext</model>\n      {text_element}{rest}\n    </revision>\n  </page>\n"
    )


def test_page_as_mediawiki_writes_it(tmp_path):
    text = """a "b" <c> & &amp; &lt; 'ü'\n"""
    assert read_xml(tmp_path, page_xml(7, 'R&D "x"', text)) == [
        DumpPage(7, 0, 'R&D "x"', None, 1007, "2021-01-01T00:00:00Z", "wikitext", text, len(text.encode()))
    ]


def test_redirect_with_target(tmp_path):
    (page,) = read_xml(tmp_path, page_xml(1, "A", "#REDIRECT [[B & C#d]]", redirect="B & C"))
    assert (page.redirect, page.text) == ("B & C", "#REDIRECT [[B & C#d]]")


def test_empty_redirect_means_the_target_is_in_the_text(tmp_path):
    (page,) = read_xml(tmp_path, page_xml(1, "A", "#REDIRECT [[B]]", namespace=None, redirect=""), version="0.3")
    assert page.redirect == ""


def test_namespace_comes_from_the_dumps_own_names_where_the_schema_has_none(tmp_path):
    titles = ["A", "Talk:A", "category:B", "Star Trek: Picard", "WIKIPEDIA: x"]
    pages = [page_xml(n, title, namespace=None, model=None) for n, title in enumerate(titles)]
    assert [page.namespace for page in read_xml(tmp_path, *pages, version="0.3")] == [0, 1, 14, 0, 4]


def test_namespace_comes_from_the_caller_where_given(tmp_path):
    path = write_plain(tmp_path / "dump.xml", dump_xml([page_xml(1, "WP:A", namespace=None)], version="0.3"))
    (page,) = read(path, namespace_of={"WP:A": 4}.__getitem__)
    assert page.namespace == 4


def test_model_is_wikitext_where_the_schema_has_none(tmp_path):
    (page,) = read_xml(tmp_path, page_xml(1, "A", "x", model=None), version="0.3")
    assert page.model == "wikitext"


def test_model_after_the_text(tmp_path):
    xml = body(1, "A", "<text>x</text>", "<model>json</model>").replace("<model>wikitext</model>\n", "", 1)
    assert read_xml(tmp_path, xml, version="0.9")[0].model == "json"


def test_unwanted_namespaces_are_not_decoded(tmp_path):
    bad = page_xml(1, "Talk:A", "x@y", namespace=1).encode().replace(b"@", b"\xff")
    path = tmp_path / "dump.xml"
    path.write_bytes(dump_head().encode() + bad + page_xml(2, "B", "y").encode() + b"</mediawiki>")
    pages = read(path, keep=lambda namespace: namespace == 0)
    assert [(page.title, page.text) for page in pages] == [("Talk:A", None), ("B", "y")]


@pytest.mark.parametrize(
    ("element", "text", "n_bytes"),
    [
        ("<text />", "", 0),
        ('<text bytes="0" sha1="x" />', "", 0),
        ('<text bytes="1" sha1="x" />', "", 0),
        ('<text bytes="5" xml:space="preserve">a&amp;b</text>', "a&b", 3),
        ('<text deleted="deleted" />', None, 0),
        ('<text bytes="99" sha1="" deleted="deleted" />', None, 99),
        ('<text xml:space="preserve"></text>', "", 0),
        ("<text>&#39;&#x41;&apos;&#10;</text>", "'A'\n", 4),
        ("<text>&amp;lt;&amp;amp;nbsp;</text>", "&lt;&amp;nbsp;", 14),
        ("<text>a\r\nb\rc&#13;</text>", "a\nb\nc\r", 6),
    ],
)
def test_forms_of_the_text_element(tmp_path, element, text, n_bytes):
    xml = body(1, "A", element)
    (page,) = read_xml(tmp_path, xml, version="0.11")
    assert (page.text, page.n_bytes) == (text, n_bytes)
    assert read_carefully(xml.strip().encode(), RULES) == page == read_quickly(xml.strip().encode(), RULES)


def test_extra_slots_are_passed_over_and_counted(tmp_path):
    slot = "<content><role>mediainfo</role><origin>3</origin><model>wikibase-mediainfo</model>{}</content>"
    extra = slot.format('<text bytes="2">{}</text>') + slot.format("<text>no</text>")
    xml = body(1, "A", "<origin>5</origin><text>main</text>", extra + "<sha1>x</sha1>")
    (page,) = read_xml(tmp_path, xml, version="0.11")
    assert (page.text, page.model, page.extra_slots) == ("main", "wikitext", 2)


def test_slot_before_the_text_is_passed_over_too(tmp_path):
    slot = "<content><role>x</role><model>json</model><text>no</text></content>"
    (page,) = read_xml(tmp_path, body(1, "A", slot + "<text>main</text>"), version="0.11")
    assert (page.text, page.model, page.extra_slots) == ("main", "wikitext", 1)


def test_last_revision_of_a_history_counts(tmp_path):
    more = "".join(
        f"</revision><revision><id>{n}</id><timestamp>2022-01-0{n}T00:00:00Z</timestamp><model>m{n}</model>"
        f"<text>text {n}</text>"
        for n in (5, 6)
    )
    (page,) = read_xml(tmp_path, body(1, "A", "<text>old</text>", more))
    assert (page.revision_id, page.timestamp, page.model, page.text) == (6, "2022-01-06T00:00:00Z", "m6", "text 6")
    assert page.extra_revisions == 2


def test_history_with_cdata(tmp_path):
    more = "</revision><revision><id>5</id><text><![CDATA[<revision> & </page>]]></text>"
    (page,) = read_xml(tmp_path, body(1, "A", "<text>old</text>", more))
    assert (page.revision_id, page.text, page.extra_revisions) == (5, "<revision> & </page>", 1)


@pytest.mark.parametrize(
    "element",
    [
        "<text><![CDATA[x </page> <page> &amp; y]]></text>",
        "<text>x &lt;/page&gt; <![CDATA[<page>]]> &amp;amp; y</text>",
        "<!-- </page> --><text>x &lt;/page&gt; <!-- <page> -->&lt;page&gt; &amp;amp; y</text>",
    ],
)
def test_cdata_and_comments_hide_tags(tmp_path, element):
    pages = read_xml(tmp_path, body(1, "A", element), page_xml(2, "B", "z"))
    assert [page.text for page in pages] == ["x </page> <page> &amp; y", "z"]


def test_commented_page_is_none(tmp_path):
    pages = read_xml(tmp_path, f"<!--\n{page_xml(1, 'A')}-->", page_xml(2, "B"))
    assert [page.title for page in pages] == ["B"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<page>", '<page class="x">'),
        ("</page>", "</page\n>"),
        ("<title>", "<title >"),
        ("<ns>0</ns>", "<ns> 0 </ns>"),
        ("</title>", "</title><unknown><title>no</title></unknown>"),
        ("<text ", '<text note="a>b" '),
        ("<text ", "<text note='\"' "),
    ],
)
def test_unusual_xml_is_read_the_same(tmp_path, old, new):
    plain = [page_xml(n, f"T{n}", f"text {n}") for n in (1, 2, 3)]
    odd = [plain[0], plain[1].replace(old, new), plain[2]]
    assert odd != plain
    assert read_xml(tmp_path, *odd) == read_xml(tmp_path, *plain)


def test_prefixed_elements(tmp_path):
    xml = dump_xml([page_xml(1, "A", "x"), page_xml(2, "B", "y")])
    prefixed = xml.replace("</", "</@").replace("<", "<mw:").replace("<mw:/@", "</mw:").replace("xmlns=", "xmlns:mw=")
    assert "<mw:page>" in prefixed
    path = write_plain(tmp_path / "dump.xml", prefixed)
    assert read_header(path).prefix == "mw"
    assert read(path) == read_xml(tmp_path, page_xml(1, "A", "x"), page_xml(2, "B", "y"))


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "iso-8859-1", "koi8-r", "gb18030"]
)
def test_other_encodings(tmp_path, encoding):
    text = {"iso-8859-1": "é ß", "koi8-r": "Григорий"}.get(encoding, "Ü 漢字 𝄞")
    xml = dump_xml([page_xml(n, text, text * n) for n in range(1, 400)])
    if not encoding.startswith("utf"):
        xml = f'<?xml version="1.0" encoding="{encoding}"?>\n{xml}'
    pages = read(write_bz2(tmp_path / "dump.bz2", xml.replace("\n", "\r\n").encode(encoding)))
    assert [(page.title, page.text) for page in pages] == [(text, text * n) for n in range(1, 400)]


def test_unknown_declared_encoding_is_an_error(tmp_path):
    path = write_plain(tmp_path / "dump.xml", '<?xml version="1.0" encoding="klingon-8"?>' + dump_xml([]))
    with pytest.raises(Exception, match=r"dump\.xml declares the encoding klingon-8, which is not known"):
        read(path)


BAD = {
    "bad_encoding": (page_xml(1, "A", "x@y").replace("@", "\udcff"), "the text is no UTF-8 at its byte 1"),
    "bad_xml": (body(1, "A", "<text>&nbsp;</text>"), "'&nbsp;' is no entity of XML"),
    "bad_xml ": (body(1, "A", "<text>&#0;</text>"), "'&#0;' names a character that XML forbids"),
    "bad_xml  ": (body(1, "A", "<text>AT&T</text>"), "'&T' is no entity of XML"),
    "bad_xml   ": (body(1, "A", "<text>x</txt>"), "the page is no well-formed XML: "),
    "bad_xml    ": (page_xml(1, "A", "x\0y"), "the text holds the character U+0000, which XML forbids"),
    "no_title": (page_xml(1, " "), "the page has an empty title"),
    "no_title ": (page_xml(1, "A").replace("<title>A</title>", ""), "the page has no title"),
    "no_id": (page_xml(1, "A").replace("    <id>1</id>\n", ""), "the page has no id"),
    "bad_id": (page_xml(1, "A").replace("<id>1</id>", "<id>one</id>"), "<id> holds 'one', which is no number"),
    "bad_ns": (page_xml(1, "A").replace("<ns>0</ns>", "<ns>x</ns>"), "<ns> holds 'x', which is no number"),
    "no_revision": ("<page><title>A</title><ns>0</ns><id>1</id></page>", "the page has no revision"),
    "no_text": (body(1, "A", ""), "the revision has no text"),
    "no_text ": (body(1, "A", '<text id="8" bytes="900" />'), "the dump leaves the text of 900 bytes out"),
    "title_too_long": (page_xml(1, "A" * (2 << 20)), "the title has 2,097,152 bytes; at most 2,048 are read"),
    "text_too_long": (page_xml(1, "A", "x" * (17 << 20)), "the text has 17,825,792 bytes; at most 16,777,216"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_page_is_a_problem_and_reading_goes_on(tmp_path, name):
    bad, message = BAD[name]
    path = tmp_path / "dump.xml"
    xml = dump_xml([page_xml(8, "Before", "x"), bad, page_xml(9, "After", "y")])
    path.write_bytes(xml.encode(errors="surrogateescape"))
    before, found, after = read(path)
    assert (before.title, after.title, after.text) == ("Before", "After", "y")
    assert isinstance(found, PageProblem)
    assert found.reason == name.strip()
    assert message in found.message
    if "title" not in name:
        assert found.title == "A"
    if "id" not in name and name.strip() != "no_title":
        assert found.page_id == 1


def test_a_title_with_a_null_character_is_a_problem(tmp_path):
    (found,) = read(write_plain(tmp_path / "dump.xml", dump_xml([page_xml(1, "A\0B")])))
    assert (found.reason, found.message) == ("bad_xml", "the title holds the character U+0000, which XML forbids")


def test_page_without_its_end_does_not_swallow_the_next(tmp_path):
    broken = page_xml(1, "A", "x").replace("</page>", "")
    found, after = read_xml(tmp_path, broken, page_xml(2, "B", "y"))
    assert (found.reason, found.page_id, found.title) == ("bad_xml", 1, "A")
    assert after.title == "B"


def test_empty_page_element_does_not_swallow_the_next(tmp_path):
    found, after = read_xml(tmp_path, "<page/>", page_xml(2, "B", "y"))
    assert (found.reason, after.title) == ("no_title", "B")


def test_external_entities_are_not_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    xml = dump_xml([body(1, "A", "<text><!-- x -->&leak;</text>"), page_xml(2, "B")])
    doctype = f'<!DOCTYPE mediawiki [<!ENTITY leak SYSTEM "file://{secret}">]>'
    path = write_plain(tmp_path / "dump.xml", xml)
    found, _ = read(path)
    assert found.reason == "bad_xml"
    path = write_plain(tmp_path / "doctype.xml", doctype + xml)
    with pytest.raises(
        Exception, match=r"doctype\.xml is no MediaWiki XML export: it begins with '<!DOCTYPE mediawiki"
    ):
        read(path)


def test_dump_without_siteinfo_or_pages(tmp_path):
    assert read_xml(tmp_path, siteinfo="") == []


def test_two_dumps_one_after_the_other(tmp_path):
    path = tmp_path / "two.xml.bz2"
    one = write_bz2(tmp_path / "1.bz2", dump_xml([page_xml(1, "A")])).read_bytes()
    two = write_bz2(tmp_path / "2.bz2", dump_xml([page_xml(2, "B")])).read_bytes()
    path.write_bytes(one + two)
    assert [page.title for page in read(path)] == ["A", "B"]


CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t") | st.sampled_from(
    list("<>&\"';#[]")
)


@given(
    texts=st.lists(st.text(CHARACTERS, max_size=60), max_size=6),
    title=st.text(CHARACTERS, min_size=1, max_size=20).filter(str.strip),
    version=st.sampled_from(["0.3", "0.8", "0.10", "0.11"]),
)
def test_any_text_comes_back_and_both_readers_agree(tmp_path_factory, texts, title, version):
    bare = version == "0.3"
    pages = [page_xml(n, title, text, namespace=None if bare else 0) for n, text in enumerate(texts)]
    path = tmp_path_factory.mktemp("any") / "dump.xml"
    write_plain(path, dump_xml(pages, version=version, siteinfo=SITEINFO.replace("Talk", "Diskussion")))
    found = read(path, namespace_of=lambda _title: 0)
    assert [page.text for page in found] == texts
    assert {page.title for page in found} <= {title.strip()}
    assert [read_carefully(xml.strip().encode(), RULES) for xml in pages] == found


@given(st.text(CHARACTERS), st.binary(max_size=6), st.integers(0, 40))
def test_readers_never_fail_in_another_way(text, noise, place):
    xml = page_xml(1, "A", text).strip().encode()
    place = min(place * len(xml) // 40, len(xml))
    damaged = xml[:place] + noise + xml[place:]
    found = read_carefully(damaged if damaged.startswith(b"<page") else b"<page>" + damaged, replace(RULES))
    assert isinstance(found, DumpPage | PageProblem)
