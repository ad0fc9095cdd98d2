import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.wikitext.mask import mask
from pipeline.wikitext.page import page_structure
from pipeline.wikitext.references import SHORT, shorten_references
from pipeline.wikitext.structure import read_structure
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki
from tests.support.timing import assert_linear

PIECES = ["<ref>", "<ref name=a>", "<ref name=b />", "<REF >", "<ref", "<refs>", "</ref>", "</REF >", "</ref", "<b>", ">",
          "[[a]]", "[http://b c]", "{{d|", "}}", "\n", " ", "e"]  # fmt: skip


@each_case("references.case")
def test_golden(case):
    assert shorten_references(mask(case["text"])) == case["shortened"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_just_the_plain_references_go(masked):
    expected = ""
    end = 0
    for start, after in read_structure(masked, shipped_wiki()).references:
        whole = masked[start:after]
        content = whole[whole.index(">") + 1 : whole.rindex("<")]
        is_plain = whole.endswith("</ref>") and "<" not in content and "[[" not in whole
        expected += masked[end:start] + (SHORT if is_plain else whole)
        end = after
    assert shorten_references(masked) == expected + masked[end:]


def test_a_page_is_read_without_them():
    structure = page_structure("a<ref>{{cite|b}}</ref> {{c}}<ref>[[d]]</ref>", shipped_wiki())
    assert structure.text == "a<ref/> {{c}}<ref>[[d]]</ref>"
    assert [template.name for template in structure.templates] == ["C"]
    assert [structure.text[start:end] for start, end in structure.references] == ["<ref>[[d]]</ref>"]


@pytest.mark.parametrize(
    "piece", ["<ref>", "<ref ", "<ref name=a>[[b]]", "<ref>a<b>", "<ref>a</ref", "</ref>", "<", "<ref/>"]
)
def test_time_is_linear(piece):
    assert_linear(lambda n: lambda: shorten_references(piece * n), 40_000)
