"""Bar charts as SVG text: plain, stacked, funnels.

No chart tells anything by colour alone: values stand beside the bars and in their tooltips.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup

from pipeline.report.chart_parts import ROW_PX, WIDTH_PX, checked, colour_class, fitting, legend, plain, text_at
from pipeline.report.svg import drawing, element

_LABEL_PX, _NOTE_PX, _BAR_PX, _BASELINE_PX = 210, 170, 16, 17
_LABEL_CHARS, _NOTE_CHARS = 30, 26
_LEAST_PX = 1.5
_NOTHING = 1e-300  # below, a scale would be infinite
_LEFT_COLOUR = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; the note stands at its right end, the value when there is none."""

    label: str
    value: float
    note: str = ""
    colour: int = 0


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar of several parts, in the order of the chart's series."""

    label: str
    values: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class FunnelBar:
    """One step: what came in and what went on; `colour` is that of the part which did not."""

    label: str
    n_in: float
    n_out: float
    note: str = ""
    colour: int = 1


def bars(title: str, description: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars on a scale from 0."""
    chart = _Rows(checked(row.value for row in rows))
    for row in rows:
        note = row.note or plain(row.value)
        chart.add(row.label, note, [(row.value, row.colour, note)])
    return chart.drawn(title, description)


def stacked_bars(title: str, description: str, series: Sequence[str], rows: Sequence[Stack]) -> Markup:
    """Horizontal bars of parts, one colour a series, under a legend."""
    if any(len(row.values) != len(series) for row in rows):
        raise ValueError("every bar needs one value per series")
    checked(value for row in rows for value in row.values)
    chart = _Rows(checked(sum(row.values) for row in rows), series)
    for row in rows:
        parts = [(value, colour, f"{series[colour]}: {plain(value)}") for colour, value in enumerate(row.values)]
        chart.add(row.label, row.note or plain(sum(row.values)), parts)
    return chart.drawn(title, description)


def funnel_bars(title: str, description: str, steps: Sequence[FunnelBar]) -> Markup:
    """Bars that grow shorter: what went on, and behind it what each step took out."""
    checked(value for step in steps for value in (step.n_out, step.n_in - step.n_out))
    chart = _Rows(checked(step.n_in for step in steps))
    for step in steps:
        lost = step.n_in - step.n_out
        parts = [
            (step.n_out, _LEFT_COLOUR, f"{plain(step.n_out)} go on"),
            (lost, step.colour, f"{plain(lost)} taken out"),
        ]
        chart.add(step.label, step.note, parts)
    return chart.drawn(title, description)


class _Rows:
    """A chart of horizontal bars while rows are added."""

    def __init__(self, largest: float, series: Sequence[str] = ()) -> None:
        self.scale = (WIDTH_PX - _LABEL_PX - _NOTE_PX) / largest if largest > _NOTHING else 0.0
        self.parts = list(legend(series, _LABEL_PX))
        self.top = ROW_PX + 4 if series else 0

    def add(self, label: str, note: str, values: Sequence[tuple[float, int, str]]) -> None:
        """One row: a label, parts of (value, colour, tooltip) side by side, a note."""
        baseline = self.top + _BASELINE_PX
        tip = element("title", label)
        self.parts.append(
            element("text", fitting(label, _LABEL_CHARS), tip, x=_LABEL_PX - 10, y=baseline, text_anchor="end")
        )
        ends = list(accumulate((value for value, _, _ in values), initial=0.0))
        for begin, (value, colour, told) in zip(ends, values, strict=False):
            if value:
                self.parts.append(self._bar(begin, value, colour, f"{label}: {told}"))
        right = _LABEL_PX + max(self.scale * ends[-1], _LEAST_PX)
        self.parts.append(text_at(right + 8, baseline, fitting(note, _NOTE_CHARS), class_="note"))
        self.top += ROW_PX

    def _bar(self, begin: float, value: float, colour: int, told: str) -> Markup:
        return element(
            "rect", element("title", told), x=_LABEL_PX + self.scale * begin, y=self.top + (ROW_PX - _BAR_PX) / 2,
            width=max(self.scale * value, _LEAST_PX), height=_BAR_PX, **colour_class("fill", colour),
        )  # fmt: skip

    def drawn(self, title: str, description: str) -> Markup:
        """The finished picture."""
        return drawing(WIDTH_PX, max(self.top, ROW_PX), title, description, self.parts)
