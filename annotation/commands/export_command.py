"""`export`: answers in the formats of other tools."""

from pathlib import Path

from annotation.commands.common import add_project, command_parser, note, say
from pipeline.console.flags import CommandParser

FORMATS = ("native", "passages", "mentions", "kgmel", "melbench", "elevant")
GOLD, REFERENCE = "gold", "reference"


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "export",
        "Write gold, the source's gold labels or one person's annotations in a format that others read; what the "
        "format cannot hold is listed. native is lossless.",
        "data/annotation/news passages --out news.json",
        "data/annotation/news native --what a03 --out a03.jsonl",
    )
    add_project(parser)
    parser.add_argument("format", choices=FORMATS, metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument(
        "--what", default=GOLD, metavar="NAME", help="gold, reference, or the pseudonym of an annotator"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    return parser


def main(argv: list[str]) -> int:
    """Write the file and say what it holds."""
    values = make_parser().parse_args(argv)
    from annotation.exchange import export_answers
    from annotation.gold import gold_answers, read_gold
    from annotation.project import open_project
    from annotation.records import MAIN, PILOT
    from annotation.store import Store
    from pipeline.records.errors import UsageError

    project = open_project(values.project)
    if values.what == GOLD:
        answers = gold_answers(read_gold(project.folder))
    elif values.what == REFERENCE:
        answers = project.references
    else:
        found = Store(project.folder).log(values.what).answers()
        answers = {one.pair_id: one for one in found if one.batch in (MAIN, PILOT)}
    if not answers:
        raise UsageError(f"{project.folder} holds no annotations of {values.what}")
    n_pairs, lost = export_answers(project.pairs.values(), answers, values.format, values.out)
    say(f"{n_pairs:,} pairs were written to {values.out}")
    if lost:
        note([f"{values.format} cannot hold: {lost}"])
    return 0
