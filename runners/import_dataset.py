"""Turn a data set of any known format into data-set artifacts."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.flags import CommandParser
from pipeline.console.main import run_command

if TYPE_CHECKING:
    from pipeline.formats.dataset_import import Imported, ImportOptions

EXAMPLES = (
    "python runners/import_dataset.py --format passages --file train=train.json test=test.json --out data/dataset/v2",
    "python runners/import_dataset.py --format kgmel --file captions.json --splits split.json --out data/dataset/mine",
)
FORMAT_NAMES = ("passages", "mentions", "kgmel", "melbench", "elevant")


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = CommandParser(
        "Read a released data set, mend what is broken in it, report every repair, and write Parquet shards by split.",
        prog="import_dataset.py",
        examples=EXAMPLES,
    )
    parser.add_argument(
        "--format", required=True, choices=FORMAT_NAMES,
        help="passages and mentions: WikiDiverse's two JSON levels; kgmel: its captions with Wikidata ids; melbench: "
        "WikiMEL, RichpediaMEL, MIMIC; elevant: JSON lines with spans",
    )  # fmt: skip
    parser.add_argument(
        "--file", required=True, nargs="+", type=_split_and_path, metavar="[SPLIT=]PATH",
        help="files, packed with gzip or not; a split of its own for each, or all for all",
    )  # fmt: skip
    parser.add_argument("--splits", type=Path, metavar="FILE", help="JSON object: split -> ids of its captions")
    parser.add_argument(
        "--ambiguous", choices=("leave", "first"), default="leave",
        help="mentions without offsets that could stand in several places: leave them without, or take the first "
        "(both are listed)",
    )  # fmt: skip
    parser.add_argument("--licence", metavar="TEXT", help="licence of the texts, where the format does not tell it")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the data set")
    parser.add_argument("--dry-run", action="store_true", help="read and report, write nothing")
    return parser


def main(argv: list[str]) -> int:
    """Import and print what was found."""
    parser = make_parser()
    values = parser.parse_args(argv)
    from pipeline.beamx.lock import OutputLock
    from pipeline.formats.dataset_import import ImportOptions, check_out, read_captions, write_dataset
    from pipeline.formats.registry import format_named

    options = ImportOptions(
        format_named(values.format), _files(values.file, parser), values.out, values.splits,
        values.ambiguous == "first", values.licence,
    )  # fmt: skip
    check_out(options.out)
    found = read_captions(options)
    if not values.dry_run:
        with OutputLock(options.out):
            write_dataset(found, options)
    _print(found, options, is_dry=values.dry_run)
    return 0


def _split_and_path(text: str) -> tuple[str, Path]:
    """`train=a.json` as its parts; a path that exists as it stands has no split."""
    from pipeline.formats.splits import split_name

    name, mark, path = text.partition("=")
    if not mark or Path(text).exists():
        return "", Path(text)
    split = split_name(name)
    if split is None or not path:
        raise argparse.ArgumentTypeError(f"{text!r} should be PATH or SPLIT=PATH")
    return split, Path(path)


def _files(pairs: list[tuple[str, Path]], parser: CommandParser) -> tuple[tuple[str, Path], ...]:
    named = [split for split, _ in pairs]
    if len(pairs) > 1 and (not all(named) or len(set(named)) < len(named)):
        parser.error("--file: with several files each needs a split of its own: train=a.json test=b.json")
    return tuple(pairs)


def _print(found: "Imported", options: "ImportOptions", *, is_dry: bool) -> None:
    from pipeline.console.summary import print_summary, print_table
    from pipeline.formats.dataset_import import repairs_report

    rows = [
        (
            name, one.captions, one.mentions, one.entities, one.nil, one.with_image,
            f"{one.words_per_caption:.2f}", one.too_short, one.unplaced,
        )
        for name, one in found.statistics().items()
    ]  # fmt: skip
    columns = ("split", "captions", "mentions", "entities", "NIL", "with image", "words each", "< 3 words", "unplaced")
    print_table(columns, rows, title=f"{options.format.meaning}: captions by split")
    report = repairs_report(found.repairs)
    if report:
        kinds = [(kind, one["mended"], one["left"], _example(one["examples"][0])) for kind, one in report.items()]
        print_table(("fault", "mended", "left", "example"), kinds, title="Repairs")
    else:
        print("No repairs.")
    place = "nothing was written" if is_dry else str(options.out)
    print_summary("Dry run" if is_dry else "Data set", [("output", place)])


def _example(repair: dict[str, object]) -> str:
    before = str(repair["before"])
    return before if len(before) <= 60 else f"{before[:59]}…"


if __name__ == "__main__":
    sys.exit(run_command(main))
