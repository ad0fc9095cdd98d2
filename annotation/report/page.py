"""The agreement report as a self-contained page."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from annotation.agreement.gates import GateResult
from annotation.guidelines import rules
from annotation.report import charts, tables
from annotation.report.against_gold import ALL
from annotation.report.browser import Sources, browser_data
from annotation.report.disputed import choose
from annotation.report.findings import AMBIGUITY, CLUE, LENGTH, ORDER, TOPIC, TYPE, WEEK, Findings
from annotation.report.headlines import gate_rows, headline
from annotation.report.told import percent
from pipeline.report.page import page_parts

TEMPLATES = Path(__file__).parent / "templates"
MOST_SHOWN = 1_000
_WEEKS = "By the week (of many weeks, by the month) in which the later of two answers was saved."
_GOLD = (
    "What all marked alike became gold by itself, so these figures flatter; they rank people better than their "
    "partners do."
)
_SLICES = (
    (TOPIC, "By topic", "topic", "Topic of the article; small topics stand together as others."),
    (LENGTH, "By caption length", "words", "Words are runs of letters and digits."),
    (TYPE, "By type", "type", "Each type alone: spans that anyone gave it, and entities where both gave it."),
    (CLUE, "By image clue", "clue", "Spans for which either annotator saw the clue; a mention may have several."),
    (AMBIGUITY, "By class of ambiguity", "class", "Pairs that both annotators put into the class (Figure 2b)."),
)


def agreement_html(
    findings: Findings,
    *,
    most: int = MOST_SHOWN,
    sources: Sources | None = None,
    gates: Sequence[GateResult] = (),
) -> str:
    """The whole report as one page.

    Args:
        findings: What was measured.
        most: Pairs of answers that the disagreement browser shows.
        sources: What it shows of them beside the answers.
        gates: Least figures, held against those measured.
    """
    return "".join(agreement_parts(findings, most=most, sources=sources, gates=gates))


def agreement_parts(
    findings: Findings,
    *,
    most: int = MOST_SHOWN,
    sources: Sources | None = None,
    gates: Sequence[GateResult] = (),
) -> Iterator[str]:
    """The same in pieces."""
    values = {
        **_heads(findings, gates),
        **_people(findings),
        **_gold(findings),
        **_parts(findings),
        **_disagreements(findings, most, sources or Sources()),
        **_method(findings),
    }
    title = f"Agreement of {findings.material.name}"
    yield from page_parts(
        "agreement.html", title=title, values=values, styles=["agreement.css"], scripts=["agreement.js"],
        folder=TEMPLATES,
    )  # fmt: skip


def _heads(findings: Findings, gates: Sequence[GateResult]) -> dict[str, object]:
    agreement = findings.agreement
    facts = dict(agreement.facts)
    n_pairs, n_people = facts["pairs with two answers or more"], facts["annotators"]
    share = len(findings.disputed) / len(findings.pairings)
    subtitle = (
        f"{n_pairs:,} pairs that two of {n_people} annotators answered; in {len(findings.disputed):,} of "
        f"{len(findings.pairings):,} pairs of answers ({share:.1%}) they differ somewhere."
    )
    return {
        "subtitle": subtitle,
        "headlines": [headline(one, gates) for one in agreement.headlines()],
        "gate_rows": gate_rows(gates, agreement.measures),
        "gate_columns": tables.columns("definition", "verdict", "wanted, %", "figure, %", "95 % interval", n_text=2),
        "definitions_chart": charts.definitions_chart(agreement.measures),
        "sensitivity": tables.sensitivity_rows(agreement.measures),
        "coefficients": [name for _, name in tables.COEFFICIENTS],
    }


def _people(findings: Findings) -> dict[str, object]:
    pooled = {one.definition: one for one in findings.agreement.measures}
    names = ("annotators", "pairs of answers", "items", "observed, %", "kappa, %", "95 % interval")
    sections = [
        {
            "id": id_,
            "name": charts.NAMES[id_],
            "heat": charts.pairs_chart(table),
            "forest": charts.people_chart(id_, findings.people[id_], pooled[id_]),
            "mean": percent(table.weighted_mean),
            "pooled": percent(pooled[id_].main.value),
            "n_undefined": table.n_undefined,
            "rows": tables.pair_rows(table),
        }
        for id_, table in findings.pairs.items()
    ]
    repeats = tables.measure_rows(findings.agreement.repeats)
    columns = ("definition", "items", "observed, %", "figure, %", "95 % interval")
    return {
        "people": sections,
        "pair_columns": tables.columns(*names),
        "repeat_rows": repeats,
        "measure_columns": tables.columns(*columns),
        "clue_rows": tables.measure_rows(findings.clues),
    }


def _gold(findings: Findings) -> dict[str, object]:
    found = findings.accuracy
    if found is None:
        return {"gold_rows": []}
    whole = {name: measures for name, measures in found.people.items() if name != ALL}
    return {
        "gold_told": f"{found.n_pairs:,} pairs of gold.jsonl; the chart has F1 of spans with their entities. {_GOLD}",
        "gold_chart": charts.gold_chart(whole, found.people[ALL]),
        "gold_columns": tables.gold_columns("annotator"),
        "gold_rows": tables.gold_rows(found.people),
        "clue_accuracy": [] if found.clues is None else tables.slice_rows(found.clues),
        "clue_columns": [] if found.clues is None else tables.slice_columns("image clue", found.clues),
        "check_rows": tables.precision_rows(found.checks),
        "check_columns": tables.columns("check", "rule", "findings", "gold has it otherwise", "share, %", n_text=2),
    }


def _parts(findings: Findings) -> dict[str, object]:
    drifts = [(ORDER, "Over the campaign", "part", "Equal parts, in the order in which people worked."),
              (WEEK, "Over time", "week", _WEEKS)]  # fmt: skip
    return {
        "drifts": [
            {
                "heading": heading, "told": told, "chart": charts.drift_chart(heading, findings.slices[name]),
                "columns": tables.slice_columns(word, findings.slices[name]),
                "rows": tables.slice_rows(findings.slices[name]),
            }
            for name, heading, word, told in drifts if name in findings.slices
        ],
        "slices": [
            {
                "heading": heading, "told": told, "chart": charts.slices_chart(heading, findings.slices[name]),
                "columns": tables.slice_columns(word, findings.slices[name]),
                "rows": tables.slice_rows(findings.slices[name]),
            }
            for name, heading, word, told in _SLICES if name in findings.slices
        ],
        "effort_rows": tables.effort_rows(findings.effort),
        "effort_columns": tables.columns(
            "annotator", "answers", "with times", "median, s", "four fifths within, s", "hours", "under 2 s", "share"
        ),
    }  # fmt: skip


def _disagreements(findings: Findings, most: int, sources: Sources) -> dict[str, object]:
    shown = choose(findings.disputed, most, findings.sampling.seed)
    data = browser_data(shown, sources)
    n = len(findings.disputed)
    told = f"All {n:,} pairs of answers that differ."
    if len(shown) < n:
        told = (
            f"{len(shown):,} of the {n:,} pairs of answers that differ: every class gave one in turn, so that "
            f"rare classes are not lost; shares are not those of the campaign. disagreements.jsonl has all {n:,}; "
            f"--disagreements {n} would show them."
        )
    if data.n_without:
        told += f" {data.n_without:,} pictures were left out, because the page would grow too large."
    return {
        "types_chart": charts.types_chart(findings.agreement.confusion),
        "class_rows": tables.class_rows(findings.classes),
        "class_columns": [("class", False), ("meaning", False), ("should be settled by", False), ("n", True),
                          ("share", True), ("in pairs of answers", True)],
        "guideline_rows": tables.guideline_rows(findings.agreement.guidelines, rules(findings.material.title_policy)),
        "guideline_columns": [("guideline", False), ("what it says", False), ("of which", False), ("n", True),
                              ("share", True), ("in pairs of answers", True)],
        "browser_told": told,
        "n_shown": len(shown),
        "has_pictures": data.n_pictures > 0,
        "block": data.block,
    }  # fmt: skip


def _method(findings: Findings) -> dict[str, object]:
    facts, files = tables.facts_rows(findings.agreement.facts, findings.agreement.digests)
    sampling = findings.sampling
    told = f"{sampling.method}, level {sampling.level:.0%}, seed {sampling.seed}, {sampling.draws:,} draws"
    return {"facts": [*facts, ["intervals", told]], "files": files}
