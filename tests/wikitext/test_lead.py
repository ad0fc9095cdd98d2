import pytest

from pipeline.wikitext.lead import lead_text
from pipeline.wikitext.lead_parser import MAX_PARSED_BYTES, PARSED, TOO_LONG, lead_text_mwparserfromhell
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki, structure_of


@each_case("leads.case")
def test_golden(case):
    wiki = shipped_wiki(case.get("wiki", "enwiki"))
    text = lead_text(structure_of(case["text"], wiki), wiki, case.get("max_chars", 2000))
    assert text == case["out"]


@each_case("leads.case")
def test_the_parser_agrees_with_the_fast_cleaner(case):
    wiki = shipped_wiki(case.get("wiki", "enwiki"))
    text, outcome = lead_text_mwparserfromhell(structure_of(case["text"], wiki), wiki, case.get("max_chars", 2000))
    assert (text, outcome) == (case.get("parsed", case["out"]), PARSED)


@pytest.mark.parametrize("repeats", [MAX_PARSED_BYTES, 4 * MAX_PARSED_BYTES])
def test_a_long_lead_goes_to_the_fast_cleaner(repeats):
    wiki = shipped_wiki()
    structure = structure_of("Otter mills é" + " grind" * repeats, wiki)
    text, outcome = lead_text_mwparserfromhell(structure, wiki)
    assert outcome == (TOO_LONG if repeats else PARSED)
    assert text == lead_text(structure, wiki)


def test_only_what_is_cut_out_counts_for_the_cap():
    wiki = shipped_wiki()
    structure = structure_of("{{Box|" + "x" * 2 * MAX_PARSED_BYTES + "}}A mill.", wiki)
    assert lead_text_mwparserfromhell(structure, wiki) == ("A mill.", PARSED)
