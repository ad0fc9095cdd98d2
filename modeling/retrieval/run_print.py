"""A retrieval run in the terminal: plan, Table 4, intervals, costs."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from modeling.metrics.outcomes import CUTS
from modeling.retrieval.evaluate_chance import chance_lines
from modeling.retrieval.evaluate_costs import COST_NOTE, LATENCY_NOTE, cost_rows, latency_rows
from modeling.retrieval.evaluate_table import (
    LETTERS_NOTE,
    PAPER_CUTS,
    PAPER_NOTE,
    SHOWN_CUTS,
    interval_rows,
    percent,
    row_of,
    table_rows,
)
from modeling.retrieval.fusion_told import fusion_lines
from modeling.retrieval.reference_rows import rows_to_beat
from modeling.retrieval.registry import options_of
from modeling.retrieval.run_inputs import Inputs
from modeling.retrieval.run_options import RunOptions
from pipeline.console.format import format_count, format_duration, printable
from pipeline.console.summary import print_summary, print_table

GROUP_CUT = 10
_NARROW = {"modality": "kind", **{f"paper@{k}": f"paper @{k}" for k in PAPER_CUTS}}
"""Heads of columns that must be short in a terminal, or have a place to break."""
COMPAT_NOTE = (
    "authors': a candidate is right when its title is that of gold, hyphens and underscores being spaces; equal titles "
    "count once before the cut; NIL is left out in both"
)


def print_plan(inputs: Inputs, options: RunOptions, rows: Sequence[tuple[str, str, float | None]]) -> None:
    """What a run would do, and how long that took the last time."""
    counts = {f"mentions of {split}": len(inputs.mentions[split]) for split in options.searched}
    print_summary(
        "Nothing is written: this is a dry run",
        {"entities": len(inputs.entities), "candidates asked of each retriever": options.depth, **counts},
    )
    _say()
    told = [(name, what, "not known" if seconds is None else format_duration(seconds)) for name, what, seconds in rows]
    print_table(("retriever", "what would be done", "as an earlier run took"), told)
    usable = [name for name, what, _ in rows if name not in options.runs and not what.startswith("skip")]
    if known := [(name, one) for name in usable for one in options_of(name)]:
        _say()
        given = options.options
        lines = [
            (f"{name}.{one.name}", given.get(name, {}).get(one.name, one.default), one.meaning) for name, one in known
        ]
        print_table(("--option", "value", "meaning"), lines)


def print_results(results: Mapping[str, Any], options: RunOptions, *, groups: bool, out: Path) -> None:
    """Everything that a person wants to see at the end."""
    for number, (split, judged) in enumerate(results["splits"].items()):
        if number:
            _say()
        _print_table_4(split, results)
        if split == results["manifest"]["dev_split"] and results["manifest"]["fusions"]:
            _say(f"fused rows were tuned on this very split, {split}: they are no test\n")
        if options.judging.draws:
            columns, rows = interval_rows(judged)
            _table("95 % intervals, in per cent", columns, rows)
            _say()
        if options.judging.compat:
            _print_compat(judged)
        if groups:
            _print_groups(judged)
        _print_only(judged)
    _print_costs(results["costs"])
    _print_fusions(results["manifest"]["fusions"])
    for name, reason in results["manifest"]["skipped"].items():
        _say(f"left out: {name}: {printable(reason)}")
    told = results["manifest"]
    chosen, k = told["candidates"]["system"], told["candidates"]["k"]
    n_rows = format_count(told["rows"]["candidates"])
    _say(f"candidates: {out / 'candidates'}: {n_rows} rows, {k} of {chosen} for each mention")


def _print_table_4(split: str, results: Mapping[str, Any]) -> None:
    judged = results["splits"][split]
    columns, rows = table_rows(judged)
    n, nil, outside = judged["n_counted"], judged["n_nil"], judged["n_outside_catalog"]
    title = f"Table 4: candidate retrieval, split {split}, {format_count(n)} mentions (without {nil} NIL), in per cent"
    columns = [_NARROW.get(name, name) for name in columns]
    _table(title, columns, [*rows, *rows_to_beat(judged, SHOWN_CUTS, len(columns))])
    if judged.get("to_beat"):
        _say(judged["to_beat"]["note"])
    if outside:
        _say(f"{outside} gold entities are not in the catalog: no system can find them, and they count as missed")
    if not n:
        _say("no mention of this split has an entity: there is nothing to score")
    short = _short_lines(judged, results["manifest"]["runs"])
    for line in (*short, LETTERS_NOTE, *chance_lines(results["chance"]), PAPER_NOTE):
        _say(line)
    _say()


def _short_lines(judged: Mapping[str, Any], runs: Collection[str]) -> Iterator[str]:
    """What a run file with short lists cannot tell."""
    for name in runs:
        if 0 < (longest := judged["systems"][name]["longest"]) < max(CUTS):
            beyond = ", ".join(f"R@{k}" for k in CUTS if k > longest)
            yield f"{name}: its file holds at most {longest} candidates of a mention, so {beyond} is R@{longest}"


def _print_compat(judged: Mapping[str, Any]) -> None:
    rows = []
    for name, one in judged["systems"].items():
        both = ((percent(one["scores"]["recall"][k]), percent(one["compat"][k])) for k in (1, 10, 50, 100))
        rows.append((judged["letters"][name], *(figure for pair in both for figure in pair)))
    columns = ["", *(f"R@{k}{mark}" for k in (1, 10, 50, 100) for mark in ("", " authors'"))]
    _table("R@k by entity, and by titles as the authors' script compares them", columns, rows)
    _say(COMPAT_NOTE)
    _say()


def _print_groups(judged: Mapping[str, Any]) -> None:
    systems = judged["systems"]
    kinds = next(iter(systems.values()))["groups"]
    columns = ["", "group", "n", *(judged["letters"][name] for name in systems)]
    rows = []
    for kind, names in kinds.items():
        for place, (name, one) in enumerate(names.items()):
            figures = [percent(system["groups"][kind][name]["recall"][GROUP_CUT]) for system in systems.values()]
            rows.append(("" if place else kind, name, one["n"], *figures))
    if not rows:
        return
    _table(f"R@{GROUP_CUT} by group, systems by their letters", columns, rows)
    _say()


def _print_only(judged: Mapping[str, Any]) -> None:
    found = judged["only_finds"]
    if len(found) > 1:
        kinds = judged["only_finds_of_modality"]
        named = [
            *((row_of(name).method, one) for name, one in found.items()),
            *((f"any {name}", one) for name, one in kinds.items() if len(kinds) > 1),
        ]
        rows = [(name, *(counts[k] for k in CUTS)) for name, counts in named]
        columns = ("method", *(f"first {k}" for k in CUTS))
        _table("Gold entities that no other single method, or no other kind of method, finds", columns, rows)
        _say()


def _print_costs(costs: Mapping[str, Any]) -> None:
    _table(f"Cost {COST_NOTE}", *cost_rows(costs))
    _say()
    columns, rows = latency_rows(costs)
    if rows:
        _table(f"Searches {LATENCY_NOTE}", columns, rows)
        _say()


def _print_fusions(fusions: Mapping[str, Any]) -> None:
    for name, facts in fusions.items():
        for line in fusion_lines(facts):
            _say(f"{row_of(name).method}{line}")


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table under a title that is never wrapped to the table's width."""
    _say(title)
    print_table(columns, rows)


def _say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
