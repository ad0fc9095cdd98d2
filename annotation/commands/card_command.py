"""`card`: a data set made ready for others."""

import argparse
import re
from pathlib import Path

from annotation.commands.common import command_parser, note, table
from pipeline.console.flags import CommandParser

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DESCRIPTION = (
    "Image captions of news articles with marked mentions of entities, their types and the Wikipedia articles that "
    "they mean: multimodal entity linking."
)


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "card",
        "Make a data set ready for others: a card for Hugging Face (README.md), Croissant, Parquet files that "
        "`datasets` loads, attribution and licences. Nothing tells who annotated what, or when.",
        "data/dataset/news --images data/images/news",
        "data/dataset/news --out release --name 'News captions' --redistributable-only --images data/images/news",
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="folder of a data set")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write; else beside the data")
    parser.add_argument("--name", help="what it is called; else as its folder")
    parser.add_argument("--description", default=_DESCRIPTION, metavar="TEXT", help="a sentence on what it is")
    parser.add_argument("--language", nargs="+", default=["en"], metavar="CODE", help="of the captions (default: en)")
    parser.add_argument(
        "--images", type=Path, action="append", default=[], metavar="DIR",
        help="folder of the image job, for authors and licences; may be said again",
    )  # fmt: skip
    parser.add_argument("--url", help="address at which it is published")
    parser.add_argument("--published", type=_day, metavar="DATE", help="day of publication, as 2021-06-01")
    parser.add_argument("--cite", metavar="TEXT", help="how to cite it")
    parser.add_argument(
        "--redistributable-only", action="store_true",
        help="leave out pairs whose text has no licence or whose image may not be passed on",
    )  # fmt: skip
    return parser


def main(argv: list[str]) -> int:
    """Publish and say what was written."""
    values = make_parser().parse_args(argv)
    from annotation.publishing.croissant import About
    from annotation.publishing.publish import Publishing, publish
    from pipeline.console.summary import print_summary

    about = About(values.description, tuple(values.language), (), values.url, values.published, values.cite)
    out = values.out or values.dataset
    found = publish(
        Publishing(values.dataset, out, about, values.name, tuple(values.images), values.redistributable_only)
    )
    table("", ("file", "rows", "bytes"), [(one.path, one.rows, one.size_bytes) for one in found.files])
    print_summary(
        "Card",
        [
            ("folder", str(out)),
            ("pairs", found.release.count("pairs")),
            ("mentions", found.release.count("mentions")),
            ("licences of the texts", ", ".join(found.licences) or "not told by the data set"),
            ("pairs that may not be passed on, left out", found.n_left_out),
            ("images without a known licence", found.n_without_rights),
        ],
    )
    if not values.published:
        note(["--published DATE is missing: Croissant recommends the day of publication"])
    return 0


def _day(text: str) -> str:
    if not _DAY.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} should be a day, as 2021-06-01")
    return text
