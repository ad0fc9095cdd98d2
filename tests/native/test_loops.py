"""The compiled loops give what their Python twins give."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.dump.text import unescape, unescape_in_python
from pipeline.native import chosen
from pipeline.records.errors import PageError
from pipeline.wikitext import page_tokens, references, structure
from pipeline.wikitext.links import page_links
from pipeline.wikitext.mask import mask
from pipeline.wikitext.page import read_page
from tests.support.parts import shipped_wiki
from tests.support.real_pages import SAMPLE, real_pages
from tests.support.timing import FACTOR, assert_linear
from tests.wikitext.test_hostile import CASES, hostile_text

pytestmark = pytest.mark.skipif(chosen.loops is None, reason=f"the compiled loops are {chosen.STATE}")

WIKIS = ["enwiki", "dewiki", "frwiki", "itwiki"]
MARKUP = [
    "[[a]]", "[[b|c", "[[b|c]]s", "[[b|c]]ß", "[[b|c]]'s", "[[a]]]", "[[File:d.jpg|", "[[:File:e]]", "[[Category:f|", "[[de:g]]",
    "[[ h |i  j]]", "[[k| l]]", "[[m|''n'']]", "[[o|p'q]]", "[[r#s|t]]", "[[#u]]", "[[Page]]", "[[v{{w}}]]", "[[x|y [z]]]", "[[|a]]",
    "[[b|]]", "[[", "]]", "[", "]", "|", "{{x|", "{{Infobox y|", "{{#if:", "{{PAGENAME}}", "{{", "}}", "{{{", "}}}", "}", "{",
    "<ref>", "<REF name=a>", "<ref name=b/>", "<ref/>", "<ref", "<ref ", "</ref>", "</REF >", "</ref", "<references>", "<gallery>",
    "</gallery>", "<poem>", "</poem >", "<p>", "<", ">", "/", "\n{|", "\n|}", "\n|", "\n :{|", "\n== h ==\n", "\n====", "\n=", "\n* ",
    "<nowiki>[[</nowiki>", "<pre>[[</pre>", "&amp;", "{{#tag:ref|", " ", "\n", "\t", "\xa0", "\u2003", "\x85", "'", "é", "–", "漢", "😀", "\0",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(MARKUP) | st.text(max_size=3), max_size=40).map("".join)
ESCAPED = st.lists(
    st.sampled_from(
        [
            b"&lt;",
            b"&gt;",
            b"&quot;",
            b"&amp;",
            b"&apos;",
            b"&#65;",
            b"&#x3b1;",
            b"&nbsp;",
            b"&",
            b"&amp",
            b";",
            b"lt;",
            b"\xff",
        ]
    )
    | st.binary(max_size=5),
    max_size=20,
).map(b"".join)


@contextmanager
def without_loops():
    """Every module as it is where nothing was compiled."""
    modules = (page_tokens, references, structure)
    for module in modules:
        assert module.loops is chosen.loops
        module.loops = None
    try:
        yield
    finally:
        for module in modules:
            module.loops = chosen.loops


def read(text, wiki):
    """All that depends on a loop, order included."""
    short = references.shorten_references(mask(text))
    found, drops = structure.read_structure(short, wiki), {}
    links = list(page_links(found, "Page", wiki, drops).items())
    return short, found, links, drops, found.file_links, found.category_targets


@given(TEXTS, st.sampled_from(WIKIS))
@example("<ref>a</ref>" * 3 + "é<ref>漢</ref>", "enwiki")
def test_pages_are_read_alike(text, name):
    wiki = shipped_wiki(name)
    with without_loops():
        expected = read(text, wiki)
    assert read(text, wiki) == expected
    assert read(text, wiki) == expected, "names and titles are known now"


def outcome(function, data):
    try:
        return function(data)
    except PageError as error:
        return str(error)


@given(ESCAPED)
def test_entities_are_replaced_alike(data):
    assert outcome(unescape, data) == outcome(unescape_in_python, data)


@pytest.mark.data
def test_real_pages_are_read_alike(data_dir):
    wiki = shipped_wiki()
    pages = [page for page in real_pages(data_dir / SAMPLE) if page.namespace == 0]
    assert len(pages) > 150
    for page in pages:
        with without_loops():
            expected = read_page(page.title, page.text, page.redirect, wiki)
        assert read_page(page.title, page.text, page.redirect, wiki) == expected


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_time_is_linear_without_them(case):
    def work(n):
        text = hostile_text(*case, n)
        return lambda: read(text, shipped_wiki())

    with without_loops():
        assert_linear(work, 32_000 // len(case[0]) // FACTOR)


def scan_links(odd, text="[[a]] [[b]]", known=None):
    lists = [], [], [], []
    chosen.loops.scan_links(text, known or {}, "Page", " ", *lists, odd)
    return lists


def test_an_error_of_the_twin_comes_through():
    def fail(_place):
        raise PageError("bad", "so it is")

    with pytest.raises(PageError, match="so it is"):
        scan_links(fail)
    with pytest.raises(PageError, match="so it is"):
        chosen.loops.scan_structure("{{a}}", [], {}, [], structure.Template, lambda _kind, place: fail(place), -1)


def test_a_scan_that_would_stand_still_is_refused():
    with pytest.raises(ValueError, match="forward"):
        scan_links(lambda place: place)
    with pytest.raises(ValueError, match="forward"):
        chosen.loops.scan_structure("}}", [], {}, [], structure.Template, lambda _kind, place: (place, 3, 0, -1), -1)


def test_places_beyond_the_text_end_the_scan():
    assert scan_links(lambda _place: sys.maxsize) == ([], [], [], [])


def test_known_titles_need_no_twin():
    known = {"a": ("A", "", "a"), "b": "namespace:1"}
    asked = []
    starts, targets, fragments, surfaces = scan_links(lambda place: asked.append(place) or place + 5, known=known)
    assert (starts, targets, fragments, surfaces) == ([0], ["A"], [""], ["a"])
    assert asked == [6]


@pytest.mark.parametrize(
    "wrong", [("x",), (b"x", {}, "P", " ", [], [], [], [], len), ("x", [], "P", " ", [], [], [], [], len)]
)
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(TypeError):
        chosen.loops.scan_links(*wrong)


def test_a_build_of_other_source_is_left_out(monkeypatch, tmp_path):
    other = tmp_path / "_loops.c"
    other.write_text("int other;\n")
    monkeypatch.setattr(chosen, "_SOURCE", other)
    assert chosen._choose() == (None, "built from another version of their source")


def test_the_switch_leaves_them_out():
    code = "from pipeline.native import chosen; print(chosen.loops, chosen.STATE)"
    environment = os.environ | {chosen.SWITCH: "0"}
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "None left out by MEL_NATIVE=0"
