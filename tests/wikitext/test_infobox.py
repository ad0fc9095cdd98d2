import pytest

from pipeline.wikitext.infobox import infobox_type
from tests.support.parts import shipped_wiki, structure_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{Infobox person\n| name = Ann}}Text", "person"),
        ("{{infobox_person}}", "person"),
        ("{{Taxobox|name=Otter}}", "Taxobox"),
        ("{{clear}}{{Box|{{Infobox mill}}}}{{Infobox person}}", "mill"),
        ("Text\n== Head ==\n{{Infobox person}}", None),
        ("<!-- {{Infobox person}} -->", None),
        ("{{Infobox person", None),
        ("{{Information}}", None),
    ],
)
def test_first_infobox_of_the_lead(text, expected):
    wiki = shipped_wiki()
    assert infobox_type(structure_of(text, wiki), wiki) == expected
