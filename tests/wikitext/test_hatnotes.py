from pipeline.wikitext.hatnotes import page_hatnotes
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki, structure_of


@each_case("hatnotes.case")
def test_golden(case):
    wiki = shipped_wiki(case.get("wiki", "enwiki"))
    pairs = page_hatnotes(structure_of(case["text"], wiki), case["title"], wiki)
    assert [[pair.surface, pair.target, pair.template] for pair in pairs] == case["out"]
