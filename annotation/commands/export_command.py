"""`export`: answers in the formats of other tools."""

from pathlib import Path

from annotation.commands.common import add_kb, add_project, command_parser, note, say
from pipeline.console.flags import CommandParser

FORMATS = ("native", "passages", "mentions", "kgmel", "melbench", "mimic", "elevant", "label-studio")
GOLD, REFERENCE, NOTHING = "gold", "reference", "nothing"


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "export",
        "Write gold, the source's gold labels or one person's annotations in a format that others read; what the "
        "format cannot hold is listed. native is lossless; label-studio writes tasks with predictions, and the "
        "labelling configuration beside them (.xml).",
        "data/annotation/news passages --out news.json",
        "data/annotation/news label-studio --what nothing --out tasks.json",
        "data/annotation/news native --what a03 --out a03.jsonl",
    )
    add_project(parser)
    parser.add_argument("format", choices=FORMATS, metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument(
        "--what", default=GOLD, metavar="NAME", help="gold, reference, the pseudonym of an annotator, or nothing"
    )
    add_kb(parser, "Wikidata ids, for kgmel, melbench, mimic and elevant")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    return parser


def main(argv: list[str]) -> int:
    """Write the file and say what it holds."""
    values = make_parser().parse_args(argv)
    from annotation.exchange import export_answers
    from annotation.gold import gold_answers, read_gold
    from annotation.project import open_project
    from annotation.records import MAIN, PILOT, Answer
    from annotation.store import Store
    from pipeline.records.errors import UsageError

    project = open_project(values.project)
    if values.what == GOLD:
        answers = gold_answers(read_gold(project.folder))
    elif values.what == REFERENCE:
        answers = project.references
    elif values.what == NOTHING:
        answers = {pair_id: Answer(pair_id, NOTHING) for pair_id in project.pairs}
    else:
        found = Store(project.folder).log(values.what).answers()
        answers = {one.pair_id: one for one in found if one.batch in (MAIN, PILOT)}
    if not answers:
        raise UsageError(f"{project.folder} holds no annotations of {values.what}")
    qids = None
    if values.kb is not None:
        from annotation.wikidata_ids import qids_of

        qids = qids_of(values.kb)
    n_pairs, lost = export_answers(project.pairs.values(), answers, values.format, values.out, qids)
    say(f"{n_pairs:,} pairs were written to {values.out}")
    if lost:
        note([f"{values.format} cannot hold: {lost}"])
    return 0
