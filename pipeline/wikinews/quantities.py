"""Numbers, conversions and sums of money as a reader sees them.

A converted value keeps as many significant digits as the value given, zeros at its end apart, but at least two;
temperatures keep its decimals. `precision=` (or a number after the value) asks for decimals instead. Halves go up.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from pipeline.wikinews.site import table

Arguments = Sequence[tuple[str | None, str]]

_NUMBER = re.compile(r"[-−+]?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,9})?|[-−+]?\.\d{1,9}")
_DECIMALS = re.compile(r"-?\d{1,2}")
_PLAIN_NUMBER = re.compile(r"([-−+]?)(\d+)(\.\d+)?")
_ROUGH = Context(prec=40, rounding=ROUND_HALF_UP)
_MAX_DECIMALS = 9
_SHORT = ("on", "yes", "y", "1", "all", "in", "both")
_CODE = re.compile(r"[A-Z]{3}")
_AMOUNT_NAMES = ("amount", "value", "1")
_CURRENCY_NAMES = ("currency", "type", "code", "unit")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure; base value = (value + offset) x factor."""

    symbol: str
    one: str
    many: str
    dimension: str
    factor: Fraction
    offset: Fraction
    target: str


def grouped(number: str, language: str) -> str:
    """A number as {{formatnum:}} writes it, digits in groups of three; anything else as it is."""
    match = _PLAIN_NUMBER.fullmatch(number.strip())
    if match is None:
        return number.strip()
    comma, point = table("units")["grouping"].get(language, (",", "."))
    whole = f"{int(match[2]):,}" if len(match[2]) < 40 else match[2]
    fraction = point + match[3][1:] if match[3] else ""
    return f"{match[1]}{whole.replace(',', comma)}{fraction}"


def conversion(values: Arguments, units: tuple[str, str] | None = None) -> str | None:
    """The text of a conversion, such as "100 feet (30 m)"; None when it cannot be read.

    `units` are those of a template like {{ft to m}}; without them the arguments name them, as in {{convert}}: a value,
    or values with a joiner between them ("10|to|20"), a unit, and perhaps the unit to convert to and decimals.
    """
    options = {name: value for name, value in values if name is not None}
    given = [value.strip() for name, value in values if name is None]
    numbers, joiners, rest = _leading_numbers(given)
    if not numbers:
        return None
    source = _unit(units[0]) if units else _unit(rest[0]) if rest else None
    rest = rest if units else rest[1:]
    second_part = _second_part(source, rest) if len(numbers) == 1 else None
    rest = rest[2:] if second_part else rest
    wanted = _unit(units[1]) if units else _unit(rest[0]) if rest else None
    if not units and wanted is not None:
        rest = rest[1:]
    elif not units and source is not None:
        wanted = _unit(source.target)
    if source is None or wanted is None or source.dimension != wanted.dimension:
        return None
    asked = options.get("precision", options.get("round", rest[0] if rest else ""))
    decimals = int(asked) if _DECIMALS.fullmatch(asked) else None
    is_short = options.get("abbr", "").casefold() in _SHORT
    first = _phrase(_joined([_spoken(number) for number in numbers], joiners), source, numbers, is_short=is_short)
    if second_part is not None:
        number, unit = second_part
        first += f" {_phrase(_spoken(number), unit, [number], is_short=is_short)}"
        total = _value(numbers[0]) * source.factor / unit.factor + _value(number)
        numbers, source = [f"{float(total):.6g}"], unit
    second = _joined([_converted(number, source, wanted, decimals) for number in numbers], joiners)
    return f"{first} ({second} {wanted.symbol})"


def _second_part(source: Unit | None, rest: list[str]) -> tuple[str, Unit] | None:
    """The smaller part of a value like 5 ft 6 in: a number and a unit of the same kind."""
    unit = _unit(rest[1]) if source is not None and len(rest) > 1 and _NUMBER.fullmatch(rest[0]) else None
    if unit is None or source is None or unit.dimension != source.dimension or unit.factor >= source.factor:
        return None
    return rest[0], unit


