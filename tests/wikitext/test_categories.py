from pipeline.wikitext.categories import page_categories
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki, structure_of


@each_case("categories.case")
def test_golden(case):
    wiki = shipped_wiki(case.get("wiki", "enwiki"))
    assert page_categories(structure_of(case["text"], wiki), wiki) == case["out"]
