import sys

from hypothesis import given
from hypothesis import strategies as st

from pipeline.wikitext.spaces import collapse

WHITE = [character for character in map(chr, range(sys.maxunicode + 1)) if character.isspace()]


@given(st.lists(st.sampled_from([*WHITE, " ", "a", "é", "\u200b", "\ufdd0", "\ud800"])).map("".join))
def test_all_white_space_is_collapsed(text):
    assert collapse(text) == " ".join(text.split())


def test_each_kind_of_white_space():
    assert len(WHITE) > 20
    for character in WHITE:
        assert collapse(f"{character}a{character}b") == "a b"
