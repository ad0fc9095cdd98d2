"""The compiled loops give what their Python twins give."""

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.dump.text import unescape, unescape_in_python
from pipeline.native import chosen
from pipeline.records import columns
from pipeline.records.errors import PageError
from pipeline.titles.wiki import Wiki
from pipeline.wikitext import link_places, link_rows, mask, page_tokens, references, structure
from pipeline.wikitext.link_tokens import link_rules
from pipeline.wikitext.links import page_links
from pipeline.wikitext.page import read_page
from tests.support.parts import shipped_wiki
from tests.support.real_pages import SAMPLE, real_pages
from tests.support.timing import FACTOR, assert_linear
from tests.wikitext.test_hostile import CASES, hostile_text

pytestmark = pytest.mark.skipif(chosen.loops is None, reason=f"the compiled loops are {chosen.STATE}")

WIKIS = ["enwiki", "dewiki", "frwiki", "itwiki"]
MARKUP = [
    "[[a]]", "[[b|c", "[[b|c]]s", "[[b|c]]ß", "[[b|c]]'s", "[[a]]]", "[[File:d.jpg|", "[[:File:e]]", "[[ image : x:y]]", "[[File:", "[[FILE:a\ufdd1|", "[[Datei:z|thumb]]", "[[Category:f|", "[[de:g]]",
    "[[ h |i  j]]", "[[k| l]]", "[[m|''n'']]", "[[o|p'q]]", "[[r#s|t]]", "[[#u]]", "[[Page]]", "[[v{{w}}]]", "[[x|y [z]]]", "[[|a]]",
    "[[b|]]", "[[A b-c (d), e]]", "[[.a]]", "[[a. b!]]t", "[[ a]]", "[[a  b]]", "[[a_b]]", "[[é]]", "[[A|b]]xY", "[[A]]s\xdf", "[[~~]]",
    "[[a%41]]", "[[" + "a" * 255 + "]]", "[[" + "b" * 256 + "]]", "[[../a]]", "[[1]]st", "[[", "]]", "[", "]", "|", "{{x|", "{{Infobox y|", "{{#if:", "{{PAGENAME}}", "{{", "}}", "{{{", "}}}", "}", "{",
    "<ref>", "<REF name=a>", "<ref name=b/>", "<ref/>", "<ref", "<ref ", "</ref>", "</REF >", "</ref", "<references>", "<gallery>",
    "</gallery>", "<poem>", "</poem >", "<p>", "<", ">", "/", "\n{|", "\n|}", "\n|", "\n :{|", "\n== h ==\n", "\n====", "\n=", "\n== h \r\n", "\n===h==\t\n", "\n=\u2003i\xa0=\n", "\n= j =", "\n=======k=======\n", "\n==é{{x|==", "\n* ",
    "<nowiki>[[</nowiki>", "<!--", "-->", "</noinclude>", "<onlyinclude>", "<math>", "</math>", "<source/>", "</", "<\x80", "<includeonly>", "<pre>[[</pre>", "&amp;", "{{#tag:ref|", " ", "\n", "\t", "\xa0", "\u2003", "\x85", "'", "é", "–", "漢", "😀", "\0",
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
    modules = (columns, link_places, link_rows, mask, page_tokens, references, structure)
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
    short = references.shorten_references(mask.mask(text))
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


@pytest.mark.parametrize("replacement", ["é", "<reference/>"])
def test_a_replacement_that_is_no_shorter_is_refused(replacement):
    with pytest.raises(ValueError, match="no longer than any reference"):
        chosen.loops.shorten_references("<ref>a</ref>", replacement)


def test_what_is_left_is_as_narrow_as_it_can_be():
    short = chosen.loops.shorten_references("a<ref>漢</ref>é<ref>😀</ref>", "<ref/>")
    assert short == "a<ref/>é<ref/>"
    assert sys.getsizeof(short) == sys.getsizeof("a<ref/>é<ref/>")


def outcome(function, data):
    try:
        return function(data)
    except PageError as error:
        return str(error)


@given(ESCAPED)
def test_entities_are_replaced_alike(data):
    assert outcome(unescape, data) == outcome(unescape_in_python, data)


@given(st.lists(st.text(max_size=5) | st.none(), max_size=20))
@example([])
@example(["", "a", "é", "漢字", "😀"])
def test_columns_of_text_are_alike(values):
    made = columns.text_array(values)
    made.validate(full=True)
    with without_loops():
        assert made.equals(columns.text_array(values))


def test_text_that_is_no_utf8_is_refused_alike():
    with pytest.raises(UnicodeEncodeError):
        columns.text_array(["a", "\ud800"])
    with without_loops(), pytest.raises(UnicodeEncodeError):
        columns.text_array(["a", "\ud800"])


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


LETTERS = bytes(character.isalnum() for character in map(chr, range(128)))
RULES = bytes(1 + character.islower() for character in map(chr, range(128))), LETTERS, True


LISTS = ([], structure.Template), ([], structure.Heading)


def scan_links(odd, text="[[a#]] [[b#]]", known=None):
    links, dropped = ([], [], [], []), ([], [])
    chosen.loops.scan_links(text, {} if known is None else known, "Page", RULES, links, dropped, ([], set()), odd)
    return links, dropped


def test_an_error_of_the_twin_comes_through():
    def fail(_place):
        raise PageError("bad", "so it is")

    with pytest.raises(PageError, match="so it is"):
        scan_links(fail)
    with pytest.raises(PageError, match="so it is"):
        chosen.loops.scan_structure("{{a}}", [], {}, *LISTS, lambda _kind, place: fail(place), -1)


def test_a_scan_that_would_stand_still_is_refused():
    with pytest.raises(ValueError, match="forward"):
        scan_links(lambda place: place)
    with pytest.raises(ValueError, match="forward"):
        chosen.loops.scan_structure("}}", [], {}, *LISTS, lambda _kind, place: (place, 3, 0, -1), -1)


def test_places_beyond_the_text_end_the_scan():
    assert scan_links(lambda _place: sys.maxsize) == (([], [], [], []), ([], []))


def test_known_titles_need_no_twin():
    known = {"#a": ("A", "f", "a"), "#b": "namespace:1"}
    asked = []
    (starts, targets, fragments, surfaces), dropped = scan_links(
        lambda place: asked.append(place) or place + 5, "[[#a]]s [[#b|c]] [[#c]]", known
    )
    assert (starts, targets, fragments, surfaces) == ([0], ["A"], ["f"], ["as"])
    assert dropped == (["namespace:1"], ["#b"])
    assert asked == [17]


def test_plain_titles_need_neither_the_twin_nor_a_memory():
    known, asked = {}, []
    links, _ = scan_links(
        lambda place: asked.append(place) or place + 5, "[[a b]]c [[D|e]] [[f#]] [[Page]] [[é]]", known
    )
    assert links == ([0, 9], ["A b", "D"], ["", ""], ["a bc", "e"])
    assert asked == [17, 24, 33]
    assert known == {}


def test_files_of_a_known_prefix_need_no_twin():
    asked, files = [], ([], {"File", " image_"})
    text = "[[File:a.jpg|[[ image_:b]] [[:File:c]] [[File:d|e [[file:f]]"
    lists = ([], [], [], []), ([], []), files
    chosen.loops.scan_links(text, {}, "Page", RULES, *lists, lambda place: asked.append(place) or place + 2)
    assert [text[start:end] for start, end in files[0]] == ["[[File:a.jpg", "[[ image_:b", "[[File:d"]
    assert [text[place : place + 6] for place in asked] == ["[[:Fil", "[[file"]


def test_the_rules_of_a_wiki():
    followers, plain, capitalises = link_rules(shipped_wiki())
    assert [chr(n) for n in range(128) if followers[n] == 2] == list("abcdefghijklmnopqrstuvwxyz")
    assert not followers.count(0)
    assert [chr(n) for n in range(128) if not plain[n]] == [*map(chr, range(33)), *"#%&/:<>[]_{|}~\x7f"]
    assert capitalises
    assert link_rules(shipped_wiki("frwiki"))[0][ord("a")] == 2


@pytest.mark.parametrize("trail", ["[a-z]+|%", "(?:[a-z]|'(?!'))+", "(?i:[a-z]+)", "[^ ]+\\b"])
def test_trails_of_several_classes_are_left_to_the_twin(trail):
    wiki = Wiki(replace(shipped_wiki().siteinfo, link_trail=trail))
    assert not link_rules(wiki)[0][ord("a")]


@pytest.mark.parametrize(
    "rules",
    [
        {"link_trail": "(?:'ll|[a-z])+"},
        {"link_trail": "'é"},
        {"link_trail": "[a-z]'s"},
        {"legal_title_chars": "\\x00-\x7f"},
    ],
)
def test_odd_wikis_are_read_alike(rules):
    wiki = Wiki(replace(shipped_wiki().siteinfo, **rules))
    text = "[[a]]'ll [[b]]'é [[c]]m's [[d\te]] [[f\x1f]] [[\x0bg]]s"
    with without_loops():
        expected = read(text, wiki)
    assert read(text, wiki) == expected


ODD_RULES = (b"", LETTERS, True), (RULES[0], b"\0" * 129, True), (None, LETTERS, True), RULES[:2], [*RULES]


@pytest.mark.parametrize("rules", ODD_RULES)
def test_rules_of_another_form_are_refused(rules):
    with pytest.raises((TypeError, ValueError)):
        chosen.loops.scan_links("[[a]]", {}, "P", rules, ([], [], [], []), ([], []), ([], set()), len)


@pytest.mark.parametrize(
    "wrong",
    [
        ("x",),
        (b"x", {}, "P", RULES, ([], [], [], []), ([], []), ([], set()), len),
        ("x", [], "P", RULES, ([], [], [], []), ([], []), ([], set()), len),
        ("x", {}, "P", RULES, ([], [], []), ([], []), ([], set()), len),
        ("x", {}, "P", RULES, ([], [], [], ()), ([], []), ([], set()), len),
    ],
)
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(TypeError):
        chosen.loops.scan_links(*wrong)


def test_groups_of_arguments_that_may_lose_what_they_hold_are_refused():
    with pytest.raises(TypeError):
        chosen.loops.scan_structure("", [], {}, ([], structure.Template), [[], structure.Heading], len, -1)


def test_code_that_a_span_would_run_is_not_run():
    starts, codes = [1, 2], bytearray(2)

    class Shrinking:
        def __index__(self):
            starts.clear()
            codes.clear()
            return 9

    with pytest.raises(TypeError):
        chosen.loops.paint(starts, [(0, Shrinking())], codes, 1)
    assert len(codes) == 2


@pytest.mark.parametrize("span", [(0, -1), (-1, 0), (0, 1 << 70)])
def test_spans_outside_a_text_are_refused(span):
    with pytest.raises((ValueError, OverflowError)):
        chosen.loops.paint([-1], [span], bytearray(1), 1)


def test_open_braces_of_another_form_are_left_to_the_twin():
    asked = []
    chosen.loops.scan_structure("}}", [("a", 2)], {}, *LISTS, lambda *token: asked.append(token) or (2, 3, 0, -1), -1)
    assert asked == [(1, 0)]


def test_a_build_of_other_source_is_left_out(monkeypatch, tmp_path):
    other = tmp_path / "_loops.c"
    other.write_text("int other;\n")
    monkeypatch.setattr(chosen, "_FOLDER", tmp_path)
    assert chosen._choose() == (None, "built from another version of their source")


def test_the_switch_leaves_them_out():
    code = "from pipeline.native import chosen; print(chosen.loops, chosen.STATE)"
    environment = os.environ | {chosen.SWITCH: "0"}
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "None left out by MEL_NATIVE=0"
