"""The agreement report as a self-contained page."""

from collections.abc import Iterator
from pathlib import Path

from annotation.agreement.measures import Measure
from annotation.agreement.registry import definition_named
from annotation.guidelines import rules
from annotation.report import charts, tables
from annotation.report.browser import Thumbnails, browser_data
from annotation.report.disputed import choose
from annotation.report.findings import LENGTH, ORDER, TOPIC, TYPE, WEEK, Findings
from annotation.report.told import interval, percent, undefined
from pipeline.report.page import page_parts

TEMPLATES = Path(__file__).parent / "templates"
MOST_SHOWN = 1_000
_WEEKS = "By the week (of many weeks, by the month) in which the later of two answers was saved."
_SLICES = (
    (TOPIC, "By topic", "topic", "Topic of the article; small topics stand together as others."),
    (LENGTH, "By caption length", "words", "Words are runs of letters and digits."),
    (TYPE, "By type", "type", "Each type alone: spans that anyone gave it, and entities where both gave it."),
)


def agreement_html(findings: Findings, *, most: int = MOST_SHOWN, thumbnails: Thumbnails | None = None) -> str:
    """The whole report as one page.

    Args:
        findings: What was measured.
        most: Pairs of answers that the disagreement browser shows.
        thumbnails: Where its pictures come from.
    """
    return "".join(agreement_parts(findings, most=most, thumbnails=thumbnails))


def agreement_parts(
    findings: Findings, *, most: int = MOST_SHOWN, thumbnails: Thumbnails | None = None
) -> Iterator[str]:
    """The same in pieces."""
    values = {
        **_heads(findings),
        **_people(findings),
        **_parts(findings),
        **_disagreements(findings, most, thumbnails),
        **_method(findings),
    }
    title = f"Agreement of {findings.material.name}"
    yield from page_parts(
        "agreement.html", title=title, values=values, styles=["agreement.css"], scripts=["agreement.js"],
        folder=TEMPLATES,
    )  # fmt: skip


def _heads(findings: Findings) -> dict[str, object]:
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
        "headlines": [_headline(one) for one in agreement.headlines()],
        "definitions_chart": charts.definitions_chart(agreement.measures),
        "sensitivity": tables.sensitivity_rows(agreement.measures),
        "coefficients": [name for _, name in tables.COEFFICIENTS],
    }


def _headline(one: Measure) -> dict[str, object]:
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
        "verdict": _verdict(one, definition.paper),
        "notes": one.notes,
    }


def _verdict(one: Measure, paper: float | None) -> tuple[str, str]:
    """A sign and a sentence: against the paper's figure."""
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
            for name, heading, word, told in _SLICES
        ],
        "effort_rows": tables.effort_rows(findings.effort),
        "effort_columns": tables.columns(
            "annotator", "answers", "with times", "median, s", "four fifths within, s", "hours", "under 2 s", "share"
        ),
    }  # fmt: skip


def _disagreements(findings: Findings, most: int, thumbnails: Thumbnails | None) -> dict[str, object]:
    shown = choose(findings.disputed, most, findings.sampling.seed)
    data = browser_data(shown, thumbnails)
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
