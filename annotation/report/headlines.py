"""The head of the agreement report: two figures, paper, gates."""

from collections.abc import Sequence

from annotation.agreement.gates import GateResult
from annotation.agreement.measures import Measure
from annotation.agreement.registry import definition_named
from annotation.report import charts
from annotation.report.tables import Row
from annotation.report.told import DASH, interval, percent, undefined

Verdict = tuple[str, str]
"""A sign (good, bad, even, none) and a sentence."""


def headline(one: Measure, gates: Sequence[GateResult]) -> dict[str, object]:
    """A headline figure with its definition, the paper's figure, and the gates that hold for it."""
    definition, figure = definition_named(one.definition), one.main
    return {
        "id": one.definition,
        "name": charts.NAMES[one.definition].capitalize(),
        "value": percent(figure.value),
        "undefined": "" if figure.value is not None else undefined(figure),
        "interval": interval(figure.interval),
        "observed": percent(one.observed),
        "n": f"{one.n:,}",
        "sentence": definition.sentence,
        "paper": percent(definition.paper),
        "verdict": verdict(one, definition.paper),
        "gates": [gate_verdict(each, one) for each in gates if each.gate.definition == one.definition],
        "notes": one.notes,
    }


def verdict(one: Measure, paper: float | None) -> Verdict:
    """The figure against the paper's."""
    value, limits = one.main.value, one.main.interval
    if value is None or paper is None:
        return "none", "nothing to hold against the paper's figure"
    if limits is None:
        return ("good", "at least the paper's figure") if value >= paper else ("bad", "below the paper's figure")
    if limits.low > paper:
        return "good", "above the paper's figure, interval and all"
    if limits.high < paper:
        return "bad", "below the paper's figure, interval and all"
    return "even", "the interval holds the paper's figure"


def gate_verdict(result: GateResult, one: Measure) -> Verdict:
    """The figure against a gate: the figure alone decides, the interval says how surely."""
    wanted, limits = percent(result.gate.least), one.main.interval
    if result.value is None:
        return "bad", f"gate {wanted} %: not passed, the figure is undefined"
    if not result.is_passed:
        sure = "" if limits is None or limits.high < result.gate.least else ", though the interval holds it"
        return "bad", f"gate {wanted} %: not passed{sure}"
    if limits is not None and limits.low < result.gate.least:
        return "even", f"gate {wanted} %: passed, but the interval goes below it"
    return "good", f"gate {wanted} %: passed"


def gate_rows(results: Sequence[GateResult], measures: Sequence[Measure]) -> list[Row]:
    """All gates: what was asked, what was found."""
    by_id = {one.definition: one for one in measures}
    rows: list[Row] = []
    for each in results:
        limits = by_id[each.gate.definition].main.interval
        told = gate_verdict(each, by_id[each.gate.definition])[1].partition(": ")[2]
        figure = DASH if each.value is None else percent(each.value)
        rows.append([each.gate.definition, told, percent(each.gate.least), figure, interval(limits)])
    return rows
