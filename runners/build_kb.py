"""Build the knowledge base and P(e|m) from a Wikipedia dump."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.dump_flags import add_dump_flags, add_engine_flags, engine_values, fetch_values
from pipeline.console.flags import CommandParser
from pipeline.console.main import run_command
from pipeline.records.names import ITEM_KINDS, Context

if TYPE_CHECKING:
    from pipeline.jobs.kb import KbResult
    from pipeline.jobs.kb_options import KbOptions

EXAMPLES = (
    "python runners/build_kb.py --dump 20210101 --dump-dir data/dumps --workers 2",
    "python runners/build_kb.py --dump 20210101 --wiki simplewiki --contact me@example.org --dry-run",
    "python runners/build_kb.py --file simplewiki-20210101-pages-articles.xml.bz2 --out data/kb/simplewiki",
)


def make_parser() -> CommandParser:
    """All flags of the command."""
    from pipeline.beamx.flags import beam_parser

    parser = CommandParser(
        "Build a knowledge base from a Wikipedia dump: pages, links, redirects, entities and the prior P(e|m).",
        prog="build_kb.py",
        examples=EXAMPLES,
        beam_parser=beam_parser,
    )
    _add_inputs(parser.add_argument_group("input and output"))
    _add_reading(parser.add_argument_group("reading pages"))
    _add_priors(parser.add_argument_group("P(e|m): a change re-runs only the last stages"))
    add_engine_flags(parser.add_argument_group("engine"))
    return parser


def main(argv: list[str]) -> int:
    """Build, or with --dry-run only look."""
    values, beam_args = make_parser().parse_with_beam(argv)
    from pipeline.beamx.logs import quiet_beam

    quiet_beam()  # before Beam is imported: its import logs a warning
    from pipeline.jobs.kb import build_kb

    options = _options(values, beam_args)
    if values.dry_run:
        return _dry_run(options)
    result = build_kb(options)
    _print_result(result, keeps_red_links=options.keep_red_links)
    return 0


def _print_result(result: "KbResult", *, keeps_red_links: bool) -> None:
    from pipeline.console.format import format_count, format_duration
    from pipeline.console.summary import print_summary

    stages = {
        f"stage {report.name}": "done before" if report.was_done else format_duration(report.seconds)
        for report in result.reports
    }
    dropped = {
        f"{report.name}: {_in_words(reason)}": n
        for report in result.reports
        for reason, n in report.figures.get("dropped", {}).items()
        if n
    }
    print(f"Knowledge base in {result.out}")
    print_summary("", [*((name, format_count(n)) for name, n in result.counts.items()), *stages.items()])
    if dropped:
        print_summary("Left out, by reason", [(reason, format_count(n)) for reason, n in dropped.items()])
    if not result.counts["pages read"]:
        print("This dump holds no page")
    n_red = dropped.get("resolve: red link", 0)
    if not keeps_red_links and 2 * n_red > result.counts["links"]:
        print(
            f"{format_count(n_red)} links go to titles that this dump does not hold; for a part of a wiki, "
            "--keep-red-links makes entities of those titles"
        )


def _in_words(reason: str) -> str:
    """`namespace_not_kept:4` as a person would say it."""
    name, _, detail = reason.partition(":")
    words = name.replace("_", " ")
    return f"{words} ({detail})" if detail else words


def _add_inputs(group: argparse._ArgumentGroup) -> None:
    add_dump_flags(group, default_wiki="enwiki", page_props=True)
    group.add_argument("--out", type=Path, metavar="DIR", help="folder of the KB; data/kb/WIKI-DATE by default")
    group.add_argument("--dry-run", action="store_true", help="print files, bytes and hours, build nothing")


def _add_reading(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--limit-pages", type=int, metavar="N", help="read only the first N pages of the dump")
    group.add_argument(
        "--namespaces", type=int, nargs="+", default=[0], metavar="N", help="namespaces kept in pages/ and titles/"
    )
    group.add_argument("--lead", default="fast", choices=("fast", "mwparserfromhell"), help="cleaner of lead texts")
    group.add_argument(
        "--max-error-rate", type=float, default=0.001, metavar="SHARE", help="largest share of pages that may fail"
    )
    group.add_argument("--keep-red-links", action="store_true", help="make titles without a page entities too")


def _add_priors(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--preset",
        default="default",
        choices=("default", "paper"),
        help="paper: links, redirects, disambiguation only; single weights win over it",
    )
    group.add_argument(
        "--contexts", nargs="+", choices=[str(c) for c in Context], metavar="NAME",
        help=f"count only links of these contexts: {', '.join(Context)}",
    )  # fmt: skip
    group.add_argument("--count", default="links", choices=("links", "pages"), help="count links, or linking pages")
    group.add_argument(
        "--item-kinds", nargs="+", choices=[str(k) for k in ITEM_KINDS], metavar="KIND",
        help=f"pages whose list items count: {', '.join(ITEM_KINDS)} (all by default)",
    )  # fmt: skip
    for source in ("redirect", "disambiguation", "title", "hatnote"):
        group.add_argument(f"--weight-{source}", type=int, metavar="N", help=f"weight of one {source} (1)")


def _options(values: argparse.Namespace, beam_args: tuple[str, ...]) -> "KbOptions":
    from pipeline.beamx.engine import choose_engine
    from pipeline.dump.fetch_settings import FetchSettings
    from pipeline.jobs.kb_options import PRESETS, KbOptions, default_out
    from pipeline.kb.priors import Weights

    preset = PRESETS[values.preset]
    weights = {
        source: getattr(preset.weights, source) if given is None else given
        for source in ("redirect", "disambiguation", "title", "hatnote")
        for given in [getattr(values, f"weight_{source}")]
    }
    return KbOptions(
        out=values.out or default_out(tuple(values.file), values.dump, values.wiki),
        files=tuple(values.file),
        dump=values.dump,
        wiki=values.wiki,
        dump_dir=values.dump_dir,
        page_props=values.page_props,
        siteinfo=values.siteinfo,
        namespaces=tuple(values.namespaces),
        lead=values.lead,
        limit_pages=values.limit_pages,
        keep_red_links=values.keep_red_links,
        contexts=None if values.contexts is None else tuple(values.contexts),
        count=values.count,
        item_kinds=tuple(values.item_kinds or preset.item_kinds),
        weights=Weights(**weights),
        engine=choose_engine(**engine_values(values), beam_args=beam_args),
        max_error_rate=values.max_error_rate,
        range_bytes=values.range_bytes,
        fetch=FetchSettings(**fetch_values(values)),
    )


def _dry_run(options: "KbOptions") -> int:
    from pipeline.console.format import format_bytes, format_count, format_duration
    from pipeline.console.summary import print_summary
    from pipeline.jobs.dump_options import show_download
    from pipeline.jobs.kb_dry_run import estimate_kb

    if show_download(options, options.dump_request):
        return 0
    estimate = estimate_kb(options)
    plan, trial = estimate.plan, estimate.trial
    rows = [
        *((value["name"], format_bytes(value["bytes"])) for value in plan.inputs.fingerprints),
        ("wiki", plan.siteinfo.wiki or "unknown"),
        ("siteinfo from", plan.inputs.siteinfo_source),
        ("stages done before", ", ".join(estimate.done) or "none"),
        ("stages to run", ", ".join(estimate.left) or "none: all is there"),
    ]
    if trial.ranges:
        rows += [
            ("to read", f"{format_bytes(trial.size_bytes)} in {format_count(trial.ranges)} range(s)"),
            (f"parsing, {options.engine.workers} worker(s)", f"about {format_duration(trial.parse_s)}"),
            ("staging on disk", f"about {format_bytes(trial.staged_bytes)}, the KB about as much again"),
            ("measured on", f"{format_count(trial.trial_ranges)} range(s) of this dump"),
        ]
    rows.append(("output", str(options.out)))
    print_summary("Dry run: nothing was built", rows)
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main, goes_on=True))
