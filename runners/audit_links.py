"""Check the link scanner against wikitextparser on your own dump."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.flags import CommandParser, from_one
from pipeline.console.format import format_count
from pipeline.console.main import run_command

if TYPE_CHECKING:
    from pipeline.jobs.audit import Audit

EXAMPLES = ("python runners/audit_links.py --kb data/kb/enwiki-20210101 --file enwiki.xml.bz2 --pages 500",)


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = CommandParser(
        "Compare our links with those that wikitextparser finds, on random articles of a dump (extra `audit`, GPL-3).",
        prog="audit_links.py",
        examples=EXAMPLES,
    )
    parser.add_argument("--kb", type=Path, required=True, metavar="DIR", help="knowledge base whose title rules apply")
    parser.add_argument("--file", type=Path, nargs="+", required=True, metavar="PATH", help="dump files")
    parser.add_argument("--pages", type=from_one, default=500, metavar="N", help="articles to compare (default: 500)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, another sample (default: 0)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser


def main(argv: list[str]) -> int:
    """Compare and print."""
    values = make_parser().parse_args(argv)
    from pipeline.console.progress import Progress
    from pipeline.jobs.audit import audit_links, read_kb_wiki

    wiki = read_kb_wiki(values.kb)
    with Progress("audit", values.pages, unit="pages") as progress:
        found = audit_links(values.file, wiki, pages=values.pages, seed=values.seed, on_page=progress.update)
    if values.json:
        print(json.dumps(found.as_json() | {"seed": values.seed}, ensure_ascii=False, indent=2))
    else:
        _print(found, values)
    return 0


def _print(found: "Audit", values: argparse.Namespace) -> None:
    from pipeline.console.summary import print_summary, print_table

    rows: list[tuple[str, object]] = [
        ("articles compared", format_count(found.pages)),
        ("links found by us", format_count(found.ours)),
        ("links found by wikitextparser", format_count(found.theirs)),
        *((name, f"{share:.4%}".replace("%", " %")) for name, share in found.figures().items()),
    ]
    print_summary(f"Links of {', '.join(str(path) for path in values.file)}, seed {values.seed}", rows)
    if not found.kinds:
        print("No disagreement.")
    for name, kind in sorted(found.kinds.items()):
        print_table(("page", "target", "surface"), kind.examples, title=f"{name}: {format_count(kind.n)}, of which")


if __name__ == "__main__":
    sys.exit(run_command(main))
