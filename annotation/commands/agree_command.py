"""`agree`: agreement under named definitions, with gates."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from annotation.commands.common import (
    add_project,
    add_project_kb,
    add_seed,
    command_parser,
    count,
    kb_of,
    note,
    percent,
    say,
    say_json,
    table,
)
from pipeline.console.flags import CommandParser

if TYPE_CHECKING:
    from annotation.agreement.gates import GateResult
    from annotation.agreement.measures import Figure, Measure
    from annotation.agreement_report import AgreementReport

BATCHES = ("main", "pilot")
BELOW = 2


def make_parser(name: str = "agree") -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        name,
        "Measure how well annotators agree. Every number has a name: the definition says what an item is. Intervals "
        "come from a bootstrap over articles. With --gate the command ends with code 2 where a figure is below it.",
        "data/annotation/news",
        "data/annotation/news --gate md.token.bio=0.85 el.matched=0.8 --json agreement.json",
    )
    add_project(parser)
    parser.add_argument("--gate", nargs="+", default=[], metavar="ID=LEAST", help="lowest figures that are good enough")
    parser.add_argument("--definition", nargs="+", metavar="ID", help="only these definitions")
    parser.add_argument("--batch", nargs="+", choices=BATCHES, default=["main"], help="main, pilot or both")
    parser.add_argument("--draws", type=count, default=2000, metavar="N", help="bootstrap draws; 0 = no intervals")
    parser.add_argument("--people", action="store_true", help="also each two annotators, and each against the others")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON; - for stdout")
    add_project_kb(parser, "entities are compared behind its redirects")
    add_seed(parser)
    return parser


def main(argv: list[str], name: str = "agree") -> int:
    """Measure, print, write, and judge by the gates."""
    values = make_parser(name).parse_args(argv)
    from annotation.agreement.figures import Sampling
    from annotation.agreement.gates import check_gates, gates_json, read_gate
    from annotation.agreement.registry import REPORTED
    from annotation.agreement_report import measure_project
    from annotation.files import write_json

    ids = tuple(values.definition or REPORTED)
    gates = [read_gate(text) for text in values.gate]
    report = measure_project(
        values.project,
        tuple(dict.fromkeys((*ids, *(one.definition for one in gates)))),
        Sampling(values.draws, values.seed),
        batches=tuple(values.batch),
        kb=kb_of(values, note_down=False),
        with_people=values.people,
    )
    results = check_gates(report.measures, gates)
    told = {**report.to_json(), "gates": gates_json(results)}
    if str(values.json) == "-":
        say_json(told)
    else:
        print_report(report)
        if values.json is not None:
            write_json(values.json, told)
    print_gates(results, note if str(values.json) == "-" else None)
    return 0 if all(one.is_passed for one in results) else BELOW


def print_report(report: "AgreementReport") -> None:
    """The report in the terminal."""
    from annotation.report.told import undefined
    from pipeline.console.summary import print_summary, print_table

    print_summary("Agreement", report.facts)
    for one in report.headlines():
        figure = one.main
        told = report.definition(one.definition)
        paper = f"; the paper has {percent(told.paper)}" if told.paper is not None else ""
        shown = percent(figure.value) if figure.value is not None else undefined(figure)
        say(f"{one.definition}: {' '.join(filter(None, (shown, _interval(figure))))}{paper}. {told.sentence}")
    columns = ("definition", "items", "observed", "figure", "95 % interval", "pi", "alpha", "AC1", "max")
    print_table(columns, [_row(one) for one in report.measures], title="All definitions (per cent)")
    again = [(one.definition, one.n, percent(one.main.value), _interval(one.main)) for one in report.repeats]
    if again:
        title = "People against themselves, on pairs that came twice"
        table(title, ("definition", "items", "figure", "95 % interval"), again)
    worst = [
        ("form" if one.guideline is None else f"rule {one.guideline}", one.n, one.n_pairings,
         ", ".join(f"{kind} {n}" for kind, n in one.kinds))
        for one in report.guidelines
    ]  # fmt: skip
    print_table(("guideline", "disagreements", "in pairs", "of which"), worst, title="Worst guidelines")
    for one in report.measures:
        if one.main.undefined_reason is not None:
            note([f"{one.definition} is {undefined(one.main)}"])
    if report.pairs is not None:
        rows = [
            (
                f"{cell.left} {cell.right}",
                cell.measure.n,
                percent(cell.measure.main.value),
                _interval(cell.measure.main),
            )
            for cell in report.pairs.cells
        ]
        print_table(("annotators", "items", "figure", "95 % interval"), rows, title=report.pairs.definition)
    if report.people is not None:
        people = [
            (name, one.n, percent(one.main.value), _interval(one.main)) for name, one in sorted(report.people.items())
        ]
        print_table(("annotator", "items", "figure", "95 % interval"), people, title="Each against all partners")


def print_gates(results: "Iterable[GateResult]", tell: Callable[[Iterable[str]], None] | None = None) -> None:
    """A line a gate; `tell` takes them where stdout holds JSON."""
    lines = [f"gate {one.told}{'' if one.is_passed else '  FAILED'}" for one in results]
    if tell is not None:
        tell(lines)
    else:
        for line in lines:
            say(line)


def _row(one: "Measure") -> tuple[object, ...]:
    named = {figure.name: figure.value for figure in one.figures}
    rest = [percent(named[name]) if name in named else "" for name in ("pi", "alpha", "ac1", "kappa_max")]
    observed = percent(one.observed) if one.observed is not None else ""
    return (one.definition, one.n, observed, percent(one.main.value), _interval(one.main), *rest)


def _interval(figure: "Figure") -> str:
    found = figure.interval
    return "" if found is None else f"[{100 * found.low:.2f}, {100 * found.high:.2f}]"
