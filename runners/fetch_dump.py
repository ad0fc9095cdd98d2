"""Download a dump: pages, indexes and tables, verified and resumed."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.flags import CommandParser
from pipeline.console.main import run_command

if TYPE_CHECKING:
    from pipeline.dump.fetch_plan import FetchRequest

EXAMPLES = (
    "python runners/fetch_dump.py --dump 20210101 --wiki enwikinews --contact me@example.org",
    "python runners/fetch_dump.py --dump 20210101 --contact me@example.org --dry-run",
)
MEGABYTE = 1_000_000


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = CommandParser(
        "Download a dump into DIR/WIKI/DATE, verified; a second run goes on where the first one ended.",
        prog="fetch_dump.py",
        examples=EXAMPLES,
    )
    parser.add_argument("--dump", required=True, metavar="DATE", help="date of the dump, such as 20210101")
    parser.add_argument("--wiki", default="enwiki", metavar="NAME", help="database name of the wiki")
    parser.add_argument("--dump-dir", type=Path, default=Path("data/dumps"), metavar="DIR", help="where dumps lie")
    parser.add_argument("--contact", default="", metavar="MAIL", help="your mail address or URL, told to the hosts")
    parser.add_argument(
        "--tables", nargs="*", default=["page_props"], metavar="NAME", help="SQL tables to fetch along with the pages"
    )
    parser.add_argument(
        "--source", nargs="+", default=[], metavar="URL",
        help="folders to ask, in this order, with {wiki} and {date} to fill in; else the dump site, the Internet "
        "Archive and mirrors",
    )  # fmt: skip
    parser.add_argument(
        "--allow-host", nargs="+", default=[], metavar="HOST",
        help="further hosts that a source may redirect to, such as *.example.org",
    )  # fmt: skip
    parser.add_argument("--max-rate", type=_rate, metavar="MB", help="at most so many megabytes a second")
    parser.add_argument("--verify", action="store_true", help="compare the sha1 of every file, old ones included")
    parser.add_argument("--dry-run", action="store_true", help="print files, bytes, disk needed and hours")
    return parser


def main(argv: list[str]) -> int:
    """Fetch, or with --dry-run only ask."""
    values = make_parser().parse_args(argv)
    request = _request(values)
    if values.dry_run:
        return _dry_run(request)
    from pipeline.console.format import format_bytes
    from pipeline.console.summary import print_summary
    from pipeline.dump.fetch import fetch_dump

    result = fetch_dump(request)
    rows = [
        ("files", len(result.plan.files)),
        ("fetched now", result.n_fetched),
        ("received", format_bytes(result.received_bytes)),
        ("size of the dump", format_bytes(result.plan.size_bytes)),
    ]
    if result.bytes_per_s:
        rows.append(("bandwidth", f"{format_bytes(result.bytes_per_s)}/s"))
    if values.verify:
        rows.append(("verified", f"{_verify(request, result.plan.size_bytes)} files"))
    for warning in result.files.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(f"Dump in {result.plan.folder}")
    print_summary("", rows)
    return 0


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not more than 0")
    return rate * MEGABYTE


def _request(values: argparse.Namespace) -> "FetchRequest":
    from pipeline.dump.fetch_plan import FetchRequest
    from pipeline.dump.sources import DEFAULT_HOSTS, DEFAULT_SOURCES, make_sources

    return FetchRequest(
        dump_dir=values.dump_dir,
        wiki=values.wiki,
        date=values.dump,
        contact=values.contact,
        sources=make_sources(values.source or DEFAULT_SOURCES),
        hosts=(*DEFAULT_HOSTS, *values.allow_host),
        tables=tuple(values.tables),
        max_bytes_per_s=values.max_rate,
    )


def _verify(request: "FetchRequest", size_bytes: int) -> int:
    """Read everything once more; how many files were compared."""
    from pipeline.console.progress import Progress
    from pipeline.dump.layout import find_dump

    done = 0
    with Progress("verify", total=size_bytes or None, unit="bytes") as progress:

        def note(n_bytes: int) -> None:
            nonlocal done
            done += n_bytes
            progress.update(done)

        found = find_dump(request.dump_dir, request.wiki, request.date, verify=True, on_bytes=note)
    n_unknown = sum("no sha1 is known" in warning for warning in found.warnings)
    return len(found.pages) + len(found.indexes) + (found.page_props is not None) - n_unknown


def _dry_run(request: "FetchRequest") -> int:
    from pipeline.console.format import format_bytes, format_count, format_duration
    from pipeline.console.summary import print_summary, print_table
    from pipeline.dump.fetch import ASSUMED_BYTES_PER_S, plan_dump

    plan = plan_dump(request)
    rate = min(request.max_bytes_per_s or ASSUMED_BYTES_PER_S, ASSUMED_BYTES_PER_S)
    start = f"{request.stem}-"
    table = [
        (file.path.name.removeprefix(start), _size(file.expected.size_bytes), _size(file.missing_bytes))
        for file in plan.files
    ]
    print_table((f"{start}…", "size", "to come"), table, title="Dry run: nothing was downloaded")
    print()
    rows = [
        ("from", "nowhere: all is there" if plan.source is None else plan.source.url(request.wiki, request.date)),
        ("into", str(plan.folder)),
        ("files", f"{format_count(len(plan.files))}, {format_count(len(plan.missing))} of them to come"),
        ("disk needed", format_bytes(plan.missing_bytes)),
        ("time", f"about {format_duration(plan.missing_bytes / rate)} at {format_bytes(rate)}/s"),
    ]
    if n_unknown := sum(file.missing_bytes is None for file in plan.files):
        rows.append(("of unknown size", f"{format_count(n_unknown)} files, not counted above"))
    print_summary("", rows)
    return 0


def _size(n_bytes: int | None) -> str:
    from pipeline.console.format import format_bytes

    return "unknown" if n_bytes is None else format_bytes(n_bytes)


if __name__ == "__main__":
    sys.exit(run_command(main))
