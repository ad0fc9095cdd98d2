"""ATTRIBUTION and LICENSES of a folder of images."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from pipeline.records.images import ImageOutcome

COLUMNS = ("image_id", "file_title", "repo", "outcome", "licence", "author", "description_url", "redistributable")
UNKNOWN = "unknown"
_HEAD = """\
Each picture has its own author and licence; one line a picture, tabs between columns, in the order of image ids.
The pictures were changed: made smaller, flattened, turned upright, converted to sRGB; of films one frame is shown.
"passed on" says whether a changed copy may be given to anybody for any purpose; where it says no or unknown,
the picture is for private use and must not be published (fair use on one wiki is no licence).

"""
_NAMES = ("image_id", "file", "author", "licence", "passed on", "page")
_WORDS = {True: "yes", False: "no", None: UNKNOWN}


def write_licences(out: Path, tables: Iterable[pa.Table]) -> None:
    """Write both files from the rows of images/; only pictures whose bytes are there are named."""
    licences: Counter[tuple[str, str]] = Counter()
    with (out / "ATTRIBUTION").open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)
        file.write("\t".join(_NAMES) + "\n")
        for table in tables:
            _add(table, file, licences)
    lines = [f"{n:,}\t{licence}\tpassed on: {word}\n" for (licence, word), n in _by_number(licences)]
    (out / "LICENSES").write_text(
        "Licences of the pictures, by number; ATTRIBUTION names author and licence of each.\n\n"
        + ("".join(lines) or "There is no picture.\n"),
        encoding="utf-8",
    )


def _add(table: pa.Table, file: TextIO, licences: Counter[tuple[str, str]]) -> None:
    for row in table.select(COLUMNS).to_pylist():
        if row["outcome"] != ImageOutcome.OK:
            continue
        word, licence = _WORDS[row["redistributable"]], row["licence"] or UNKNOWN
        licences[_plain(licence), word] += 1
        parts = (row["image_id"], row["file_title"], row["author"], licence, word, row["description_url"])
        file.write("\t".join(_plain(part or UNKNOWN) for part in parts) + "\n")


def _by_number(licences: Counter[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    return sorted(licences.items(), key=lambda item: (-item[1], item[0]))


def _plain(text: str) -> str:
    """One line without tabs."""
    return " ".join(text.split())
