"""What templates for measures, numbers and French dates show."""

from collections.abc import Sequence

from pipeline.wikitext.positional import positional

_JOINED = {
    "convert": 2, "cvt": 2, "unité": 2, "unité/2": 2, "nombre": 2, "date-": 3, "date de naissance": 3,
    "date de décès": 3, "date naissance": 3,
}  # fmt: skip
"""Templates whose first arguments, joined by spaces, read well: measures, and dates in French order."""
_RANGE_WORDS = frozenset({"to", "-", "–", "and", "or", "by", "x", "×", "to about", "+/-", "±"})

Pairs = Sequence[tuple[str | None, str]]


def is_measure(name: str, lang: str) -> bool:
    """Whether `measure_text` knows the template; `name` is casefolded."""
    return name in _JOINED or name == "val" or (name == "date" and lang == "fr")


def measure_text(name: str, pairs: Pairs) -> str:
    """The wikitext of the number, its unit and what belongs to them, for a template of `is_measure`."""
    return _val(pairs) if name == "val" else _joined(positional(pairs), _JOINED.get(name, 3))


def _joined(values: dict[int, str], size: int) -> str:
    """The first arguments: "{{convert|5|km|mi}}" is "5 km", "{{convert|5|to|6|km}}" is "5 to 6 km"."""
    shown = [values.get(place, "").strip() for place in range(1, 5)]
    if shown[1].casefold() in _RANGE_WORDS:
        size = 4
    return " ".join(word for word in shown[:size] if word)


def _val(pairs: Pairs) -> str:
    """A number of science: "{{val|6.2|0.1|e=18|u=C}}" is "6.2±0.1×10^18 C" (Template:Val)."""
    named = {name: value for name, value in pairs if name is not None}
    values = positional(pairs)
    number, error, lower = (values.get(place, "").strip() for place in (1, 2, 3))
    if error:
        is_digits = error.startswith("(")  # "1.00794(7)": of the last digits
        number += error if is_digits else f"+{error.lstrip('+')}−{lower.lstrip('-−')}" if lower else f"±{error}"
    if power := named.get("e", ""):
        number += f"{'×' if number else ''}10^{power.replace('-', '−')}"
    unit = named.get("u") or named.get("ul") or ""
    per = named.get("up") or named.get("upl") or ""
    unit += f"/{per}" if per else ""
    space = "" if not number or unit in ("%", "°", "′", "″") else " "
    return f"{named.get('p', '')}{number}{space if unit else ''}{unit}{named.get('s', '')}"
