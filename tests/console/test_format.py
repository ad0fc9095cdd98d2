"""Numbers, sizes and times as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.console.format import (
    format_bytes,
    format_count,
    format_duration,
    format_share,
    format_value,
    printable,
)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1536, "1.5 kB"),
        (9_940, "9.9 kB"),
        (9_960, "10 kB"),
        (999_400, "999 kB"),
        (999_600, "1.0 MB"),
        (12_345_678, "12 MB"),
        (80e9, "80 GB"),
        (2.5e15, "2.5 PB"),
        (3e18, "3,000.0 PB"),
    ],
)
def test_bytes(size, text):
    assert format_bytes(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.00 s"),
        (0.423, "0.42 s"),
        (12.34, "12.3 s"),
        (59.96, "1 min 00 s"),
        (245, "4 min 05 s"),
        (3599.6, "1 h 00 min"),
        (12_000, "3 h 20 min"),
        (90_000, "1 d 01 h"),
    ],
)
def test_duration(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "yes"),
        (1234567, "1,234,567"),
        (0.123456, "0.1235"),
        (12345.6, "12,346"),
        ("a\x1b[2Jb", "a\N{REPLACEMENT CHARACTER}[2Jb"),
        ("a\u202eb", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_value(value, text):
    assert format_value(value) == text


def test_count_and_share():
    assert format_count(-1234) == "-1,234"
    assert format_share(0.1534) == "15.3 %"


@given(st.floats(min_value=0, max_value=1e17))
def test_bytes_are_short(size):
    assert len(format_bytes(size)) <= 9


@given(st.text())
def test_printable_cannot_steer_a_terminal(text):
    shown = printable(text)
    assert len(shown) == len(text)
    assert not any(char < " " or "\x7f" <= char <= "\x9f" for char in shown)
    assert "\u202e" not in shown
    assert printable(shown) == shown
