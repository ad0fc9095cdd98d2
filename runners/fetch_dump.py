"""Download a dump: pages, indexes and tables, verified and resumed."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.dump_flags import add_fetch_flags, fetch_values
from pipeline.console.flags import CommandParser
from pipeline.console.main import run_command

if TYPE_CHECKING:
    from pipeline.dump.fetch_plan import FetchRequest

EXAMPLES = (
    "python runners/fetch_dump.py --dump 20210101 --wiki enwikinews --contact me@example.org",
    "python runners/fetch_dump.py --dump 20210101 --contact me@example.org --dry-run",
)


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
    parser.add_argument(
        "--tables", nargs="*", default=["page_props"], metavar="NAME", help="SQL tables to fetch along with the pages"
    )
    add_fetch_flags(parser)
    parser.add_argument("--verify", action="store_true", help="compare the sha1 of every file, old ones included")
    parser.add_argument("--dry-run", action="store_true", help="print files, bytes, disk needed and hours")
    return parser


def main(argv: list[str]) -> int:
    """Fetch, or with --dry-run only ask."""
    values = make_parser().parse_args(argv)
    request = _request(values)
    if values.dry_run:
        from pipeline.dump.fetch import plan_dump
        from pipeline.dump.fetch_summary import show_plan

        show_plan(plan_dump(request), request, title="Dry run: nothing was downloaded")
        return 0
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


def _request(values: argparse.Namespace) -> "FetchRequest":
    from pipeline.dump.fetch_settings import FetchSettings

    settings = FetchSettings(**fetch_values(values))
    return settings.request(values.dump_dir, values.wiki, values.dump, values.tables)


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


if __name__ == "__main__":
    sys.exit(run_command(main, goes_on=True))
