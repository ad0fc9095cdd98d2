"""`adjudicate`: what experts must decide."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from annotation.commands.common import add_project, add_project_kb, command_parser, kb_of, note, say
from pipeline.console.flags import CommandParser

if TYPE_CHECKING:
    from annotation.campaign import Campaign


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "adjudicate",
        "Show what annotators disagree on. --export writes a table for a spreadsheet, the costliest pairs first; fill "
        "in choice (1, 2 …, none, or new: 12-17 Lions|Organization|Detroit Lions) and reason, and --import it again.",
        "data/annotation/news --export queue.tsv",
        "data/annotation/news --import queue.tsv --expert e01",
    )
    add_project(parser)
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--export", type=Path, metavar="FILE", help="write the open disputes as a table with tabs")
    way.add_argument("--import", dest="table", type=Path, metavar="FILE", help="read decisions from such a table")
    parser.add_argument("--expert", metavar="NAME", help="only this expert's disputes; with --import who decided")
    parser.add_argument("--pair", nargs="+", default=[], metavar="ID", help="with --export only these pairs")
    add_project_kb(parser, "entities are compared behind its redirects")
    return parser


def main(argv: list[str]) -> int:
    """Export, import or show the queue."""
    values = make_parser().parse_args(argv)
    from annotation.campaign import read_campaign

    kb = kb_of(values)
    campaign = read_campaign(values.project, kb)
    for pair_id in values.pair:
        campaign.project.pair(pair_id)
    if values.table is not None:
        _import(campaign, values.table, values.expert)
        campaign = read_campaign(values.project, kb)
    elif values.export is not None:
        _export(campaign, values.export, values.expert, values.pair)
    _print(campaign)
    return 0


def _import(campaign: "Campaign", path: Path, expert: str | None) -> None:
    from annotation.adjudication import import_queue
    from annotation.decisions import add_decisions
    from annotation.locking import project_lock

    decisions = import_queue(path, campaign.merged, campaign.project.pairs, expert)
    with project_lock(campaign.project.folder):
        for name in sorted({one.expert for one in decisions}):
            add_decisions(campaign.project.folder, name, [one for one in decisions if one.expert == name])
    say(f"{len(decisions):,} decisions were read from {path}")


def _export(campaign: "Campaign", path: Path, expert: str | None, wanted_pairs: Sequence[str]) -> None:
    from annotation.adjudication import export_queue, write_queue
    from annotation.assignment import has_assignment, read_assignment
    from pipeline.records.errors import UsageError

    folder, pairs = campaign.project.folder, campaign.project.pairs
    adjudicators = read_assignment(folder).adjudicators if has_assignment(folder) else {}
    if expert is not None and expert not in set(adjudicators.values()):
        raise UsageError(f"--expert {expert} is nobody's adjudicator; there are {sorted(set(adjudicators.values()))}")
    wanted = [
        one
        for one in campaign.merged.values()
        if (expert is None or adjudicators.get(pairs[one.pair_id].group) == expert)
        and (not wanted_pairs or one.pair_id in wanted_pairs)
    ]
    text = export_queue(wanted, pairs, adjudicators, campaign.verdicts.valid)
    write_queue(text, path)
    say(f"{text.count(chr(10)) - 1:,} disputes were written to {path}")


def _print(campaign: "Campaign") -> None:
    from annotation.disputes import COSTS, queue
    from pipeline.console.summary import print_summary, print_table

    waiting = queue(campaign.merged.values())
    kinds = dict.fromkeys(COSTS, 0)
    for one in waiting:
        for dispute in one.disputes:
            for kind in dispute.kinds:
                kinds[kind] += 1
    print_table(("disputed", "disputes", "cost each"), [(kind, n, COSTS[kind]) for kind, n in kinds.items()])
    found = campaign.verdicts
    n_disputes = sum(len(one.disputes) for one in waiting)
    print_summary(
        "Adjudication",
        [
            ("pairs with answers", len(campaign.merged)),
            ("pairs in dispute", len(waiting)),
            ("disputes", n_disputes),
            ("decided", len(found.valid)),
            ("open", len(campaign.undecided)),
        ],
    )
    if found.stale:
        note([f"{len(found.stale)} decisions are out of date: annotators changed those places afterwards"])
    if found.contradicting:
        note([f"{len(found.contradicting)} disputes were decided differently by two experts and count as open"])
