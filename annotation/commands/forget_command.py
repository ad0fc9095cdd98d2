"""`forget`: remove one person's data."""

from annotation.commands.common import add_project, command_parser, note
from pipeline.console.flags import CommandParser


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "forget",
        "Remove everything of one annotator or expert: annotations, times, token, decisions, tasks. Their seats become "
        "vacant (assign --add fills them). Data sets that were written before keep no pseudonyms.",
        "data/annotation/news a07 --yes",
    )
    add_project(parser)
    parser.add_argument("annotator", metavar="NAME", help="pseudonym")
    parser.add_argument("--yes", action="store_true", help="really; without it the command only says what would go")
    return parser


def main(argv: list[str]) -> int:
    """Remove, or say what would be removed."""
    values = make_parser().parse_args(argv)
    from annotation.forget import find_traces, forget
    from annotation.locking import project_lock
    from annotation.project import open_project
    from pipeline.console.summary import print_summary

    project = open_project(values.project)
    with project_lock(project.folder):
        traces = find_traces(project, values.annotator)
        if values.yes:
            forget(project, values.annotator)
    print_summary("Forgotten" if values.yes else "Would be forgotten", traces.rows())
    if not values.yes:
        note(["nothing was removed; say --yes"])
    if values.yes and traces.in_gold:
        note(["gold.jsonl named this person and was removed; run annotation gold again"])
    if values.yes and traces.in_report:
        note(["report/ named this person and was removed; run annotation report again"])
    return 0
