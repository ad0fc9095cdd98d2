"""Heat maps and confusion matrices as SVG text.

Five depths of one colour, weak enough that the page's text stays readable on all of them, in the light and in the dark;
the value stands in every cell and the whole story in its tooltip.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report.chart_parts import WIDTH_PX, checked, colour_class, fitting, text_at
from pipeline.report.svg import drawing, element

DEPTHS = (0.06, 0.16, 0.28, 0.41, 0.55)
"""How much of the colour shows; 0.55 leaves the text a contrast of 4.5 to 1 on both grounds."""
_LEAST_LABEL_PX, _MOST_LABEL_PX, _CHAR_PX = 48, 150, 8.0
_MOST_CELL_PX, _LINE_PX, _PAD_PX, _GAP_PX = 96.0, 13.0, 15.0, 2.0
_AXIS_PX, _HEAD_PX, _LEGEND_PX, _SWATCH_PX = 22.0, 22.0, 34.0, 12.0
_ROOM_FOR_ALL_PX, _ROOM_FOR_ONE_PX = 46.0, 26.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a matrix.

    Attributes:
        lines: What stands in it, the value first.
        told: Its tooltip.
        depth: How deep its colour is, 0 to 1; None = no colour.
        is_framed: With a frame, such as the cells of the diagonal.
    """

    lines: tuple[str, ...]
    told: str
    depth: float | None = None
    is_framed: bool = False


@dataclass(frozen=True, slots=True)
class Axes:
    """Names of rows and columns, and what both are."""

    rows: Sequence[str]
    columns: Sequence[str]
    row_title: str = ""
    column_title: str = ""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A value with the lines that stand below it; None is shown as a dash."""

    value: float | None
    lines: tuple[str, ...] = ()
    told: str = ""


def heat_map(title: str, description: str, names: Sequence[str], values: Mapping[tuple[str, str], HeatCell]) -> Markup:
    """Values of two names each, the same above and below the diagonal.

    Args:
        title: Of the picture.
        description: For readers who do not see it.
        names: In the order of rows and columns.
        values: (name, name) -> value, each pair once in either order.
    """
    defined = [one.value for one in values.values() if one.value is not None]
    low, high = (min(defined), max(defined)) if defined else (0.0, 0.0)
    cells: dict[tuple[int, int], Cell] = {}
    place = {name: at for at, name in enumerate(names)}
    for (left, right), one in values.items():
        depth = None if one.value is None else (one.value - low) / (high - low) if high > low else 1.0
        shown = "–" if one.value is None else f"{one.value:.1f}"
        cell = Cell((shown, *one.lines), f"{left}, {right}: {one.told or shown}", depth)
        cells[place[left], place[right]] = cells[place[right], place[left]] = cell
    step = (high - low) / len(DEPTHS)
    scale = [f"{low + at * step:.1f} to {low + (at + 1) * step:.1f}" for at in range(len(DEPTHS))]
    return matrix(title, description, Axes(names, names), cells, scale if high > low else ())


def confusion_matrix(title: str, description: str, axes: Axes, table: Sequence[Sequence[int]]) -> Markup:
    """Counts with their share of the row; the diagonal is framed."""
    checked(count for row in table for count in row)
    cells = {}
    for at, row in enumerate(table):
        total = sum(row)
        for to, count in enumerate(row):
            share = count / total if total else 0.0
            told = f"{axes.rows[at]}, then {axes.columns[to]}: {count:,}, {share:.1%} of {total:,} in the row"
            lines = (f"{count:,}", f"{share:.0%}") if count else ("0",)
            cells[at, to] = Cell(lines, told, share if count else None, is_framed=at == to)
    steps = [f"{at / len(DEPTHS):.0%} to {(at + 1) / len(DEPTHS):.0%}" for at in range(len(DEPTHS))]
    steps[-1] += " of the row"
    return matrix(title, description, axes, cells, steps)


def matrix(
    title: str, description: str, axes: Axes, cells: Mapping[tuple[int, int], Cell], scale: Sequence[str] = ()
) -> Markup:
    """Cells in rows and columns, with a legend of the colour's depths where `scale` names them."""
    grid = _Grid(axes, max((len(one.lines) for one in cells.values()), default=1), has_legend=bool(scale))
    parts = [*grid.legend(scale), *grid.names()]
    for (row, column), one in cells.items():
        parts += grid.cell(row, column, one)
    return drawing(WIDTH_PX, grid.bottom, title, description, parts)


