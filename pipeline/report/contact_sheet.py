"""Contact sheets: thumbnails with captions and outcomes, to be filtered and searched.

The cells are data in the page, which its script draws sixty at a time: ten thousand stay quick. A sheet of more than
`CELLS_PER_PART` cells or `BYTES_PER_PART` of data goes into several pages that link each other.
"""

import base64
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from markupsafe import Markup

from pipeline.report.data_blocks import data_block
from pipeline.report.page import page_parts
from pipeline.report.text import clip, readable
from pipeline.report.thumbnails import picture_type

CELLS_PER_PART = 10_000
BYTES_PER_PART = 96_000_000
CELLS_PER_BLOCK = 100
CELLS_PER_SCREEN = 60
_SHOWN_BYTES_MAX = 64_000
_TONES = {"usable": "good", "failed": "bad", "missing": "open", "kept": "good", "dropped": "bad", "review": "open"}
_NO_TONE = ""
_CAPTION_CHARS, _TEXT_CHARS, _WORD_CHARS, _FACTS_MAX = 2000, 300, 40, 16


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One image of a contact sheet; every text may be hostile, and long ones are clipped with a notice.

    Attributes:
        outcome: A word to filter by, such as usable, failed or missing.
        reason: Why there is no picture, '' for a usable one.
        thumbnail: A small JPEG, PNG, WebP or GIF (`thumbnails.make_thumbnail`), None when there is none. One that is
            too large or no picture is left out, and the cell says so.
        facts: Name and value of whatever else is worth showing (size, licence, backend).
        format: A word to filter by, such as jpg or svg, '' when unknown.
    """

    image_id: str
    file_title: str
    caption: str
    outcome: str
    reason: str = ""
    thumbnail: bytes | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    format: str = ""


def contact_sheet_html(title: str, cells: Iterable[SheetCell], *, note: str = "") -> str:
    """One self-contained page of all the cells, however many."""
    part = _Part()
    for cell in cells:
        part.add(cell)
    return "".join(_page(title, note, [part], 0, [""]))


def write_contact_sheet(
    path: Path, title: str, cells: Iterable[SheetCell], *, note: str = "", cells_per_part: int = CELLS_PER_PART
) -> list[Path]:
    """Write `path`, and `NAME-002.html` and so on beside it where one page would be too large; returns them in order.

    The cells are read once and wait in files without a name. Each page appears whole or not at all.
    """
    parts = list(_read_parts(cells, cells_per_part))
    names = [path.name, *(f"{path.stem}-{number:03}{path.suffix}" for number in range(2, len(parts) + 1))]
    for place, name in enumerate(names):
        waiting = path.with_name(f".{name}.part")
        with waiting.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(_page(title, note, parts, place, names))
        os.replace(waiting, path.with_name(name))
    return [path.with_name(name) for name in names]


def _read_parts(cells: Iterable[SheetCell], cells_per_part: int) -> Iterator["_Part"]:
    part = _Part()
    for cell in cells:
        if part.n_cells >= cells_per_part or part.n_bytes >= BYTES_PER_PART:
            yield part
            part = _Part()
        part.add(cell)
    yield part


def _page(title: str, note: str, parts: Sequence["_Part"], place: int, names: Sequence[str]) -> Iterator[str]:
    outcomes = sum((part.outcomes for part in parts), Counter())
    values = {
        "note": note,
        "n_cells": outcomes.total(),
        "n_in_part": parts[place].n_cells,
        "outcomes": sorted(outcomes.items(), key=lambda pair: (-pair[1], pair[0])),
        "tones": {name: _TONES.get(name, _NO_TONE) for name in outcomes},
        "tones_json": json.dumps(_TONES),
        "parts": names,
        "part": place,
        "per_screen": CELLS_PER_SCREEN,
        "per_block": CELLS_PER_BLOCK,
        "blocks": parts[place].blocks(),
    }
    yield from page_parts("sheet.html", title=title, values=values, styles=["sheet.css"], scripts=["sheet.js"])


class _Part:
    """The data of one page, waiting in a file that has no name."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.n_cells = 0
        self.n_bytes = 0
        self._file = TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - as long as the part
        self._records: list[dict[str, object]] = []
        self._thumbnails: list[str] = []

    def add(self, cell: SheetCell) -> None:
        """Take a cell in."""
        thumbnail, problem = _data_url(cell.thumbnail)
        record = _record(cell, problem)
        self.outcomes[str(record["outcome"])] += 1
        self.n_cells += 1
        self._records.append(record)
        self._thumbnails.append(thumbnail)
        if len(self._records) == CELLS_PER_BLOCK:
            self._flush()

    def blocks(self) -> Iterator[Markup]:
        """Script elements that hold data, each a line."""
        self._flush()
        self._file.seek(0)
        for line in self._file:
            yield Markup(line)  # noqa: S704 - written by data_block

    def _flush(self) -> None:
        if self._records:
            written = data_block("cells", self._records) + data_block("thumbnails", self._thumbnails)
            self.n_bytes += self._file.write(written)
            self._records, self._thumbnails = [], []


def _record(cell: SheetCell, problem: str) -> dict[str, object]:
    facts = [[_text(name, _WORD_CHARS), _text(value, _TEXT_CHARS)] for name, value in cell.facts.items()][:_FACTS_MAX]
    return {
        "id": _text(cell.image_id, _WORD_CHARS),
        "file": _text(cell.file_title, _TEXT_CHARS),
        "caption": _text(cell.caption, _CAPTION_CHARS),
        "outcome": _text(cell.outcome, _WORD_CHARS),
        "reason": _text(cell.reason, _TEXT_CHARS),
        "format": _text(cell.format, _WORD_CHARS),
        "facts": [*facts, ["thumbnail", problem]] if problem else facts,
    }


def _text(value: str, max_chars: int) -> str:
    return readable(clip(value, max_chars))


def _data_url(thumbnail: bytes | None) -> tuple[str, str]:
    """What follows `data:`, and why there is nothing though there was a thumbnail."""
    if thumbnail is None:
        return "", ""
    if len(thumbnail) > _SHOWN_BYTES_MAX:
        return "", f"left out: {len(thumbnail):,} bytes, at most {_SHOWN_BYTES_MAX:,}"
    media_type = picture_type(thumbnail)
    if not media_type:
        return "", "left out: no JPEG, PNG, WebP or GIF"
    return f"{media_type};base64,{base64.b64encode(thumbnail).decode()}", ""
