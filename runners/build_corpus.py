"""Build the corpus of image-caption pairs from a Wikinews dump."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.dump_flags import add_dump_flags, add_engine_flags, engine_values, fetch_values
from pipeline.console.flags import CommandParser
from pipeline.console.main import run_command

if TYPE_CHECKING:
    from pipeline.jobs.corpus import CorpusResult
    from pipeline.jobs.corpus_options import CorpusOptions

EXAMPLES = (
    "python runners/build_corpus.py --dump 20210101 --years 2007-2020 --kb data/kb/enwiki-20210101 --workers 2",
    "cp data/corpus/enwikinews-20210101/review/queue.jsonl decisions.jsonl   # then fill in the copy",
    "python runners/build_corpus.py --dump 20210101 --decisions decisions.jsonl",
)
MAX_TEMPLATES = 20


def make_parser() -> CommandParser:
    """All flags of the command."""
    from pipeline.beamx.flags import beam_parser

    parser = CommandParser(
        "Build a corpus of images with their captions from a Wikinews dump: articles, pairs, what each rule took out.",
        prog="build_corpus.py",
        examples=EXAMPLES,
        beam_parser=beam_parser,
    )
    _add_inputs(parser.add_argument_group("input and output"))
    _add_cleaning(parser.add_argument_group("selection and cleaning: a change re-runs only the last stages"))
    add_engine_flags(parser.add_argument_group("engine"))
    return parser


def main(argv: list[str]) -> int:
    """Build, or with --dry-run only look."""
    values, beam_args = make_parser().parse_with_beam(argv)
    from pipeline.beamx.logs import quiet_beam

    quiet_beam()  # before Beam is imported: its import logs a warning
    from pipeline.jobs.corpus import build_corpus

    options = _options(values, beam_args)
    if values.dry_run:
        return _dry_run(options)
    result = build_corpus(options)
    _print_result(result)
    return 0


def _add_inputs(group: argparse._ArgumentGroup) -> None:
    add_dump_flags(group, default_wiki="enwikinews", page_props=False)
    group.add_argument(
        "--kb", type=Path, metavar="DIR", help="KB of the Wikipedia that captions link to: its redirects are followed"
    )
    group.add_argument("--limit-pages", type=int, metavar="N", help="read only the first N pages of the dump")
    group.add_argument(
        "--max-error-rate", type=float, default=0.001, metavar="SHARE", help="largest share of pages that may fail"
    )
    group.add_argument("--out", type=Path, metavar="DIR", help="folder of the corpus; data/corpus/WIKI-DATE by default")
    group.add_argument("--dry-run", action="store_true", help="print files, bytes and hours, build nothing")


def _add_cleaning(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--years", metavar="YEARS", help="years of the articles, such as 2007-2020 (all by default)")
    group.add_argument(
        "--states", nargs="+", default=["published"], metavar="STATE",
        help="states of the articles: published, unmarked, developing, review, disputed, abandoned",
    )  # fmt: skip
    group.add_argument("--min-words", type=int, default=3, metavar="N", help="words that a caption has at least")
    group.add_argument(
        "--keep", nargs="+", default=[], metavar="RULE",
        help="rules to switch off: no_caption, too_short, no_image_file, audio, location_map, icon, duplicate_pair, "
        "maybe_audio, credit_only, term, unknown_template",
    )  # fmt: skip
    group.add_argument(
        "--decisions", type=Path, metavar="FILE",
        help="a copy of OUT/review/queue.jsonl, filled in by a person; it is kept as OUT/review/decisions.jsonl",
    )  # fmt: skip
    group.add_argument(
        "--redistributable-only", action="store_true",
        help="only articles whose text is in the public domain or CC BY 2.5 (pictures are build_images.py's part)",
    )  # fmt: skip


def _options(values: argparse.Namespace, beam_args: tuple[str, ...]) -> "CorpusOptions":
    from pipeline.beamx.engine import choose_engine
    from pipeline.dump.fetch_settings import FetchSettings
    from pipeline.jobs.corpus_options import CorpusOptions, default_out, read_years

    return CorpusOptions(
        out=values.out or default_out(tuple(values.file), values.dump, values.wiki),
        files=tuple(values.file),
        dump=values.dump,
        wiki=values.wiki,
        dump_dir=values.dump_dir,
        siteinfo=values.siteinfo,
        kb=values.kb,
        decisions=values.decisions,
        years=None if values.years is None else read_years(values.years),
        states=tuple(values.states),
        min_words=values.min_words,
        keep=tuple(values.keep),
        redistributable_only=values.redistributable_only,
        limit_pages=values.limit_pages,
        engine=choose_engine(**engine_values(values), beam_args=beam_args),
        max_error_rate=values.max_error_rate,
        range_bytes=values.range_bytes,
        fetch=FetchSettings(**fetch_values(values)),
    )


def _print_result(result: "CorpusResult") -> None:
    from pipeline.console.format import format_count, format_duration
    from pipeline.console.summary import print_summary, print_table
    from pipeline.report.funnel_table import print_funnel

    stages = {
        f"stage {report.name}": "done before" if report.was_done else format_duration(report.seconds)
        for report in result.reports
    }
    figures = {report.name: report.figures for report in result.reports}
    left_out = {
        **{f"page: {name}": n for name, n in figures["extract"]["dropped"].items()},
        **{f"article: {name}": n for name, n in figures["clean"]["articles"]["dropped"].items()},
    }
    print(f"Corpus in {result.out}")
    print_summary("", [*((name, format_count(n)) for name, n in result.counts.items()), *stages.items()])
    if left_out:
        print_summary("Left out", [(name.replace("_", " "), format_count(n)) for name, n in left_out.items()])
    print_funnel(result.funnel)
    topics = [(group.name or "none", group.n_articles, group.n_in, group.n_kept) for group in result.funnel.topics]
    print_table(("topic", "all articles", "pairs", "kept"), topics, title="By topic")
    unknown = result.funnel.unknown_templates
    if unknown:
        some = f"the first {MAX_TEMPLATES} of {len(unknown):,}" if len(unknown) > MAX_TEMPLATES else f"{len(unknown):,}"
        print(f"Templates in captions that no table knows: {some}")
        print_table(("template", "uses"), unknown[:MAX_TEMPLATES])


def _dry_run(options: "CorpusOptions") -> int:
    from pipeline.console.format import format_bytes, format_count, format_duration
    from pipeline.console.summary import print_summary
    from pipeline.jobs.corpus_dry_run import estimate_corpus
    from pipeline.jobs.dump_options import show_download

    if show_download(options, options.dump_request):
        return 0
    estimate = estimate_corpus(options)
    plan, trial = estimate.plan, estimate.trial
    rows = [
        *((value["name"], format_bytes(value["bytes"])) for value in plan.inputs.fingerprints),
        ("wiki", plan.siteinfo.wiki or "unknown"),
        ("siteinfo from", plan.inputs.siteinfo_source),
        ("captions link to", plan.wikipedia.wiki),
        ("to read", f"{format_bytes(trial.size_bytes)} in {format_count(trial.ranges)} ranges"),
        (f"parsing, {options.engine.workers} worker(s)", f"about {format_duration(trial.parse_s)}"),
        ("staging on disk", f"about {format_bytes(trial.staged_bytes)}, the corpus about as much again"),
        ("measured on", f"{format_count(trial.trial_ranges)} range(s) of this dump"),
        ("output", str(options.out)),
    ]
    print_summary("Dry run: nothing was built", rows)
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main, goes_on=True))
