"""`split verify`: sizes, leaks and balance of any split."""

from pathlib import Path
from typing import TYPE_CHECKING

from annotation.commands.common import add_seed, command_parser, count, listed, percent, say, say_json
from pipeline.console.flags import CommandParser

if TYPE_CHECKING:
    from annotation.splitting.leaks import Placed
    from annotation.splitting.verifying import Verification

LEAKS = 1


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "split verify",
        "Look at the splits of a data set, whoever made them: what two splits share, how new the entities are, how "
        "even topics and types are. Ends with code 1 where splits leak.",
        "data/dataset/news",
        "data/dataset/v2 --json",
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="folder of a data set")
    parser.add_argument("--lock", type=Path, metavar="FILE", help="look at the splits of this lock file instead")
    parser.add_argument("--permutations", type=count, default=999, metavar="N", help="for p-values; 0 = none")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    add_seed(parser)
    return parser


def main(argv: list[str]) -> int:
    """Verify and print; 1 where there is a leak."""
    values = make_parser().parse_args(argv)
    from annotation.splitting.lock import read_lock
    from annotation.splitting.verifying import verify_split

    places = read_lock(values.lock) if values.lock is not None else None
    found = verify_split(placed_pairs(values.dataset, places), permutations=values.permutations, seed=values.seed)
    if values.json:
        say_json(found.to_json())
    else:
        _print(found)
    return LEAKS if found.has_leak else 0


def placed_pairs(dataset: Path, places: dict[str, str] | None) -> "list[Placed]":
    """Pairs of a data set with their splits; a pair in two splits stands there twice."""
    from annotation.gold_dataset import place_rows, read_rows
    from annotation.splitting.units import split_pairs
    from annotation.splitting.written_urls import written_urls

    pairs, mentions = read_rows(dataset)
    written = written_urls(dataset, pairs)
    if places is not None:
        pairs, mentions = place_rows(pairs, mentions, places)
    placed: list[Placed] = []
    for name in sorted({row.split for row in pairs}):
        rows = [row for row in pairs if row.split == name], [row for row in mentions if row.split == name]
        units = split_pairs(*rows, written)
        placed += [(unit, name) for unit in units]
    return placed


def _print(found: "Verification") -> None:
    from pipeline.console.summary import print_table

    sizes = [
        (one.split, one.n_pairs, one.n_mentions, f"{one.n_mentions / max(1, one.n_pairs):.2f}",
         f"{one.n_words / max(1, one.n_pairs):.2f}")
        for one in found.sizes
    ]  # fmt: skip
    print_table(("split", "pairs", "mentions", "mentions each", "words each"), sizes, title="Sizes")
    seen = [
        (one.split, one.n_entities, percent(one.n_unseen_entities / one.n_entities if one.n_entities else None),
         percent(one.n_seen_surfaces / one.n_surfaces if one.n_surfaces else None))
        for one in found.seen
    ]  # fmt: skip
    print_table(("split", "linked mentions", "entity not in train", "surface in train"), seen, title="Seen in train")
    balance = [
        (one.feature, f"{one.worst:.4f}", _p(one.independence.p_value), _p(one.independence.p_permuted))
        for one in found.balance
    ]
    print_table(("feature", "largest JSd", "chi-square p", "permutation p"), balance, title="Balance of features")
    if found.near_images:
        rows = [(one.pair_id, one.split, one.other_id, one.other, one.distance) for one in found.near_images[:20]]
        print_table(("pair", "split", "pair", "split", "bits"), rows, title="Images that look alike: a person decides")
    if found.has_leak:
        leaks = [
            (one.kind, one.split, one.other, one.n, percent(one.n / max(1, one.n_pairs)), listed(one.examples, 2))
            for one in found.leaks
        ]
        print_table(("leak by", "of", "into", "pairs", "share", "examples"), leaks, title="Leaks")
    else:
        say("No leaks.")


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
