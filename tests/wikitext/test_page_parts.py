"""What holds for every page part on every text: no error, clean leads, linear time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.wikitext.categories import page_categories
from pipeline.wikitext.disambiguation import page_items
from pipeline.wikitext.hatnotes import page_hatnotes
from pipeline.wikitext.images import page_images
from pipeline.wikitext.infobox import infobox_type
from pipeline.wikitext.kinds import page_kind
from pipeline.wikitext.lead import lead_text
from pipeline.wikitext.lead_parser import lead_text_mwparserfromhell
from pipeline.wikitext.redirects import parse_redirect
from tests.support.parts import shipped_wiki, structure_of
from tests.support.timing import assert_linear

_PIECES = [
    "[[", "]]", "{{", "}}", "{{{", "}}}", "|", "=", "\n", " ", "*", "#", ":", "'''", "''", "{|", "|}", "|-", "==",
    "<ref>", "</ref>", "<ref name=a/>", "<gallery>", "</gallery>", "<nowiki>", "</nowiki>", "<!--", "-->", "<br>",
    "<table>", "</table>", "<div class=hatnote>", "[http://x ", "]", "File:A.jpg", "Category:B", "fr:", "A.png",
    "Infobox x", "for|a|B", "redirect|A|b|C", "nowrap|", "columns-list|", "disambiguation", "See also", "otter",
    "Mill (x)", "&amp;", "&#91;", "(", ")", ";", ",", ".", "\x01", "\x02", "\x03", "0", "é", "\u2028",
]  # fmt: skip
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=60).map("".join) | st.text(max_size=80)
_STRUCTURED = {
    "kind": lambda s, w: page_kind("Otter (mill)", s, w, None),
    "items": lambda s, w: page_items(s, "Otter (mill)", w),
    "hatnotes": lambda s, w: page_hatnotes(s, "Otter (mill)", w),
    "lead": lead_text,
    "categories": page_categories,
    "infobox": infobox_type,
    "images": page_images,
}


@given(_TEXTS)
@settings(max_examples=400, deadline=None)
def test_no_text_raises(text):
    wiki = shipped_wiki()
    structure = structure_of(text, wiki)
    for part in _STRUCTURED.values():
        part(structure, wiki)
    parse_redirect(text, None, wiki)
    assert len(lead_text_mwparserfromhell(structure, wiki)[0]) <= 2000


@given(_TEXTS, st.integers(0, 30))
@settings(max_examples=400, deadline=None)
def test_leads_are_clean_and_short(text, max_chars):
    wiki = shipped_wiki()
    lead = lead_text(structure_of(text, wiki), wiki, max_chars)
    assert len(lead) <= max_chars
    assert lead == "\n".join(" ".join(line.split()) for line in lead.split("\n"))
    lead = lead_text(structure_of(text, wiki), wiki)
    if "&" not in text and "<nowiki>" not in text.lower() and "<pre" not in text.lower():
        assert "[[" not in lead
        assert "{{" not in lead
        assert "<ref" not in lead


@given(_TEXTS)
@settings(max_examples=200, deadline=None)
def test_items_and_images_are_titles(text):
    wiki = shipped_wiki()
    structure = structure_of(text, wiki)
    for item in page_items(structure, "Otter", wiki):
        assert wiki.titles.parse(item.target).key == item.target
    for use in page_images(structure, wiki):
        assert wiki.titles.parse("File:" + use.file_title).key == "File:" + use.file_title
        assert "\n" not in use.caption
    categories = page_categories(structure, wiki)
    assert len(set(categories)) == len(categories)


_HOSTILE = {
    "links": "[[", "link bars": "[[a|", "templates": "{{", "template bars": "{{a|", "references": "<ref>",
    "tables": "{|\n", "styles": "'''''", "external": "[http://x ", "galleries": "<gallery>", "headings": "==",
    "closers": "]]", "mixed": "[[{{", "files": "[[File:a.jpg|", "file names": "{{a|b.jpg|", "names": "|a.jpg",
    "html tables": "<table>", "parentheses": "(", "separators": ",;", "labels": "a: ", "categories": "[[Category:a",
    "lists": "* [[", "words": "a_", "switches": "__A", "spaces": " \n", "dashes": "----\n", "see also": "'''See also",
    "nowrap": "{{nowrap|", "columns": "{{columns-list|\n*", "for": "{{for|a|", "image maps": "<imagemap><table>",
    "markers": "*:", "digits": "\x022", "whole links": "[[a]]", "whole calls": "{{a}}", "gaps": "({{a}};",
}  # fmt: skip
_CLOSED = {"deep calls": ("{{a|b.jpg|", "}}"), "deep text": ("{{nowrap|", "}}"), "deep links": ("[[a|", "]]"),
           "deep files": ("[[File:a.jpg|", "]]"), "deep boxes": ("{{Infobox a|b=c.jpg|", "}}"),
           "deep lists": ("{{columns-list|\n* ", "}}")}  # fmt: skip


def _hostile(name: str, repeats: int) -> str:
    if name in _CLOSED:
        opening, closing = _CLOSED[name]
        return opening * (repeats // 2) + closing * (repeats // 2)
    return _HOSTILE[name] * repeats


@pytest.mark.parametrize("name", [*_HOSTILE, *_CLOSED])
def test_linear_on_hostile_text(name):
    wiki = shipped_wiki()
    for part in _STRUCTURED.values():

        def work(n, part=part):
            text = _hostile(name, n)
            return lambda: part(structure_of(text, wiki), wiki)  # anew each time: a structure remembers what was found

        assert_linear(work, 12_500)
