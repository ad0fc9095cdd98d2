"""What charts share: colours, legends, ticks, checks.

Colours are Okabe and Ito's, which people of every colour vision tell apart (https://jfly.uni-koeln.de/color/); the
page's style gives them their dark forms.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from pipeline.report.svg import element, number

PALETTE = ("#0072b2", "#e69f00", "#86868f", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8f7a00")
WIDTH_PX, ROW_PX = 960, 26
_BASELINE, _SWATCH = 17, 11
_CHAR_PX = 7.5


def colour_class(kind: str, colour: int) -> dict[str, object]:
    """Attributes that paint with a colour of the palette: `kind` is fill or stroke."""
    place = colour % len(PALETTE)
    return {kind: PALETTE[place], "class_": f"{kind}-{place}"}


def checked(values: Iterable[float]) -> float:
    """The largest value, 0 when there is none.

    Raises:
        ValueError: a value is negative, infinite or none.
    """
    largest = 0.0
    for value in values:
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"a chart from 0 cannot show {value}")
        largest = max(largest, value)
    return largest


def plain(value: float) -> str:
    """A value beside its bar: whole numbers with commas, others with two digits after the point."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def text_at(x: float, y: float, text: str, **attributes: object) -> Markup:
    """A line of text at its baseline."""
    return element("text", text, x=x, y=y, **attributes)


def fitting(text: str, max_chars: int) -> str:
    """`text`, cut to what a label has room for."""
    return text if len(text) <= max_chars else f"{text[: max_chars - 1]}…"


def legend(names: Sequence[str], left: float) -> Iterator[Markup]:
    """A swatch and a name for each series, in one row."""
    x = left
    for colour, name in enumerate(names):
        shown = fitting(name, 24)
        yield element(
            "rect", x=x, y=_BASELINE - _SWATCH + 1, width=_SWATCH, height=_SWATCH, rx=2, **colour_class("fill", colour)
        )
        yield text_at(x + _SWATCH + 6, _BASELINE, shown)
        x += _SWATCH + 24 + _CHAR_PX * len(shown)


def ticks(largest: float, wanted: int = 4) -> list[float]:
    """Round numbers from 0 to at least `largest`, about `wanted` steps of 1, 2 or 5 times a power of ten."""
    if largest <= 0:
        return [0.0, 1.0]
    rough = largest / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [step * place for place in range(math.ceil(largest / step - 1e-9) + 1)]


def points(pairs: Iterable[tuple[float, float]]) -> str:
    """Points as a path's `d` takes them, without its begin letter."""
    return " L".join(f"{number(x)} {number(y)}" for x, y in pairs)
