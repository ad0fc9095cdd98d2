"""`gold`: agreed spans and decisions become gold labels."""

from pathlib import Path

from annotation.commands.common import add_project, add_project_kb, command_parser, count, kb_of, listed, note
from pipeline.console.flags import CommandParser


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "gold",
        "Make gold labels: what all annotators marked alike, and what experts decided; with --out a data set too. Gold "
        "keeps who marked it and why it was decided so.",
        "data/annotation/news --out data/dataset/news",
        "data/annotation/news --incomplete --splits data/dataset/news/splits.lock.json --out data/dataset/news",
    )
    add_project(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the data set to write")
    parser.add_argument("--splits", type=Path, metavar="LOCK", help="lock file of a split; without it all is one split")
    parser.add_argument("--incomplete", action="store_true", help="leave pairs with open disputes out")
    parser.add_argument("--fewest", type=count, default=2, metavar="N", help="answers that a pair needs")
    add_project_kb(parser, "entities are compared behind its redirects, and get their ids")
    return parser


def main(argv: list[str]) -> int:
    """Make gold and say what is in it."""
    values = make_parser().parse_args(argv)
    from annotation.campaign import read_campaign
    from annotation.gold import make_gold, write_gold
    from annotation.gold_dataset import check_gold_out, write_gold_dataset
    from annotation.locking import project_lock
    from annotation.splitting.lock import read_lock
    from pipeline.console.summary import print_summary
    from pipeline.kb.store import MentionStore

    kb = kb_of(values)
    campaign = read_campaign(values.project, kb)
    project = campaign.project
    if values.out is not None:
        check_gold_out(values.out)
    splits = read_lock(values.splits) if values.splits is not None else None
    gold = make_gold(
        project.pairs, campaign.merged, campaign.verdicts, fewest=values.fewest, incomplete=values.incomplete
    )
    with project_lock(project.folder):
        path = write_gold(gold, project.pairs, project.folder)
    if values.out is not None:
        store = MentionStore.open(kb) if kb is not None else None
        write_gold_dataset(project, gold.pairs, values.out, splits, store)
    if gold.single:
        note([f"{len(gold.single)} pairs have fewer than {values.fewest} answers: {listed(gold.single)}"])
    rows = [*gold.counts().items(), ("gold", str(path))]
    print_summary("Gold", [*rows, *([("data set", str(values.out))] if values.out is not None else [])])
    return 0
