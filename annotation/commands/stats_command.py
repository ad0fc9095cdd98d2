"""`stats`: the paper's tables and figures of a data set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from annotation.commands.common import command_parser, note, percent, say_json, table
from pipeline.console.flags import CommandParser

FORMATS = ("svg", "png", "pdf")


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "stats",
        "Tables 2, 3 and 7, Figures 2 and 4 and the difficulty measures of the paper, for any data set; where the "
        "paper can be read in two ways, both figures, with the paper's own beside them.",
        "data/dataset/news",
        "data/dataset/v2 --json",
        "data/dataset/news --out reports/news --format svg pdf",
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="folder of a data set")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write a page, JSON and one file a figure there")
    parser.add_argument("--format", nargs="+", choices=FORMATS, default=["svg"], help="of figures, with --out")
    parser.add_argument(
        "--ambiguity",
        type=Path,
        metavar="FILE",
        help="classes of Figure 2(b) from persons: id of a pair or mention, tab, class (default: ambiguity.tsv that "
        "gold writes beside the data)",
    )
    return parser


def main(argv: list[str]) -> int:
    """Compute and print."""
    values = make_parser().parse_args(argv)
    from annotation.ambiguity_file import AMBIGUITY, read_ambiguity
    from annotation.gold_dataset import read_rows
    from annotation.report.statistics_charts import suggested_ambiguity
    from annotation.report.statistics_files import write_statistics
    from annotation.statistics.dataset import dataset_statistics
    from annotation.statistics.readings import label_pairs

    pairs = label_pairs(*read_rows(values.dataset))
    path = values.ambiguity or values.dataset / AMBIGUITY
    known = {one.pair.pair_id for one in pairs} | {one.mention_id for pair in pairs for one in pair.mentions}
    classes = read_ambiguity(path, known) if values.ambiguity is not None or path.is_file() else None
    found = dataset_statistics(pairs, classes)
    found["figure_2b_suggested"] = suggested_ambiguity(pairs)
    if values.json:
        say_json(found)
    else:
        print_statistics(found)
    if values.out is not None:
        note(f"written: {path}" for path in write_statistics(values.dataset.name, found, values.out, values.format))
    return 0


def print_statistics(found: dict[str, Any]) -> None:
    """All tables in the terminal."""
    rows = [
        (row["split"], row["n_pairs"], row["paper_pairs"], _mean(row["mentions_per_pair"]),
         *(_mean(one) for one in row["words_per_pair"]))
        for row in found["table_3"]
    ]  # fmt: skip
    words = [one["id"] for one in found["table_3"][0]["words_per_pair"]] if found["table_3"] else []
    table("Table 3: splits", ("split", "pairs", "paper", "mentions each", *words), rows)
    _bars("Table 2: difficulty of captions", found["table_2"])
    difference = found["surface_difference"]
    _readings("Surface form differs from the title", difference["different"])
    _readings("Surface form and title share no word", difference["totally_different"])
    _bars("Figure 2(a): topics", found["figure_2a"])
    if any(bar["n"] for bar in found["figure_2b"]):
        _bars("Figure 2(b): ambiguity, as labelled", found["figure_2b"])
        _bars("Figure 2(b): ambiguity, by mention", found["figure_2b_by_mention"])
    _bars("Figure 2(b) as form alone suggests it", found.get("figure_2b_suggested", ()))
    _bars("Figure 4(a): entity types", found["figure_4a"])
    _nested("Figure 4(b): candidates of a mention", found["figure_4b"])
    if found["table_7"]["helped_mentions"]["of"]:
        _nested("Table 7: visual clues", found["table_7"])


def _bars(title: str, bars: Sequence[dict[str, Any]]) -> None:
    if bars and set(bars[0]) == {"name", "n", "share", "paper"}:
        rows = [(one["name"], one["n"], percent(one["share"]), percent(one["paper"])) for one in bars]
        table(title, ("", "n", "share", "paper"), rows)
    elif bars:
        _readings(title, bars)


def _readings(title: str, readings: Sequence[dict[str, Any]]) -> None:
    rows = [
        (one.get("id", ""), one["n"], one["of"], percent(one["value"]), percent(one["paper"]), one["meaning"])
        for one in readings
    ]
    table(title, ("reading", "n", "of", "share", "paper", "meaning"), rows)


def _nested(title: str, value: dict[str, Any]) -> None:
    """Lists of bars or readings one by one, numbers in a table of their own."""
    plain = [(name, one) for name, one in value.items() if isinstance(one, int | float | str)]
    if plain:
        table(title, ("", "n"), plain)
    for name, one in value.items():
        if isinstance(one, dict) and "meaning" in one:
            _readings(f"{title}, {name.replace('_', ' ')}", [one])
        elif isinstance(one, list | tuple) and one and "clue" in one[0]:
            for reading in ("of_all", "of_helped"):
                rows = [{**row[reading], "id": row["clue"]} for row in one]
                _readings(f"{title}, {reading.replace('_', ' ')}", rows)
        elif isinstance(one, list | tuple) and one and "meaning" in one[0]:
            _readings(f"{title}, {name.replace('_', ' ')}", one)
        elif isinstance(one, list | tuple) and one and "share" in one[0]:
            _bars(f"{title}, {name.replace('_', ' ')}", one)


def _mean(reading: dict[str, Any]) -> str:
    value, paper = reading["value"], reading["paper"]
    shown = "–" if value is None else f"{value:.2f}"
    return shown if paper is None else f"{shown} ({paper:.2f})"
