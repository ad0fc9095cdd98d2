"""Tables of a retrieval run in LaTeX: Table 4 and its costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from modeling.metrics.latex import escape, latex_table, superscript
from modeling.retrieval.evaluate_chance import chance_lines
from modeling.retrieval.evaluate_costs import COST_NOTE, LATENCY_NOTE, cost_rows, latency_rows
from modeling.retrieval.evaluate_table import LETTERS_NOTE, PAPER_NOTE, SHOWN_CUTS, percent, table_rows
from modeling.retrieval.reference_rows import rows_to_beat
from pipeline.console.format import format_value


def latex_of(results: Mapping[str, Any], split: str) -> str:
    """Table 4 of one split; the same bytes whatever the time that it took."""
    judged = results["splits"][split]
    columns, rows = table_rows(judged)
    beats = {k: judged["significance"][str(k)]["beats"] for k in SHOWN_CUTS}
    body = []
    for name, cells in zip(judged["systems"], rows, strict=True):
        figures = [
            superscript(percent(judged["systems"][name]["scores"]["recall"][k]), beats[k][name]) for k in SHOWN_CUTS
        ]
        body.append([*map(escape, cells[:3]), *figures, *map(escape, cells[3 + len(SHOWN_CUTS) :])])
    body += [[*map(escape, row)] for row in rows_to_beat(judged, SHOWN_CUTS, len(columns))]
    told = [
        f"{judged['n_counted']} mentions with an entity",
        LETTERS_NOTE,
        *chance_lines(results["chance"]),
        PAPER_NOTE,
        *([judged["to_beat"]["note"]] if judged.get("to_beat") else []),
    ]
    caption = f"Candidate retrieval, split {split}: {'. '.join(told)}."
    return latex_table(columns, body, caption=caption, label="tab:retrieval")


def latex_of_costs(costs: Mapping[str, Any]) -> str:
    """What the retrievers cost, and times per search where they were measured."""
    parts = [_plain(*cost_rows(costs), caption=f"Cost {COST_NOTE}.", label="retrieval-cost")]
    if any(one["latency"] for one in costs.values()):
        parts.append(_plain(*latency_rows(costs), caption=f"Searches {LATENCY_NOTE}.", label="retrieval-latency"))
    return "\n".join(parts)


def _plain(columns: Sequence[str], rows: Sequence[Sequence[object]], *, caption: str, label: str) -> str:
    body = [[escape(format_value(cell)) for cell in row] for row in rows]
    return latex_table(columns, body, caption=caption, label=f"tab:{label}")
