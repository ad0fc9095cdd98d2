"""Tables of the agreement report: columns and rows for the page."""

from collections.abc import Iterable, Mapping, Sequence

from annotation.agreement.annotators import PairTable
from annotation.agreement.measures import Measure
from annotation.agreement.registry import DEFINITIONS, definition_named
from annotation.checks.precision import Precision
from annotation.checks.registry import CHECKS
from annotation.disagreements import GUIDELINES, MEANINGS, GuidelineCount
from annotation.report.disputed import ClassCount
from annotation.report.effort import Effort
from annotation.report.slices import SliceTable
from annotation.report.told import DASH, figure_text, interval, percent, undefined

Column = tuple[str, bool]
Row = list[object]
COEFFICIENTS = (("pi", "Scott's pi"), ("alpha", "Kripp. alpha"), ("ac1", "Gwet AC1"),
                ("kappa_max", "max kappa"), ("s", "Bennett S"))  # fmt: skip
_NUMBER, _TEXT = True, False


def columns(*names: str, n_text: int = 1) -> list[Column]:
    """Column names; the first `n_text` hold text, the others numbers."""
    return [(name, at >= n_text) for at, name in enumerate(names)]


def sensitivity_rows(measures: Sequence[Measure]) -> list[dict[str, object]]:
    """One row a definition, the refused one with its reason."""
    by_id = {one.definition: one for one in measures}
    rows: list[dict[str, object]] = []
    for definition in DEFINITIONS:
        told = {"id": definition.id, "sentence": definition.sentence, "role": definition.role}
        if definition.refused is not None:
            rows.append({**told, "refused": definition.refused, "paper": ""})
        elif definition.id in by_id:
            rows.append({**told, "refused": "", **_figures(by_id[definition.id])})
    return rows


def _figures(one: Measure) -> dict[str, object]:
    named = {figure.name: figure for figure in one.figures}
    paper = definition_named(one.definition).paper
    is_f1 = one.main.name == "f1"
    return {
        "is_f1": is_f1,
        "n": f"{one.n:,}",
        "observed": percent(one.observed),
        "expected": percent(one.expected),
        "value": percent(one.main.value),
        "undefined": "" if one.main.value is not None else undefined(one.main),
        "interval": interval(one.main.interval),
        "asymptotic": interval(one.main.asymptotic_interval),
        "others": ["" if is_f1 else percent(named[name].value) for name, _ in COEFFICIENTS],
        "left_out": f"{one.n_left_out:,}" if one.n_left_out else "",
        "paper": percent(paper) if paper is not None else "",
        "notes": one.notes,
    }


def pair_rows(table: PairTable) -> list[Row]:
    """Each two annotators."""
    return [
        [
            f"{cell.left} and {cell.right}", cell.measure.n_pairings, cell.measure.n, percent(cell.measure.observed),
            figure_text(cell.measure.main), interval(cell.measure.main.interval),
        ]
        for cell in table.cells
    ]  # fmt: skip


def slice_rows(table: SliceTable) -> list[Row]:
    """Parts with items, figure and interval under each definition."""
    return [
        [
            one.name,
            one.n_pairings,
            *(
                cell
                for measure in one.measures
                for cell in (measure.n, figure_text(measure.main), interval(measure.main.interval))
            ),
        ]
        for one in table.slices
    ]


def slice_columns(first: str, table: SliceTable) -> list[Column]:
    """Their names."""
    figures = [name for id_ in table.ids for name in (f"{id_}: n", "figure, %", "95 % interval")]
    return columns(first, "pairs of answers", *figures)


def gold_columns(first: str) -> list[Column]:
    """Columns of `gold_rows`."""
    return columns(first, "spans, both sides", "F1 of spans, %", "95 % interval", "F1 of links, %", "95 % interval")


def gold_rows(found: Mapping[str, Sequence[Measure]]) -> list[Row]:
    """Everybody against gold, all together last."""
    return [
        [
            name,
            measures[0].n,
            *(cell for one in measures for cell in (figure_text(one.main), interval(one.main.interval))),
        ]
        for name, measures in found.items()
    ]


def precision_rows(found: Iterable[Precision]) -> list[Row]:
    """Heuristic checks by how often gold says otherwise than the annotator."""
    rules = {check.id: check.rule for check in CHECKS}
    return [[one.check, rules[one.check], one.n, one.n_confirmed, percent(one.value)] for one in found]


def measure_rows(measures: Iterable[Measure]) -> list[Row]:
    """Any measures, a row each."""
    return [
        [one.definition, one.n, percent(one.observed), figure_text(one.main), interval(one.main.interval)]
        for one in measures
    ]


def class_rows(classes: Sequence[ClassCount]) -> list[Row]:
    """Classes of disagreement with what they mean."""
    total = sum(one.n for one in classes)
    return [
        [
            one.kind.value.replace("_", " "), MEANINGS[one.kind], guideline_name(GUIDELINES[one.kind]), one.n,
            f"{one.n / total:.1%}", one.n_pairings,
        ]
        for one in classes
    ]  # fmt: skip


def guideline_rows(counts: Sequence[GuidelineCount], rules: Sequence[str]) -> list[Row]:
    """Guidelines, the worst first, with their words."""
    total = sum(one.n for one in counts)
    return [
        [
            guideline_name(one.guideline),
            rules[one.guideline - 1] if one.guideline is not None and one.guideline <= len(rules) else
            "no rule would have settled it: an entity is missing, or a list of meanings was chosen",
            ", ".join(f"{kind.replace('_', ' ')} {n:,}" for kind, n in one.kinds),
            one.n, f"{one.n / total:.1%}", one.n_pairings,
        ]
        for one in counts
    ]  # fmt: skip


def guideline_name(number: int | None) -> str:
    """Rule 1 to 7, or form."""
    return "form" if number is None else f"rule {number}"


def effort_rows(rows: Sequence[Effort]) -> list[Row]:
    """People with their seconds; the last row is all together."""
    return [
        [
            one.name, one.n_answers, one.n_timed, f"{one.median_s:.1f}", f"{one.low_s:.1f} to {one.high_s:.1f}",
            f"{one.hours:.1f}", one.n_fast, f"{one.n_fast / one.n_timed:.1%}",
        ]
        for one in rows
    ]  # fmt: skip


def facts_rows(facts: Iterable[tuple[str, object]], files: Mapping[str, str]) -> tuple[list[Row], list[Row]]:
    """How it was measured, and hashes of the files."""
    told: list[Row] = [[name, f"{value:,}" if isinstance(value, int) else value] for name, value in facts]
    return told, [[name, digest or DASH] for name, digest in sorted(files.items())]
