"""Licences and authors, from file pages and from the API."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.images.licence_names import licences_of
from pipeline.images.plain_text import MAX_HTML, html_text
from pipeline.images.rights import (
    MAX_AUTHOR,
    Rights,
    description_url,
    rights_from_extmetadata,
    rights_from_imageinfo,
    rights_of_file_page,
)
from pipeline.records.errors import PageError
from pipeline.titles.shipped import default_siteinfo
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.file_page import read_file_page
from tests.support.cases import each_case, load_cases
from tests.support.parts import shipped_wiki

COMMONS = Wiki(default_siteinfo("commonswiki", None))


def rights_of(text: str, wiki: str = "commonswiki") -> Rights:
    rules = COMMONS if wiki == "commonswiki" else shipped_wiki(wiki)
    return rights_of_file_page(read_file_page(text, rules))


def api(values: dict) -> dict:
    return {name: {"value": value, "source": "commons-desc-page"} for name, value in values.items()}


@each_case("rights.case")
def test_golden(case):
    if "metadata" in case:
        found = rights_from_extmetadata(api(case["metadata"]))
    else:
        found = rights_of(case["page"], case.get("wiki", "commonswiki"))
    assert [found.licence, found.author, found.redistributable] == case["out"]


def test_there_are_enough_cases():
    assert len(load_cases("rights.case")) >= 50


def test_an_item_of_the_api():
    info = {
        "descriptionurl": "https://commons.wikimedia.org/wiki/File:A.jpg",
        "extmetadata": api({"LicenseShortName": "CC0", "License": "cc0", "Restrictions": "trademarked|insignia"}),
    }
    assert rights_from_imageinfo(info) == Rights(
        "CC0", None, "https://commons.wikimedia.org/wiki/File:A.jpg", True, ("trademarked", "insignia")
    )
    assert rights_from_imageinfo({"missing": ""}) == Rights()
    assert rights_from_imageinfo({"descriptionurl": "javascript:alert(1)", "extmetadata": []}) == Rights()


def test_the_page_that_describes_a_file():
    assert description_url("A b?.jpg") == "https://commons.wikimedia.org/wiki/File:A_b%3F.jpg"
    assert description_url("é.png", "wikinews/en") == "https://en.wikinews.org/wiki/File:%C3%89.png"
    assert description_url("X.png", "wikipedia/be-x-old") == "https://be-x-old.wikipedia.org/wiki/File:X.png"
    with pytest.raises(PageError, match="no file title"):
        description_url("a|b.png")


@given(st.dictionaries(st.sampled_from(["License", "LicenseShortName", "Artist", "NonFree"]), st.text(max_size=40)))
def test_any_metadata_gives_rights_of_plain_text(values):
    found = rights_from_extmetadata(api(values))
    for text in (found.licence, found.author):
        assert text is None or (text and text.isprintable() and len(text) <= MAX_AUTHOR)


PIECES = ["{{", "}}", "[[", "]]", "|", "cc-by-4.0", "Information", "author=", "self", "User:X", "<br>", "{{en|", "\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_page_gives_rights(pieces):
    found = rights_of("".join(pieces))
    assert (found.redistributable is None) or found.licence


@pytest.mark.parametrize(
    "name",
    ["PDF", "Pdf-page", "Cc", "CC-fan", "Cc-by9", "Public", "GFD", "Mitchell", "Bsdx", "Attributions", "Logo", "Own"],
)
def test_names_that_are_no_licence(name):
    assert licences_of(name) == []


def test_a_long_author_is_cut():
    found = rights_of("{{Information|author=" + "Ann Lee, " * 200 + "}}{{cc-zero}}")
    assert found.author is not None
    assert len(found.author) <= MAX_AUTHOR
    assert found.author.endswith("…")


def test_text_of_html():
    assert html_text("a &amp; b") == "a & b"
    assert html_text("<p hidden>x<b>y</b></p>z<br/>w") == "z w"
    assert html_text("<div style='DISPLAY : none'>x<img>y</div>z") == "z"
    assert html_text("<title>q</title>1<noscript>2</noscript> < 3") == "1 < 3"


@pytest.mark.parametrize("piece", ["<b", "<!--", "</", '<a b="', "&", "<![CDATA[", "<script>", "<div hidden>", "&#x"])
def test_hostile_html_costs_little(piece):
    begun = time.process_time()
    assert len(html_text(piece * MAX_HTML)) <= MAX_HTML
    assert time.process_time() - begun < 2.0


@pytest.mark.parametrize("unit", ["{{self|", "{{Information|author=", "[[User:", "{{en|1=", "{{cc-by-4.0}}", "<div>"])
def test_hostile_pages_cost_linear_time(unit):
    def cost(times: int) -> float:
        text = "{{Information|author=" + unit * times
        begun = time.process_time()
        rights_of(text)
        html_text(text)
        return time.process_time() - begun

    cost(100)
    assert cost(12_000) < 2.0
