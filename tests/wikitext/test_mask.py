from hypothesis import given
from hypothesis import strategies as st

from pipeline.wikitext.mask import EMPTY, mask, unmask
from tests.support.cases import each_case

# Pieces that a scanner trips over, in any order, with plain text between them.
PIECES = ["<!--", "-->", "<nowiki>", "</nowiki>", "<nowiki/>", "<pre>", "</pre>", "<math>", "</math>", "<ref>", "</ref>",
          "<includeonly>", "</includeonly>", "<", ">", "/>", "\n", " ", "[[a]]", "{{b}}", "'", "c"]  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@each_case("mask.case")
def test_golden(case):
    assert mask(case["text"]) == case["masked"]
    if "seen" in case:
        assert unmask(mask(case["text"])) == case["seen"]


@given(st.text(alphabet=st.characters(exclude_characters="<", exclude_categories=["Cn", "Cs"])))
def test_text_without_tags_stays(text):
    assert mask(text) == text
    assert unmask(text) == text


@given(st.text(alphabet=st.characters(exclude_characters="<", exclude_categories=["Cn", "Cs"])))
def test_nowiki_gives_back_what_it_hid(text):
    masked = mask(f"<nowiki>{text}</nowiki>")
    assert not set(masked) & set("[]{}|<>'=_~\n")
    assert unmask(masked) == text


@given(hostile)
def test_unmasked_text_holds_nothing_inert(text):
    assert EMPTY not in unmask(mask(text))


@given(hostile)
def test_masking_adds_no_link(text):
    assert mask(text).count("[[a]]") <= text.count("[[a]]")


@given(hostile, st.text(alphabet="xyz .,", max_size=20))
def test_text_before_the_first_tag_stays(text, prose):
    assert mask(f"{prose}a{text}").startswith(f"{prose}a")
