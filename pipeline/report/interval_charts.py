"""Estimates with their intervals as SVG text: forest plots, series."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report.chart_parts import PALETTE, ROW_PX, WIDTH_PX, colour_class, fitting, text_at
from pipeline.report.svg import drawing, element

_LABEL_PX, _NOTE_PX, _TOP_PX, _AXIS_PX = 190, 230, 30, 28
_PLOT_PX, _LEFT_PX, _RIGHT_PX, _NAME_PX = 230, 56, 16, 28
_NAMES_MAX, _POINT_PX = 16, 5.0
_SHIFT_PX = 7.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval.

    Attributes:
        label: What it is of.
        value: None = undefined; the note says why.
        low: Lower limit; None without interval.
        high: Upper limit; None without interval.
        note: What stands at its right end; the value and its limits when there is none.
        colour: Of the palette.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""
    colour: int = 0

    @property
    def told(self) -> str:
        """In words, for a tooltip."""
        return f"{self.label}: {self.note or figures(self)}"

    @property
    def limits(self) -> tuple[float, float] | None:
        """Both limits where there are both."""
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across all rows, such as the value of all together."""

    label: str
    value: float


def figures(one: Estimate) -> str:
    """The value and its limits, a dash where it is undefined."""
    if one.value is None:
        return "–"
    return f"{one.value:.1f}" + (f" [{one.low:.1f}, {one.high:.1f}]" if one.limits else "")


def span_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers that reach from below `low` to above `high`.

    Raises:
        ValueError: a limit is infinite or none, or they are turned round.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(f"a chart cannot show {low} to {high}")
    scale = max(abs(low), abs(high), 1.0)
    room = high - low if high - low > 1e-9 * scale else 0.1 * scale
    power = 10.0 ** math.floor(math.log10(room / wanted))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= room / wanted * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [at * step for at in range(first, max(last, first + 1) + 1)]


def forest(title: str, description: str, rows: Sequence[Estimate], marks: Sequence[Mark] = ()) -> Markup:
    """One row an estimate: a point on its interval; lines across for what they are held against."""
    plot = _Rows(rows, marks)
    parts = list(plot.frame())
    for at, one in enumerate(rows):
        parts += plot.row(at, one)
    return drawing(WIDTH_PX, plot.bottom + _AXIS_PX, title, description, parts)


def interval_series(
    title: str, description: str, names: Sequence[str], series: Mapping[str, Sequence[Estimate]]
) -> Markup:
    """Estimates over ordered places, one colour and shape a series; a place without value stays empty.

    Raises:
        ValueError: a series has not one estimate for each place.
    """
    if any(len(values) != len(names) for values in series.values()):
        raise ValueError("every series needs one value per place")
    plot = _Places(names, [one for values in series.values() for one in values])
    parts = list(plot.frame(list(series)))
    for at, values in enumerate(series.values()):
        parts += plot.series(at, values, at - (len(series) - 1) / 2)
    return drawing(WIDTH_PX, plot.top + _PLOT_PX + _NAME_PX, title, description, parts)


def _domain(estimates: Sequence[Estimate], marks: Sequence[Mark] = ()) -> list[float]:
    values = [mark.value for mark in marks]
    for one in estimates:
        values += [value for value in (one.value, *(one.limits or ())) if value is not None]
    return span_ticks(min(values), max(values)) if values else [0.0, 1.0]


def _point(x: float, y: float, colour: int, told: str) -> Markup:
    """A circle for the first series, a square, a diamond and a triangle for the others."""
    tip, paint = element("title", told), colour_class("fill", colour)
    r = _POINT_PX
    if colour % 4 == 0:
        return element("circle", tip, cx=x, cy=y, r=r, **paint)
    shapes = {
        1: ((-r, -r), (r, -r), (r, r), (-r, r)),
        2: ((0, -r - 1.5), (r + 1.5, 0), (0, r + 1.5), (-r - 1.5, 0)),
        3: ((0, -r - 1), (r + 1, r), (-r - 1, r)),
    }
    corners = " ".join(f"{x + dx:.2f},{y + dy:.2f}" for dx, dy in shapes[colour % 4])
    return element("polygon", tip, points=corners, **paint)


def _whisker(ends: tuple[float, float, float, float], colour: int) -> Markup:
    x1, y1, x2, y2 = ends
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=2, **colour_class("stroke", colour))


