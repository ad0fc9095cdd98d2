from pipeline.wikitext.kinds import page_kind
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki, structure_of


@each_case("kinds.case")
def test_golden(case):
    wiki = shipped_wiki()
    assert page_kind(case["title"], structure_of(case["text"], wiki), wiki, case["flag"]) == case["kind"]
