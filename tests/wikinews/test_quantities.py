"""Conversions and sums of money."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.wikinews.quantities import conversion, grouped, money

WORDS = st.sampled_from(
    [
        "",
        "x",
        "1",
        "-40",
        "1,200",
        "3.50",
        ".5",
        "0",
        "to",
        "-",
        "and",
        "ft",
        "m",
        "in",
        "kg",
        "F",
        "°C",
        "99",
        "999999999999999",
    ]
)
ARGUMENTS = st.lists(
    st.tuples(st.none() | st.sampled_from(["abbr", "precision", "currency", "amount"]), WORDS), max_size=7
)


@given(ARGUMENTS)
def test_no_argument_raises(values):
    for answer in (conversion(values), conversion(values, ("mi", "km")), money(values)):
        assert answer is None or answer.strip()


@given(st.integers(min_value=1, max_value=10**9))
def test_converted_values_are_right_to_their_digits(number):
    text = conversion([(None, str(number))], ("mi", "km"))
    assert text is not None
    shown = Fraction(text.partition("(")[2].partition(" ")[0].replace(",", ""))
    exact = number * Fraction("1.609344")
    assert abs(shown - exact) <= exact / 20


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("100", "30 m"),
        ("5280", "1,610 m"),
        ("35000", "11,000 m"),
        ("0.5", "0.15 m"),
        ("12.34", "3.761 m"),
        ("1", "0.30 m"),
    ],
)
def test_digits_of_a_converted_value(given_, shown):
    assert conversion([(None, given_)], ("ft", "m")).endswith(f"({shown})")


@pytest.mark.parametrize(
    ("number", "language", "shown"),
    [
        ("1234567.5", "en", "1,234,567.5"),
        ("1234", "de", "1.234"),
        ("-1234,5", "en", "-1234,5"),
        ("007", "en", "7"),
        ("12ab", "en", "12ab"),
    ],
)
def test_grouped(number, language, shown):
    assert grouped(number, language) == shown
