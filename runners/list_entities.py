"""List the entities that captions can mean, for their images."""

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.flags import CommandParser
from pipeline.console.main import run_command

if TYPE_CHECKING:
    from pipeline.jobs.entity_list import EntityList

EXAMPLES = (
    "python runners/list_entities.py --corpus data/corpus/enwikinews-20210101 --kb data/kb/enwiki-20210101 --out e.tsv",
    "python runners/list_entities.py --captions data/dataset/v2 --kb data/kb/enwiki-20210101 --out data/entities.tsv",
)
_SHOWN = 10


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = CommandParser(
        "List the entities that the captions of a corpus can mean: candidates of links and of word n-grams in a "
        "knowledge base. The list goes to build_images.py.",
        prog="list_entities.py",
        examples=EXAMPLES,
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--corpus", type=Path, metavar="DIR", help="folder of a corpus (dropped pairs do not count)")
    source.add_argument(
        "--captions", type=Path, metavar="PATH", help="folder of a data set, or a text file with a caption a line"
    )
    parser.add_argument("--kb", type=Path, required=True, metavar="DIR", help="folder of a finished knowledge base")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the list, tabs between columns")
    parser.add_argument("--top", type=int, default=20, metavar="N", help="best candidates of a surface (default: 20)")
    parser.add_argument(
        "--max-ngram", type=int, default=5, metavar="N",
        help="words in the longest n-gram; 0 asks for links alone (default: 5)",
    )  # fmt: skip
    parser.add_argument(
        "--min-p", type=float, default=0.0, metavar="P",
        help="leave out candidates with P(e|m) below it: 0.01 makes the list much shorter (default: 0)",
    )  # fmt: skip
    return parser


def main(argv: list[str]) -> int:
    """Write the list and print its figures."""
    values = make_parser().parse_args(argv)
    from pipeline.console.progress import Progress
    from pipeline.jobs.entity_list import EntityListOptions, list_entities

    options = EntityListOptions(
        values.kb, values.out, values.corpus, values.captions, values.top, values.max_ngram, values.min_p
    )
    with Progress("list entities", None, unit="captions") as progress:

        def watch(done: int, total: int, n_entities: int) -> None:
            progress.update(done, total=total, entities=n_entities)

        found = list_entities(options, watch)
    _print(found, values)
    return 0


def _print(found: "EntityList", values: argparse.Namespace) -> None:
    from pipeline.console.summary import print_summary, print_table

    rows = [(name, one.asked, one.hits, one.entities) for name, one in found.sources.items()]
    print_table(("source", "asked", "hits", "entities"), rows, title="Entities by source")
    print()
    best = [(one.entity_id, one.entity, one.n_pairs) for one in found.entities[:_SHOWN]]
    if best:
        print_table(("entity_id", "entity", "pairs"), best, title="Most wanted")
        print()
    figures: list[tuple[str, object]] = [
        ("captions", found.n_captions),
        ("captions without any hit", found.n_without),
        ("entities", len(found.entities)),
        ("red entities left out", found.n_red),
        ("list", str(values.out)),
    ]
    print_summary("Entity list", figures)
    if found.n_captions and not found.entities:
        logging.getLogger(__name__).warning("no caption can mean anything in this knowledge base: is it the right one?")


if __name__ == "__main__":
    sys.exit(run_command(main))
