"""Figures in words: per cent, intervals, what stands for nothing."""

from annotation.agreement.coefficients import NO_ITEMS, SINGLE_CATEGORY
from annotation.agreement.measures import Figure, Measure
from pipeline.report.interval_charts import Estimate
from pipeline.stats.intervals import Interval

DASH = "–"
REASONS = {
    NO_ITEMS: "there are no items",
    SINGLE_CATEGORY: "all items have one label, so chance explains all agreement",
}
"""Why a figure is undefined."""


def percent(value: float | None, digits: int = 2) -> str:
    """Per cent without its sign; a dash for None."""
    return DASH if value is None else f"{100 * value:.{digits}f}"


def interval(found: Interval | None, digits: int = 2) -> str:
    """Both limits in brackets; a dash for None."""
    return DASH if found is None else f"[{percent(found.low, digits)}, {percent(found.high, digits)}]"


def figure_text(figure: Figure, digits: int = 2) -> str:
    """The value, or why there is none."""
    return undefined(figure) if figure.value is None else percent(figure.value, digits)


def undefined(figure: Figure) -> str:
    """Why a figure has no value."""
    return f"undefined: {REASONS.get(figure.undefined_reason or '', figure.undefined_reason)}"


def estimate(label: str, measure: Measure, colour: int = 0) -> Estimate:
    """A row of a chart, in per cent."""
    figure = measure.main
    if figure.value is None:
        return Estimate(label, None, note=f"undefined ({(figure.undefined_reason or '').replace('_', ' ')})")
    limits = figure.interval
    low, high = (None, None) if limits is None else (100 * limits.low, 100 * limits.high)
    shown = f"{percent(figure.value, 1)}{'' if limits is None else ' ' + interval(limits, 1)}  n {measure.n:,}"
    return Estimate(label, 100 * figure.value, low, high, shown, colour)
