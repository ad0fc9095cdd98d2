"""Charts of the agreement report."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from annotation.agreement.annotators import PairCell, PairTable
from annotation.agreement.measures import Measure
from annotation.agreement.registry import EL_HEADLINE, MD_HEADLINE, definition_named
from annotation.report.slices import SliceTable
from annotation.report.told import estimate, interval, percent, undefined
from pipeline.formats.mention_types import TYPES
from pipeline.report.interval_charts import Estimate, Mark, forest, interval_series
from pipeline.report.matrix_charts import Axes, HeatCell, confusion_matrix, heat_map

COLOURS = {MD_HEADLINE: 0, EL_HEADLINE: 1}
NAMES = {MD_HEADLINE: "mention detection", EL_HEADLINE: "entity linking"}
NOT_MARKED = "not marked"
_LABELS = {"md.span.f1": "F1 of spans", "el.linked.f1": "F1 of links", MD_HEADLINE: "MD", EL_HEADLINE: "EL"}


def definitions_chart(measures: Sequence[Measure]) -> Markup:
    """All definitions on one scale, with the paper's two figures."""
    rows = [estimate(one.definition, one, int(one.definition.startswith("el."))) for one in measures]
    marks = [
        Mark(f"paper {name} {percent(paper)}", 100 * paper)
        for name, paper in (("EL", definition_named(EL_HEADLINE).paper), ("MD", definition_named(MD_HEADLINE).paper))
        if paper is not None
    ]
    return forest(
        "The same answers under every definition",
        "Kappa or F1 in per cent with 95 % interval; the table below has every figure.",
        rows,
        marks,
    )


def pairs_chart(table: PairTable) -> Markup:
    """Each two annotators."""
    names = sorted({name for cell in table.cells for name in (cell.left, cell.right)})
    values = {(cell.left, cell.right): _heat_cell(cell) for cell in table.cells}
    told = "Kappa in per cent, its 95 % interval and the number of items; the table below has the same figures."
    return heat_map(f"{table.definition} of each two annotators", told, names, values)


def people_chart(id_: str, people: Mapping[str, Measure], pooled: Measure) -> Markup:
    """Each annotator against all partners, the lowest last."""
    order = sorted(people, key=lambda name: (-_value(people[name]), name))
    rows = [estimate(name, people[name], COLOURS[id_]) for name in order]
    paper = definition_named(id_).paper
    marks = [] if pooled.main.value is None else [Mark(f"all {percent(pooled.main.value, 1)}", 100 * pooled.main.value)]
    marks += [] if paper is None else [Mark(f"paper {percent(paper)}", 100 * paper)]
    told = "Kappa in per cent against all partners, with 95 % interval."
    return forest(f"{id_} of each annotator", told, rows, marks)


def gold_chart(people: Mapping[str, Sequence[Measure]], whole: Sequence[Measure]) -> Markup:
    """Everybody against gold: links found, the best first."""
    order = sorted(people, key=lambda name: (-_value(people[name][-1]), name))
    rows = [estimate(name, people[name][-1], 1) for name in order]
    value = whole[-1].main.value
    marks = [] if value is None else [Mark(f"all {percent(value, 1)}", 100 * value)]
    return forest("Spans and entities against gold", "F1 in per cent with 95 % interval.", rows, marks)


def slices_chart(title: str, table: SliceTable) -> Markup:
    """Parts of a campaign, one below the other, a row for each definition."""
    rows = [
        estimate(f"{one.name} · {_LABELS[id_]}", measure, at)
        for one in table.slices
        for at, (id_, measure) in enumerate(zip(table.ids, one.measures, strict=True))
    ]
    return forest(title, "Per cent with 95 % interval.", rows)


def drift_chart(title: str, table: SliceTable) -> Markup:
    """Parts of a campaign in their order."""
    series: dict[str, list[Estimate]] = {
        f"{id_} ({NAMES[id_]})": [estimate(f"{one.name}, {_LABELS[id_]}", one.measures[at], at) for one in table.slices]
        for at, id_ in enumerate(table.ids)
    }
    told = "Kappa in per cent with 95 % interval, in order; the table below has every figure."
    return interval_series(title, told, [one.name for one in table.slices], series)


def types_chart(table: Sequence[Sequence[int]]) -> Markup:
    """Types of the two slots against each other."""
    names = [*TYPES, NOT_MARKED]
    axes = Axes(names, names, "slot 1", "slot 2")
    return confusion_matrix(
        "Types of both annotators",
        "Spans by the type of slot 1 (rows) and of slot 2 (columns), with the share of the row.",
        axes,
        table,
    )


def _heat_cell(cell: PairCell) -> HeatCell:
    figure = cell.measure.main
    if figure.value is None:
        return HeatCell(None, (f"n {cell.measure.n:,}",), undefined(figure))
    limits = figure.interval
    lines = [] if limits is None else [f"{percent(limits.low, 0)}–{percent(limits.high, 0)}"]
    told = f"{percent(figure.value)} {interval(limits)}, {cell.measure.n:,} items, {cell.measure.n_pairings:,} pairs"
    return HeatCell(100 * figure.value, (*lines, f"n {cell.measure.n:,}"), told)


def _value(measure: Measure) -> float:
    return -2.0 if measure.main.value is None else measure.main.value
