"""Images with captions, their links and their text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.wikinews.captions import captioned_images
from pipeline.wikinews.credits import split_credit
from pipeline.wikinews.rendering import render
from pipeline.wikinews.site import NewsSite
from pipeline.wikitext.mask import mask
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki, structure_of

PIECES = (
    "{{w|", "{{W|Otter|", "}}", "[[w:", "[[:w:de:", "[[", "]]", "|", "[[File:A.jpg|", "<br>", "<small>", "</small>", "Photo:",
    "photo credit: ", "(", ")", "''", "'''", "&amp;", "&#xFDE0;", "\ufde0", "\ufde1", "\ufde2", "\ufde5", "<nowiki>", "</nowiki>", "<!--", "-->",
    "{{nowrap|", "{{convert|5|mi}}", "{{km to mi|", "{{image source|", "{{unknown|", "{{#if:", "=", "\n", " ", "a", "Ann", "e\u0301", "🎉",
    "<ref>", "</ref>", "{{{", "}}}", "http://x.y ", "[", "]", "<gallery>\nFile:B.jpg|", "</gallery>", "-1", "{{money|", "USD", "https://",
    "{{image|C.jpg|", "{{lang|fr|",
)  # fmt: skip
WIKITEXT = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join)
SITE = NewsSite(shipped_wiki("enwikinews"), shipped_wiki("enwiki"))


@each_case("captions.case")
def test_golden(case, site):
    images = captioned_images(structure_of(case["text"], site.wiki), site, case.get("title", ""))
    rows = [
        [one.file_title, one.caption, [[k.start, k.end, k.target, k.wiki] for k in one.caption_links], one.credit]
        for one in images
    ]
    assert rows == case["out"]
    assert sorted({name for one in images for name in one.unknown_templates}) == case.get("unknown", [])
    assert [one.position for one in images] == list(range(len(images)))


@settings(max_examples=300, deadline=None)
@given(WIKITEXT)
def test_links_cut_the_caption_exactly(text):
    images = captioned_images(structure_of(f"[[File:A.jpg|thumb|{text}]]{text}", SITE.wiki), SITE)
    for image in images:
        place = 0
        for link in image.caption_links:
            assert link.start >= place
            assert image.caption[link.start : link.end] == link.surface != ""
            assert link.surface == link.surface.strip()
            assert link.target
            place = link.end


@settings(max_examples=300, deadline=None)
@given(WIKITEXT)
def test_a_rendered_text_is_clean_and_its_places_lie_in_it(text):
    rendered = render(mask(text), SITE)
    assert rendered.text == " ".join(rendered.text.split())
    assert not any("\ufdd0" <= letter <= "\ufdef" for letter in rendered.text)
    assert all(rendered.text[link.start : link.end] == link.surface for link in rendered.links)
    assert all(0 <= place <= len(rendered.text) for place in rendered.breaks)
    split = split_credit(rendered)
    assert all(split.caption[link.start : link.end] == link.surface for link in split.links)
    assert bool(split.credit) == bool(split.forms)


@pytest.mark.parametrize(
    "piece",
    [
        "{{w|",
        "[[w:A|",
        "Photo: x<br>",
        "(Photo: x ",
        "{{nowrap|",
        "{{w|A|b}}",
        "<small>",
        "[[File:A.jpg|b ",
        "{{image source|",
        "{{#if:x|",
        "{{#ifeq:a|a|",
        "[[w:A|]]",
    ],
)
def test_long_hostile_captions_end(piece, site):
    rendered = render(mask(piece * 20_000), site)
    assert split_credit(rendered).caption is not None
