"""Figures of a data set as charts, by name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from annotation.statistics.ambiguity import AMBIGUITIES, suggest_ambiguity
from annotation.statistics.readings import LabelledPair, bars
from pipeline.report import charts
from pipeline.report.charts import Bar

NOT_SUGGESTED = "none suggested"
Value = Mapping[str, Any]


def statistics_charts(found: Mapping[str, Any]) -> dict[str, Markup]:
    """Name -> chart, for what `dataset_statistics` found; those without a single case are left out."""
    difference = found["surface_difference"]
    drawn = {
        "table-2-difficulty": _distribution("Difficulty of captions (Table 2)", found["table_2"]),
        "table-7-visual-clues": _clues(found["table_7"]["rows"]),
        "figure-2a-topics": _distribution("Pairs by topic (Figure 2a)", found["figure_2a"]),
        "figure-2b-ambiguity": _distribution("Kinds of ambiguity (Figure 2b), labelled by persons", found["figure_2b"]),
        "figure-2b-ambiguity-suggested": _distribution(
            "Mentions by kind of ambiguity (Figure 2b), as form alone suggests", found.get("figure_2b_suggested", ())
        ),
        "figure-4a-types": _distribution("Mentions by type (Figure 4a)", found["figure_4a"]),
        "figure-4b-candidates": _distribution("Mentions by candidates (Figure 4b)", found["figure_4b"]["buckets"]),
        "surface-difference": _readings(
            "Surfaces that differ from the title (section 4.3)",
            [*_named(difference["different"], "differ"), *_named(difference["totally_different"], "no word shared")],
        ),
        "surface-similarity": _distribution("Mentions by similarity of surface and title", difference["similarity"]),
    }
    return {name: chart for name, chart in drawn.items() if chart is not None}


def suggested_ambiguity(pairs: Iterable[LabelledPair]) -> list[dict[str, Any]]:
    """Figure 2(b) as form alone suggests it, for linked mentions; a person has the last word."""
    kinds = (
        suggest_ambiguity(one.surface, one.entity) or NOT_SUGGESTED
        for pair in pairs
        for one in pair.mentions
        if one.entity is not None
    )
    order = (*AMBIGUITIES, NOT_SUGGESTED)
    return [{"name": one.name, "n": one.n, "share": one.share, "paper": one.paper} for one in bars(kinds, order)]


def share(value: float | None, paper: float | None) -> str:
    """A share in per cent with the paper's beside it."""
    shown = "–" if value is None else f"{value:.1%}"
    return shown if paper is None else f"{shown} (paper {paper:.1%})"


def _distribution(title: str, values: Sequence[Value]) -> Markup | None:
    if not any(one["n"] for one in values):
        return None
    rows = [Bar(one["name"], 100 * one["share"], _note(one)) for one in values]
    return charts.bars(title, "Share in per cent, with the number of cases.", rows)


def _note(one: Value) -> str:
    """A label has no room for all three: beside the paper's share the number of cases stands in the table."""
    shown = share(one["share"], one["paper"])
    return shown if one["paper"] is not None else f"{one['n']:,}, {shown}"


def _clues(rows: Sequence[Value]) -> Markup | None:
    if not any(row["of_all"]["n"] for row in rows):
        return None
    drawn = [
        Bar(
            f"{row['clue']}, {told}",
            100 * (row[name]["value"] or 0.0),
            share(row[name]["value"], row[name]["paper"]),
            at,
        )
        for row in rows
        for at, (name, told) in enumerate((("of_all", "of all labelled"), ("of_helped", "of those with a clue")))
    ]
    told = "Per cent of mentions under both denominators: the paper's shares sum to 105.4 %, so clues overlap."
    return charts.bars("Visual clues (Table 7)", told, drawn)


def _readings(title: str, rows: Sequence[Value]) -> Markup | None:
    if not any(row["of"] for row in rows):
        return None
    drawn = [Bar(row["label"], 100 * (row["value"] or 0.0), share(row["value"], row["paper"])) for row in rows]
    return charts.bars(title, "Per cent of linked mentions under each way to compare.", drawn)


def _named(rows: Sequence[Value], name: str) -> list[dict[str, Any]]:
    return [{**row, "label": f"{name}: {str(row['id']).replace('_', ' ')}"} for row in rows]
