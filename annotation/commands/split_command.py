"""`split`: a data set split without leaks; `split verify`."""

from pathlib import Path
from typing import TYPE_CHECKING

from annotation.commands import split_verify
from annotation.commands.common import add_seed, command_parser, note, table
from pipeline.console.flags import CommandParser
from pipeline.records.errors import UsageError

if TYPE_CHECKING:
    from annotation.splitting.splitter import Split

_FAR = 0.02
"""Part of all pairs by which a split may miss its size without a word."""
PRESETS = ("leakfree", "paper", "unseen-entity")


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "split",
        "Split a data set: articles, images and near-equal captions stay in one split, and topics, types and NIL are "
        "spread evenly. A lock file keeps the result. `split verify DATASET` looks at any split.",
        "data/dataset/news --ratio 8:1:1 --seed 1 --out data/dataset/news",
        "data/dataset/news2 --keep data/dataset/news/splits.lock.json --out data/dataset/news2",
        "verify data/dataset/news",
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="folder of a data set")
    parser.add_argument(
        "--preset", choices=PRESETS, default=PRESETS[0],
        help="paper: pairs at random, as the paper did; unseen-entity: no entity in two splits",
    )  # fmt: skip
    parser.add_argument("--ratio", default="8:1:1", metavar="A:B:C", help="sizes of train, valid and test")
    parser.add_argument("--keep", type=Path, metavar="LOCK", help="pairs of this lock file stay where they are")
    parser.add_argument("--lock", type=Path, metavar="FILE", help="lock file to write; else splits.lock.json in --out")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the data set in these splits; may be DATASET")
    add_seed(parser)
    return parser


def main(argv: list[str]) -> int:
    """Split, write and print."""
    if argv[:1] == ["verify"]:
        return split_verify.main(argv[1:])
    values = make_parser().parse_args(argv)
    from annotation.gold_dataset import check_out, dataset_options, place_rows, read_rows, write_rows
    from annotation.splitting.lock import LOCK_NAME, read_lock, write_lock
    from annotation.splitting.options import preset_named, read_ratio
    from annotation.splitting.splitter import make_split
    from annotation.splitting.units import split_pairs

    if values.out is not None:
        check_out(values.out)
        _check_place(values.dataset, values.out)
    pairs, mentions = read_rows(values.dataset)
    once = {row.pair_id: row for row in pairs}
    if len(once) < len(pairs):
        raise UsageError(
            f"{values.dataset}: {len(pairs) - len(once)} pairs stand in two splits; import it as one split"
        )
    keep = read_lock(values.keep) if values.keep is not None else None
    ratio = read_ratio(values.ratio)
    split = make_split(
        split_pairs(pairs, mentions), preset_named(values.preset), ratio=ratio, seed=values.seed, keep=keep
    )
    lock = values.lock or (values.out or values.dataset) / LOCK_NAME
    if values.out is not None:
        told = {"split": {"preset": values.preset, "seed": values.seed, "ratio": list(ratio)}}
        placed = place_rows(pairs, mentions, split.places)
        write_rows(values.out, *placed, dataset_options(values.dataset) | told)
        _carry_ambiguity(values.dataset, values.out, {row.pair_id for row in placed[0]})
    write_lock(split, lock)
    _print(split, lock)
    return 0


def _check_place(dataset: Path, out: Path) -> None:
    """Writing in place is for data sets that hold nothing but pairs and mentions."""
    others = [name for name in ("given_candidates", "repairs") if (dataset / name).is_dir()]
    if out.exists() and dataset.resolve() == out.resolve() and others:
        raise UsageError(f"--out {out} would leave {others[0]}/ in the old splits; choose another folder")


def _carry_ambiguity(dataset: Path, out: Path, kept: set[str]) -> None:
    """The classes of ambiguity that stand beside a data set, for the pairs that are still in it."""
    from annotation.ambiguity_file import AMBIGUITY, read_ambiguity, write_ambiguity

    path = dataset / AMBIGUITY
    classes = read_ambiguity(path) if path.is_file() else {}
    write_ambiguity({pair_id: kind for pair_id, kind in classes.items() if pair_id in kept}, out)


def _print(split: "Split", lock: Path) -> None:
    from pipeline.console.summary import print_summary

    rows = [(name, len(split.ids(name)), wanted) for name, wanted in zip(split.names, split.wanted, strict=True)]
    table(f"Preset {split.preset}, seed {split.seed}", ("split", "pairs", "wanted"), rows)
    print_summary(
        "Split", [("groups", split.n_groups), ("largest group", split.largest_group), ("lock file", str(lock))]
    )
    sizes = [len(split.ids(name)) for name in split.names]
    off = max(abs(n - wanted) for n, wanted in zip(sizes, split.wanted, strict=True))
    if off > max(1, _FAR * sum(sizes)):
        note([f"sizes are not what was asked: {split.largest_group} pairs hang together and cannot be parted"])
    if split.left_out:
        note([f"{len(split.left_out)} pairs are in no split: they tie pairs together that the old split holds apart"])
