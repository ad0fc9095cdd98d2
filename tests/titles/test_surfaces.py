"""Surface keys, bare forms and stripped forms."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pipeline.titles.keys import bare_form, stripped_form, surface_folded, surface_key
from tests.support.cases import each_case

TEXTS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from([*" \u00a0\n\u2028()'\"“’", "\u0301", "e", "The ", "a ", "'s", "ﬁ", "K", "ß", "İ", "´"]),
        max_size=12,
    ).map("".join),
)


@each_case("surfaces.case")
def test_forms(case):
    text = case["text"]
    found = {
        "key": surface_key(text),
        "folded": surface_folded(text),
        "bare": bare_form(text),
        "stripped": stripped_form(text, case.get("lang", "en")),
    }
    expected = {form: case[form] for form in found if form in case}
    assert expected
    assert {form: found[form] for form in expected} == expected


@given(TEXTS)
def test_surface_key_is_idempotent(text):
    key = surface_key(text)
    assert surface_key(key) == key
    assert unicodedata.is_normalized("NFC", key)


@given(TEXTS)
def test_folded_form_of_the_key_is_that_of_the_text(text):
    folded = surface_folded(text)
    assert surface_folded(surface_key(text)) == folded
    assert folded == unicodedata.normalize("NFKC", surface_key(text)).casefold()


@given(TEXTS)
def test_bare_form_is_a_beginning_and_never_empty(text):
    bare = bare_form(text)
    assert text.startswith(bare)
    assert bool(bare) == bool(text)


@given(TEXTS)
def test_stripped_form_is_stable_and_keeps_something(text):
    stripped = stripped_form(text)
    assert stripped_form(stripped) == stripped
    assert bool(stripped) == bool(surface_key(text))
