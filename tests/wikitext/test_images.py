import pytest

from pipeline.wikitext.images import page_images
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki, structure_of


@each_case("images.case")
def test_golden(case):
    wiki = shipped_wiki(case.get("wiki", "enwiki"))
    uses = page_images(structure_of(case["text"], wiki), wiki)
    rows = [[use.file_title, use.written_as, use.in_template, use.origin, use.caption] for use in uses]
    assert rows == case["out"]


@pytest.mark.parametrize("extension", ["jpg", "JPEG", "png", "svg", "gif", "tif", "webm", "ogv", "pdf", "djvu"])
def test_every_extension_counts_as_a_parameter(extension):
    wiki = shipped_wiki()
    uses = page_images(structure_of(f"{{{{Infobox mill|image=A b.{extension}}}}}", wiki), wiki)
    assert [use.file_title for use in uses] == [f"A b.{extension}"]