class _Grid:
    """Where rows and columns lie."""

    def __init__(self, axes: Axes, n_lines: int, *, has_legend: bool) -> None:
        self.axes = axes
        longest = max((len(name) for name in axes.rows), default=0)
        self.label = min(max(_LEAST_LABEL_PX, _CHAR_PX * longest + 14), _MOST_LABEL_PX) + (20 if axes.row_title else 0)
        self.width = min(_MOST_CELL_PX, (WIDTH_PX - self.label) / max(1, len(axes.columns)))
        self.n_lines = n_lines if self.width >= _ROOM_FOR_ALL_PX else int(self.width >= _ROOM_FOR_ONE_PX)
        self.height = _PAD_PX + _LINE_PX * max(1, self.n_lines)
        self.top = (_LEGEND_PX if has_legend else 0) + (_AXIS_PX if axes.column_title else 0) + _HEAD_PX
        self.bottom = self.top + self.height * max(1, len(axes.rows)) + 4

    def legend(self, scale: Sequence[str]) -> Iterator[Markup]:
        x = self.label
        for depth, told in zip(DEPTHS, scale, strict=False):
            yield element(
                "rect", x=x, y=6, width=_SWATCH_PX * 2, height=_SWATCH_PX, rx=2, fill_opacity=depth, stroke="#999",
                stroke_width=0.5, **colour_class("fill", 0),
            )  # fmt: skip
            yield text_at(x + _SWATCH_PX * 2 + 6, 17, told, class_="note small", font_size=11)
            x += _SWATCH_PX * 2 + 24 + 6.2 * len(told)

    def names(self) -> Iterator[Markup]:
        if self.axes.column_title:
            middle = self.label + self.width * len(self.axes.columns) / 2
            y = self.top - _HEAD_PX - 5
            yield text_at(middle, y, self.axes.column_title, text_anchor="middle", class_="note")
        if self.axes.row_title:
            y = self.top + self.height * len(self.axes.rows) / 2
            turn = f"rotate(-90 12 {y:.0f})"
            yield text_at(12, y, self.axes.row_title, text_anchor="middle", class_="note", transform=turn)
        room = max(2, int(self.width / 7.2))
        for at, name in enumerate(self.axes.columns):
            x = self.label + self.width * (at + 0.5)
            tip = element("title", name)
            shown = fitting(name, room)
            yield element("text", shown, tip, x=x, y=self.top - 7, text_anchor="middle")
        for at, name in enumerate(self.axes.rows):
            y = self.top + self.height * (at + 0.5) + 4.5
            yield text_at(self.label - 10, y, fitting(name, 17), text_anchor="end")

    def cell(self, row: int, column: int, one: Cell) -> Iterator[Markup]:
        x, y = self.label + self.width * column, self.top + self.height * row
        depth = 0.0 if one.depth is None else DEPTHS[min(int(one.depth * len(DEPTHS)), len(DEPTHS) - 1)]
        frame = {"stroke": "#5c606b", "class_": "fill-0 frame"} if one.is_framed else {"class_": "fill-0"}
        yield element(
            "rect", element("title", one.told), x=x + _GAP_PX / 2, y=y + _GAP_PX / 2, width=self.width - _GAP_PX,
            height=self.height - _GAP_PX, rx=3, fill_opacity=depth, **{**colour_class("fill", 0), **frame},
        )  # fmt: skip
        shown = one.lines[: self.n_lines]
        first = y + self.height / 2 + 4.5 - _LINE_PX * (len(shown) - 1) / 2
        for at, line in enumerate(shown):
            small = {"class_": "small inert", "font_size": 10.5} if at else {"class_": "inert"}
            yield text_at(x + self.width / 2, first + _LINE_PX * at, line, text_anchor="middle", **small)
