"""Foreign text on pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.text import clip, readable

BAD = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202egpj.exe", f"a{BAD}gpj.exe"),
        ("\u2066a\u2069", f"{BAD}a{BAD}"),
        ("a\x00b\x1b[1m\x9b", f"a{BAD}b{BAD}[1m{BAD}"),
        ("a\nb\tc\rd", "a\nb\tc\rd"),
        ("half \ud83d", f"half {BAD}"),
        ("می‌خواهم 👩‍🚀 \u200e\u200f", "می‌خواهم 👩‍🚀 \u200e\u200f"),
    ],
)
def test_what_hides_text_is_shown(text, shown):
    assert readable(text) == shown


@given(st.text())
def test_readable_twice_is_once_and_can_be_written(text):
    assert readable(readable(text)) == readable(text)
    assert len(readable(text)) == len(text)
    readable(text + "\udc00").encode()


def test_clip_says_what_is_missing():
    assert clip("abc", 3) == "abc"
    assert clip("x" * 1_000_000, 2) == "xx… [clipped, 1,000,000 characters]"
