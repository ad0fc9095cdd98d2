from pipeline.wikitext.disambiguation import page_items
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki, structure_of


@each_case("disambiguation.case")
def test_golden(case):
    wiki = shipped_wiki(case.get("wiki", "enwiki"))
    items = page_items(structure_of(case["text"], wiki), case["title"], wiki)
    assert [[item.target, item.position] for item in items] == case["out"]
    assert {item.surface for item in items} <= {case["surface"]}
