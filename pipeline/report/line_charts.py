"""Lines and stacked areas over years and the like, as SVG."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from markupsafe import Markup

from pipeline.report.chart_parts import (
    ROW_PX,
    WIDTH_PX,
    checked,
    colour_class,
    fitting,
    legend,
    plain,
    points,
    text_at,
    ticks,
)  # fmt: skip
from pipeline.report.svg import drawing, element

_LEFT, _RIGHT, _TOP, _PLOT_PX, _NAME_PX = 64, 16, ROW_PX + 14, 220, 28
_NAME_CHARS, _NAMES_MAX = 10, 16


def lines(title: str, description: str, names: Sequence[str], series: Mapping[str, Sequence[float]]) -> Markup:
    """One line a series over the named places, on a scale from 0."""
    plot = _Plot(names, series, checked(value for values in series.values() for value in values))
    parts = list(plot.frame())
    for colour, (name, values) in enumerate(series.items()):
        if values:
            path = f"M{points(plot.at(place, value) for place, value in enumerate(values))}"
            parts.append(element("path", d=path, fill="none", stroke_width=2.5, **colour_class("stroke", colour)))
        parts += (plot.dot(place, value, colour, name) for place, value in enumerate(values))
    return plot.drawn(title, description, parts)


def areas(title: str, description: str, names: Sequence[str], series: Mapping[str, Sequence[float]]) -> Markup:
    """Areas one upon the other, the first series at the bottom; the upper edge is their sum."""
    checked(value for values in series.values() for value in values)
    totals = [sum(column) for column in zip(*series.values(), strict=True)]
    plot = _Plot(names, series, checked(totals))
    parts = list(plot.frame())
    stacked = accumulate(series.values(), lambda low, values: [a + b for a, b in zip(low, values, strict=True)],
                         initial=[0.0] * len(names))  # fmt: skip
    edges = list(stacked)
    for colour, name in enumerate(series):
        upper = [plot.at(place, value) for place, value in enumerate(edges[colour + 1])]
        lower = [plot.at(place, value) for place, value in enumerate(edges[colour])]
        if upper:
            told = element("title", name)
            path = f"M{points([*upper, *reversed(lower)])}Z"
            parts.append(element("path", told, d=path, fill_opacity=0.75, **colour_class("fill", colour)))
    for colour, (name, values) in enumerate(series.items()):
        parts += (
            plot.dot(place, value, colour, name, edges[colour + 1][place])
            for place, value in enumerate(values)
            if value
        )
    return plot.drawn(title, description, parts)


class _Plot:
    """The frame of a chart and where its values lie."""

    def __init__(self, names: Sequence[str], series: Mapping[str, Sequence[float]], largest: float) -> None:
        if any(len(values) != len(names) for values in series.values()):
            raise ValueError("every series needs one value per place")
        self.names = names
        self.series = list(series)
        self.ticks = ticks(largest)

    def at(self, place: int, value: float) -> tuple[float, float]:
        """Where a value lies; a lone place stands in the middle."""
        span = WIDTH_PX - _LEFT - _RIGHT
        share = place / (len(self.names) - 1) if len(self.names) > 1 else 0.5
        return _LEFT + span * share, _TOP + _PLOT_PX * (1 - value / self.ticks[-1])

    def dot(self, place: int, value: float, colour: int, name: str, height: float | None = None) -> Markup:
        """A point with its value as a tooltip."""
        x, y = self.at(place, value if height is None else height)
        told = element("title", f"{self.names[place]}, {name}: {plain(value)}")
        return element("circle", told, cx=x, cy=y, r=3.5, **colour_class("fill", colour))

    def frame(self) -> Iterator[Markup]:
        """Legend, lines across and names below."""
        yield from legend(self.series, _LEFT)
        for value in self.ticks:
            y = self.at(0, value)[1]
            yield element("line", x1=_LEFT, x2=WIDTH_PX - _RIGHT, y1=y, y2=y, stroke="#999", class_="grid")
            yield text_at(_LEFT - 10, y + 4, plain(value), text_anchor="end", class_="note")
        every = -(-len(self.names) // _NAMES_MAX) or 1
        for place, name in enumerate(self.names):
            if place % every == 0:
                x = self.at(place, 0)[0]
                shown = fitting(name, _NAME_CHARS)
                yield text_at(x, _TOP + _PLOT_PX + 20, shown, text_anchor="middle", class_="note")

    def drawn(self, title: str, description: str, parts: Sequence[Markup]) -> Markup:
        """The finished picture."""
        return drawing(WIDTH_PX, _TOP + _PLOT_PX + _NAME_PX, title, description, parts)
