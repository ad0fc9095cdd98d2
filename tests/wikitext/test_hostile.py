"""Time grows no faster than the text, whatever is repeated."""

import pytest

from pipeline.wikitext.links import file_link_spans, page_links
from pipeline.wikitext.mask import mask
from pipeline.wikitext.structure import Template, arguments, read_structure
from pipeline.wikitext.surface import visible_text
from tests.support.parts import shipped_wiki
from tests.support.timing import FACTOR, assert_linear

# What is repeated, and what stands behind the last repeat.
INPUTS = [
    "[[a|", "[[File:a|", "<!--", "\n{|", "<ref>", "<nowiki>", "{{a|", "{{{", "'''''", "[http://x ", "<gallery>", "==", "\n==",
    "]]", "[[{{", "[[", "[", "{", "}}", "}", "<", "<ref", "<ref name=", "<nowiki", "<math>", "<pre ", "</ref>", "</nowiki", "</nowiki ",
    "<ref><gallery>", "<poem><ref>", "<ref>[[", "<!-- -->", "\n<!-- -->", " <!-- --> ", "<!-- </ref> -->", "[[a]]", "[[a|b]]",
    "[[File:a|[[b]]", "[[File:a|[[b]]]]", "[[a|b[", "[[a|b]", "[[a{{", "[[a|{{b}}", "[[a|'''", "[[a|<b>", "[[a|&amp;", "&", "&#", "a''b",
    "{{a}}", "{{a|{{b", "{{{a}}", "{{{{a}}}}", "{{#tag:ref|", "{{#if:", "{{a|b=", "\n|}", "\n|}}", "{|\n|}\n", "\n*[[a]]", "\n= a =",
    "<includeonly>", "<noinclude>", "<ref><!--</ref>", "__", "__TOC__", "|", "=", "\n", " ", "\t ", "a", "é [[é|é]]", "<source><ref>",
]  # fmt: skip
ENDS = [("{{a|", "}}"), ("[[a|", "]]"), ("<ref>", "</ref>"), ("<gallery>", "</gallery>"), ("{{a|b", "|c=d}}"), ("<ref ", ">"), ("[[File:a|", "]]"),
        ("{{{a|", "}}}"), ("\n{|", "\n|}"), ("<nowiki ", ">"), ("<!--", "-->"), ("{{nowrap|", "}}"), ("{{#tag:ref|[[b]]", "}}"),
        ("[[File:a|[[b]]", "]]"), ("<ref><!--</ref>", "-->"), ("<ref>[[a]]<poem>", "</poem></ref>")]  # fmt: skip
CASES = [(piece, "", 0) for piece in INPUTS] + [(piece, end, 1) for piece, end in ENDS] + [(*pair, 2) for pair in ENDS]


def hostile_text(piece, end, ends, n):
    """n pieces; then no end, one, or as many."""
    return piece * n + end * (n if ends == 2 else ends)


def read_all(text):
    wiki = shipped_wiki()
    masked = mask(text)
    structure = read_structure(masked, wiki)
    page_links(structure, "A", wiki, {})
    file_link_spans(structure, wiki)
    visible_text(masked, wiki)
    arguments(masked, Template("X", 0, len(masked), 0, is_function=False, is_infobox=False))


def check(case, n_characters):
    """The largest text has `n_characters`."""

    def work(n):
        text = hostile_text(*case, n)
        return lambda: read_all(text)

    assert_linear(work, n_characters // len(case[0]) // FACTOR)


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_time_is_linear(case):
    check(case, 32_000)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=repr)
def test_time_is_linear_at_full_size(case):
    check(case, 400_000)


@pytest.mark.parametrize("pieces", ["1", "1 "])
def test_what_is_almost_the_size_of_an_image_is_read_in_linear_time(pieces):
    def work(n):
        text = f"[[File:a|{''.join(piece * n for piece in pieces)}z]]"
        return lambda: read_all(text)

    assert_linear(work, 2000 // len(pieces) ** 2)