def _phrase(first: str, unit: Unit, numbers: list[str], *, is_short: bool) -> str:
    if is_short or unit.dimension == "temperature":
        return f"{first} {unit.symbol}"
    is_one = len(numbers) == 1 and _value(numbers[0]) == 1
    return f"{first} {unit.one if is_one else unit.many}"


def _leading_numbers(given: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Numbers at the front, the joiners between them, and what follows."""
    known: Mapping[str, str] = table("units")["joiners"]
    numbers: list[str] = []
    joiners: list[str] = []
    place = 0
    while place < len(given) and _NUMBER.fullmatch(given[place]):
        numbers.append(given[place])
        place += 1
        if place + 1 < len(given) and given[place] in known and _NUMBER.fullmatch(given[place + 1]):
            joiners.append(known[given[place]])
            place += 1
        else:
            break
    return numbers, joiners, given[place:]


def _joined(numbers: list[str], joiners: list[str]) -> str:
    text = numbers[0]
    for joiner, number in zip(joiners, numbers[1:], strict=True):
        text += joiner + number
    return text


def _spoken(number: str) -> str:
    return grouped(number.replace(",", ""), "en").replace("-", "−")


def _value(number: str) -> Fraction:
    return Fraction(number.replace(",", "").replace("−", "-"))


def _converted(number: str, source: Unit, wanted: Unit, decimals: int | None) -> str:
    value = (_value(number) + source.offset) * source.factor / wanted.factor - wanted.offset
    exact = _ROUGH.divide(Decimal(value.numerator), Decimal(value.denominator))
    if decimals is None:
        decimals = _own_decimals(number, exact, is_temperature=source.dimension == "temperature")
    decimals = max(-_MAX_DECIMALS, min(_MAX_DECIMALS, decimals))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), context=_ROUGH)
    text = f"{abs(rounded):,.{max(0, decimals)}f}"
    return f"−{text}" if rounded < 0 else text


def _own_decimals(number: str, exact: Decimal, *, is_temperature: bool) -> int:
    plain = number.replace(",", "").lstrip("-−+")
    fraction = plain.partition(".")[2]
    if is_temperature:
        return len(fraction)
    digits = plain.replace(".", "").lstrip("0")
    significant = len(digits) if fraction else len(digits.rstrip("0"))
    return max(2, significant) - 1 - (exact.adjusted() if exact else 0)


def money(values: Arguments) -> str | None:
    """A sum with its currency, such as "US$1,500"; None when no amount is given."""
    named = {name.casefold(): value.strip() for name, value in values if name is not None}
    given = [value.strip() for name, value in values if name is None and value.strip()]
    signs: Mapping[str, str] = table("units")["currencies"]
    code = next((named[name] for name in _CURRENCY_NAMES if named.get(name)), "")
    amount = next((named[name] for name in _AMOUNT_NAMES if named.get(name)), "")
    for value in given:
        if not code and (value in signs or _CODE.fullmatch(value)):
            code = value
        elif not amount:
            amount = value
    if not amount:
        return None
    amount = grouped(amount, "en")
    sign = signs.get(code)
    if sign is not None:
        return sign + amount
    return f"{amount} {code}" if code else amount


def _unit(name: str) -> Unit | None:
    units = _units()
    return units.get(name) or units.get(name.casefold())


@cache
def _units() -> dict[str, Unit]:
    """Units by their symbol and every other name."""
    found: dict[str, Unit] = {}
    rows: dict[str, dict[str, Any]] = table("units")["units"]
    for key, row in rows.items():
        unit = Unit(
            row.get("symbol", key),
            row["one"],
            row["many"],
            row["dimension"],
            Fraction(row["factor"]),
            Fraction(row.get("offset", "0")),
            row["to"],
        )
        for name in (key, row["one"], row["many"], *row["names"]):
            found.setdefault(name, unit)
            found.setdefault(f"{name}s", unit)
    return found
