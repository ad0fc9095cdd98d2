"""Elements of SVG as escaped text."""

import math
from collections.abc import Iterable

from markupsafe import Markup, escape

from pipeline.report.text import readable


def element(name: str, *children: str, **attributes: object) -> Markup:
    """One element; text among the children is escaped, `Markup` is not. `_` in attribute names stands for `-`.

    `class_` is `class`. Numbers are written with at most two decimals, attributes of None are left out.
    """
    written = "".join(
        f' {key.removesuffix("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup().join(_escaped(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704 - every part is escaped


def drawing(width: float, height: float, title: str, description: str, parts: Iterable[Markup]) -> Markup:
    """A whole picture that fits its column, with its title and description for readers who do not see it."""
    return element(
        "svg", element("title", title), element("desc", description), *parts,
        class_="chart", role="img", aria_label=f"{title}. {description}", xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
    )  # fmt: skip


def number(value: float) -> str:
    """A number as SVG takes it: finite, at most two decimals.

    Raises:
        ValueError: the number is infinite or none.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be drawn")
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _attribute(value: object) -> Markup:
    return _escaped(number(value) if isinstance(value, int | float) else str(value))


def _escaped(text: str) -> Markup:
    return text if isinstance(text, Markup) else escape(readable(text))
