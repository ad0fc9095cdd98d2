from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.names import RedirectStatus
from pipeline.wikitext.redirects import parse_redirect
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki


@each_case("redirects.case")
def test_golden(case):
    found = parse_redirect(case["text"], case["xml"], shipped_wiki(case.get("wiki", "enwiki")))
    assert (found and [found.target, found.fragment, found.status]) == case["out"]


@given(st.text(alphabet="#REDIRECTredirect:[]|# \nab{}%&;", max_size=60), st.sampled_from([None, "", "Mill pond"]))
def test_no_text_raises(text, xml_target):
    found = parse_redirect("#REDIRECT" + text, xml_target, shipped_wiki())
    if xml_target:
        assert found is not None
    if found is not None:
        assert found.target
        assert found.status in (RedirectStatus.OK, RedirectStatus.INTERWIKI, RedirectStatus.NAMESPACE)


@given(st.text(max_size=60))
def test_only_a_redirect_word_makes_a_redirect(text):
    if "#" not in text:
        assert parse_redirect(text, None, shipped_wiki()) is None