class _Rows:
    """The frame of a forest plot."""

    def __init__(self, rows: Sequence[Estimate], marks: Sequence[Mark]) -> None:
        self.rows, self.marks = rows, marks
        self.ticks = _domain(rows, marks)
        self.bottom = _TOP_PX + ROW_PX * max(1, len(rows))

    def x(self, value: float) -> float:
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return _LABEL_PX + (WIDTH_PX - _LABEL_PX - _NOTE_PX) * share

    def frame(self) -> Iterator[Markup]:
        for value in self.ticks:
            x = self.x(value)
            yield element("line", x1=x, x2=x, y1=_TOP_PX, y2=self.bottom, stroke="#999", class_="grid")
            yield text_at(x, self.bottom + 18, f"{value:g}", text_anchor="middle", class_="note")
        for at, mark in enumerate(sorted(self.marks, key=lambda one: one.value)):
            x = self.x(mark.value)
            side = {"text_anchor": "end"} if at == 0 and len(self.marks) > 1 else {"text_anchor": "start"}
            shift = -5 if at == 0 and len(self.marks) > 1 else 5
            yield element(
                "line", x1=x, x2=x, y1=_TOP_PX - 14, y2=self.bottom, stroke=PALETTE[6], class_="stroke-6",
                stroke_width=1.5, stroke_dasharray="5 4" if at else None,
            )  # fmt: skip
            yield text_at(x + shift, _TOP_PX - 10, mark.label, class_="note", **side)

    def row(self, at: int, one: Estimate) -> Iterator[Markup]:
        y = _TOP_PX + ROW_PX * (at + 0.5)
        tip = element("title", one.told)
        yield element("text", fitting(one.label, 26), tip, x=_LABEL_PX - 12, y=y + 4.5, text_anchor="end")
        if one.value is not None:
            if one.limits:
                yield _whisker((self.x(one.limits[0]), y, self.x(one.limits[1]), y), one.colour)
            yield _point(self.x(one.value), y, one.colour, one.told)
        note = one.note or figures(one)
        yield text_at(WIDTH_PX - _NOTE_PX + 14, y + 4.5, fitting(note, 34), class_="note")


class _Places:
    """The frame of a series."""

    def __init__(self, names: Sequence[str], estimates: Sequence[Estimate]) -> None:
        self.names = names
        self.ticks = _domain(estimates)
        self.top = ROW_PX + 14

    def x(self, at: int) -> float:
        room = (WIDTH_PX - _LEFT_PX - _RIGHT_PX) / max(1, len(self.names))
        return _LEFT_PX + room * (at + 0.5)

    def y(self, value: float) -> float:
        return self.top + _PLOT_PX * (1 - (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0]))

    def frame(self, series: Sequence[str]) -> Iterator[Markup]:
        x = float(_LEFT_PX + 6)
        for colour, name in enumerate(series):
            yield _point(x, 12, colour, name)
            yield text_at(x + 12, 16.5, fitting(name, 40))
            x += 46 + 7.5 * len(name[:40])
        for value in self.ticks:
            y = self.y(value)
            yield element("line", x1=_LEFT_PX, x2=WIDTH_PX - _RIGHT_PX, y1=y, y2=y, stroke="#999", class_="grid")
            yield text_at(_LEFT_PX - 10, y + 4, f"{value:g}", text_anchor="end", class_="note")
        every = -(-len(self.names) // _NAMES_MAX) or 1
        for at, name in enumerate(self.names):
            if at % every == 0:
                y = self.top + _PLOT_PX + 20
                yield text_at(self.x(at), y, fitting(name, 10), text_anchor="middle", class_="note")

    def series(self, colour: int, values: Sequence[Estimate], shift: float) -> Iterator[Markup]:
        there = [(self.x(at) + shift * _SHIFT_PX, one) for at, one in enumerate(values)]
        path = " L".join(f"{x:.2f} {self.y(one.value):.2f}" for x, one in there if one.value is not None)
        if path:
            yield element(
                "path", d=f"M{path}", fill="none", stroke_width=1.5, stroke_opacity=0.45,
                **colour_class("stroke", colour),
            )  # fmt: skip
        for x, one in there:
            if one.value is not None:
                if one.limits:
                    yield _whisker((x, self.y(one.limits[0]), x, self.y(one.limits[1])), colour)
                yield _point(x, self.y(one.value), colour, one.told)
