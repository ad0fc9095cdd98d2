"""Statistics of a data set as a self-contained page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotation.report.statistics_charts import statistics_charts
from pipeline.report.page import render_page

TEMPLATES = Path(__file__).parent / "templates"
_BARS = [("", False), ("n", True), ("share", True), ("paper", True)]
_READINGS = [
    ("reading", False),
    ("what is counted", False),
    ("n", True),
    ("of", True),
    ("value", True),
    ("paper", True),
]
Value = Mapping[str, Any]
Section = dict[str, object]


def statistics_html(name: str, found: Mapping[str, Any]) -> str:
    """Tables 2, 3, 7, Figures 2 and 4 and the measures of section 4.3 on one page.

    Args:
        name: Of the data set.
        found: What `dataset_statistics` found.
    """
    drawn = statistics_charts(found)
    values = {"subtitle": _subtitle(found), "sections": _sections(found, drawn)}
    title = f"Statistics of {name}"
    return render_page("statistics.html", title=title, values=values, styles=["agreement.css"], folder=TEMPLATES)


def _subtitle(found: Mapping[str, Any]) -> str:
    total = found["table_3"][-1]
    mentions = total["mentions_per_pair"]
    return (
        f"{total['n_pairs']:,} pairs, {mentions['n']:,} mentions. The paper's figures (WikiDiverse) stand beside ours; "
        "where it can be read in two ways, both readings are here."
    )


def _sections(found: Mapping[str, Any], drawn: Mapping[str, object]) -> list[Section]:
    clues, counts, difference = found["table_7"], found["figure_4b"], found["surface_difference"]
    suggested = found.get("figure_2b_suggested", ())
    return [
        _section("Table 3: splits", "Words under both readings; the total counts every pair once.", [_splits(found)]),
        _section(
            "Table 2: difficulty", _DIFFICULTY, [_bars("Pairs", found["table_2"])], drawn.get("table-2-difficulty"),
        ),
        _section(
            "Section 4.3: surface and title", "NIL and mentions without a title are left out.",
            [_readings("Surface and title differ", difference["different"]),
             _readings("They share no word", difference["totally_different"]),
             _bars("Similarity of their words (Jaccard)", difference["similarity"])],
            drawn.get("surface-difference"), drawn.get("surface-similarity"),
        ),
        _section("Figure 2(a): topics", "", [_bars("Pairs", found["figure_2a"])], drawn.get("figure-2a-topics")),
        _section(
            "Figure 2(b): kinds of ambiguity", _ambiguity_told(found),
            [_bars("Labelled by persons", found["figure_2b"]),
             _bars("The same by mention: a mention has the class of its pair", _if_other(found)),
             _bars("Suggested by form alone", suggested)],
            drawn.get("figure-2b-ambiguity"), drawn.get("figure-2b-ambiguity-suggested"),
        ),
        _section("Figure 4(a): types", "", [_bars("Mentions", found["figure_4a"])], drawn.get("figure-4a-types")),
        _section(
            "Figure 4(b): candidates of a mention",
            f"{counts['n_unknown']:,} mentions were not looked up, and are in no row." if counts["n_unknown"] else "",
            [_bars("Mentions", counts["buckets"]), _readings("Shares that the text names", counts["readings"])],
            drawn.get("figure-4b-candidates"),
        ),
        _section("Table 7: visual clues", _clues_told(clues), _clues(clues), drawn.get("table-7-visual-clues")),
    ]  # fmt: skip


_DIFFICULTY = (
    "The paper does not define its classes. Ours: no = no mention; easy = every mention equals its title, case apart; "
    "hard = all others, NIL among them."
)


def _section(heading: str, told: str, tables: Sequence[Section], *charts: object) -> Section:
    drawn = [chart for chart in charts if chart is not None]
    return {"heading": heading, "told": told, "tables": [one for one in tables if one["rows"]], "charts": drawn}


def _bars(caption: str, bars: Sequence[Value]) -> Section:
    rows = [[one["name"], one["n"], _share(one["share"]), _share(one["paper"])] for one in bars]
    return {"caption": caption, "columns": _BARS, "rows": rows if any(one["n"] for one in bars) else []}


def _readings(caption: str, readings: Sequence[Value]) -> Section:
    rows = [
        [
            str(one["id"]).replace("_", " "),
            one["meaning"],
            one["n"],
            one["of"],
            _share(one["value"]),
            _share(one["paper"]),
        ]
        for one in readings
    ]
    return {"caption": caption, "columns": _READINGS, "rows": rows}


def _splits(found: Mapping[str, Any]) -> Section:
    words = [one["meaning"] for one in found["table_3"][0]["words_per_pair"]]
    columns = ["split", "pairs", "paper", "mentions of a pair", "paper", *(f"words: {one}" for one in words), "paper"]
    rows = [
        [
            row["split"], row["n_pairs"], row["paper_pairs"] or "", _mean(row["mentions_per_pair"]["value"]),
            _mean(row["mentions_per_pair"]["paper"]), *(_mean(one["value"]) for one in row["words_per_pair"]),
            _mean(row["words_per_pair"][0]["paper"]),
        ]
        for row in found["table_3"]
    ]  # fmt: skip
    told = [(name, at > 0) for at, name in enumerate(columns)]
    return {"caption": "Splits", "columns": told, "rows": rows, "last_is_total": True}


def _clues(clues: Mapping[str, Any]) -> list[Section]:
    named = [{**row[name], "id": row["clue"]} for name in ("of_all", "of_helped") for row in clues["rows"]]
    tables = [
        _readings("Kinds of clue under both denominators", named),
        _readings("Mentions and pairs with a clue", [clues["helped_mentions"], clues["helped_pairs"]]),
    ]
    return tables if clues["helped_mentions"]["of"] else []


def _if_other(found: Mapping[str, Any]) -> Sequence[Value]:
    """Figure 2(b) by mention, where it is not the same as by label."""
    by_mention: Sequence[Value] = found.get("figure_2b_by_mention", ())
    return by_mention if by_mention != found["figure_2b"] else ()


def _clues_told(clues: Mapping[str, Any]) -> str:
    if not clues["helped_mentions"]["of"]:
        return "No mention of this data set is labelled for visual clues."
    told = "The paper's shares sum to 105.4 %, as a mention may have several clues; both denominators are here."
    return told + (f" {clues['n_unlabelled']:,} mentions are not labelled." if clues["n_unlabelled"] else "")


def _ambiguity_told(found: Mapping[str, Any]) -> str:
    told = "The paper had 200 pairs labelled by hand. What form alone suggests is no label: a person has the last word."
    return told if any(one["n"] for one in found["figure_2b"]) else f"{told} No mention here is labelled by a person."


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f} %"


def _mean(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
