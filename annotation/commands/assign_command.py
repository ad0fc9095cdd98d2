"""`assign`: who annotates what."""

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from annotation.commands.common import add_project, add_seed, command_parser, count, share
from pipeline.console.flags import CommandParser
from pipeline.records.errors import UsageError

if TYPE_CHECKING:
    from annotation.assignment import Assignment
    from annotation.project import Project

_WIDEST = 16
_TOKEN_BYTES = 24


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "assign",
        "Share the pairs out: equal loads, equal numbers of pairs for every two annotators, all pairs of an article to "
        "the same people. The same project and seed give the same assignment.",
        "data/annotation/news --annotators 13 --per-pair 2 --experts 2 --pilot 30 --seed 1",
        "data/annotation/news --add 2",
    )
    add_project(parser)
    parser.add_argument("--annotators", type=count, metavar="N", help="how many people annotate")
    parser.add_argument("--per-pair", type=count, default=2, metavar="N", help="how many of them annotate each pair")
    parser.add_argument("--experts", type=count, default=2, metavar="N", help="how many people adjudicate")
    parser.add_argument("--pilot", type=count, default=0, metavar="N", help="pairs that all annotators do first")
    parser.add_argument(
        "--retest",
        type=share,
        default=0.05,
        metavar="SHARE",
        help="share of a person's pairs that come twice, unannounced",
    )
    parser.add_argument("--add", type=count, metavar="N", help="let N people join; what is annotated stays as it is")
    parser.add_argument("--again", action="store_true", help="replace an assignment that nobody has begun to work on")
    parser.add_argument("--dry-run", action="store_true", help="show the tables, write nothing")
    add_seed(parser)
    return parser


def main(argv: list[str]) -> int:
    """Assign, write, and print loads and pair counts."""
    parser = make_parser()
    values = parser.parse_args(argv)
    if (values.annotators is None) == (values.add is None):
        parser.error("say either --annotators N for a new assignment or --add N for late annotators")
    from annotation.assign import Plan, add_annotators, assign
    from annotation.assignment import has_assignment, read_assignment, write_assignment
    from annotation.locking import project_lock
    from annotation.project import open_project
    from annotation.store import Store

    project = open_project(values.project)
    groups = project.groups()
    with project_lock(project.folder):
        store = Store(project.folder)
        if values.add is not None:
            done = {(one.annotator, one.pair_id) for log in store.logs() for one in log.answers(with_drafts=True)}
            made = add_annotators(read_assignment(project.folder), groups, values.add, done)
        else:
            _check_new(project, store.annotators(), is_again=values.again or not has_assignment(project.folder))
            plan = Plan(values.annotators, values.per_pair, values.experts, values.pilot, values.retest, values.seed)
            made = assign(groups, plan)
        if not values.dry_run:
            write_assignment(made, project.folder)
            add_tokens(project, (*made.annotators, *made.experts))
    _print(made, project, is_dry=values.dry_run)
    return 0


def add_tokens(project: "Project", names: Iterable[str]) -> None:
    """Give everybody a secret token who has none."""
    from annotation.project import read_secrets, write_secrets

    known = read_secrets(project.folder)
    for name in names:
        known.setdefault(name, {}).setdefault("token", secrets.token_urlsafe(_TOKEN_BYTES))
    write_secrets(project.folder, known)


def _check_new(project: "Project", workers: list[str], *, is_again: bool) -> None:
    if workers:
        raise UsageError(
            f"{project.folder}: {len(workers)} people have begun to annotate; --add lets more in, a new assignment "
            "would take their work away"
        )
    if not is_again:
        raise UsageError(f"{project.folder} is assigned already; --again replaces it, --add lets more people in")


def _print(made: "Assignment", project: "Project", *, is_dry: bool) -> None:
    from annotation.assignment import load_rows, shared_rows
    from pipeline.console.summary import print_summary, print_table

    print_table(("annotator", "pilot", "main", "retest", "all"), load_rows(made), title="Pairs to annotate")
    groups = project.groups()
    if 1 < len(made.annotators) <= _WIDEST:
        names = sorted(made.annotators)
        rows = [["" if cell is None else cell for cell in row] for row in shared_rows(made, groups)]
        print_table(("", *names), rows, title="Pairs that two annotators share")
    judged: dict[str, int] = dict.fromkeys(made.experts, 0)
    for group, expert in made.adjudicators.items():
        judged[expert] += len(groups[group])
    shared = made.shared(groups).values()
    loads = [made.load(name, "main") for name in made.annotators]
    print_summary(
        "Dry run" if is_dry else "Assignment",
        [
            ("pairs", len(project.pairs)),
            ("pilot, for everybody", len(made.pilot)),
            ("main pairs a person", _range(loads)),
            ("pairs that two annotators share", _range(list(shared))),
            *((f"{name} adjudicates among", n) for name, n in judged.items()),
            ("seed", made.seed),
        ],
    )


def _range(numbers: list[int]) -> str:
    if not numbers:
        return "–"
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
