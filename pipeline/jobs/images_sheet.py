"""Cells of the contact sheet: every wanted file with its picture."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.console.format import format_bytes
from pipeline.records.images import ImageOutcome, WantedImage
from pipeline.records.manifest import read_groups
from pipeline.report.contact_sheet import SheetCell
from pipeline.report.thumbnails import make_thumbnail

_USABLE = "usable"
_COLUMNS = (
    "image_id", "file_title", "outcome", "reason", "message", "original_format", "format", "image_bytes", "width_px",
    "height_px", "size_bytes", "frame_index", "frame_time_s", "is_override", "background", "backend", "steps",
    "licence", "author", "redistributable", "repo",
)  # fmt: skip


def sheet_cells(shards: Iterable[Path], wanted: Mapping[str, WantedImage]) -> Iterator[SheetCell]:
    """One cell a row of images/, in the order of image ids."""
    for shard in shards:
        for table in read_groups(shard, _COLUMNS):
            for row in table.to_pylist():
                yield _cell(row, wanted[row["image_id"]])


def _cell(row: Mapping[str, Any], image: WantedImage) -> SheetCell:
    is_ok = row["outcome"] == ImageOutcome.OK
    return SheetCell(
        image_id=row["image_id"],
        file_title=row["file_title"],
        caption=image.caption,
        outcome=_USABLE if is_ok else row["outcome"],
        reason=row["reason"],
        thumbnail=make_thumbnail(row["image_bytes"]) if is_ok else None,
        facts={name: text for name, text in _facts(row, image) if text},
        format=row["original_format"] or row["file_title"].rpartition(".")[2].lower()[:5],
    )


def _facts(row: Mapping[str, Any], image: WantedImage) -> Iterator[tuple[str, str]]:
    yield "used by", image.used_by
    yield "uses", str(image.n_uses) if image.n_uses > 1 else ""
    if row["width_px"]:
        yield "size", f"{row['width_px']} x {row['height_px']}, {format_bytes(row['size_bytes'])} {row['format']}"
    if row["frame_time_s"] is not None:
        yield "frame at", f"{row['frame_time_s']:g} s{', picked by hand' if row['is_override'] else ''}"
    yield "frame", "" if row["frame_index"] is None else str(row["frame_index"])
    yield "background", row["background"] or ""
    yield "steps", row["steps"]
    yield "backend", row["backend"]
    yield "repository", row["repo"]
    yield "licence", row["licence"] or ""
    yield "author", row["author"] or ""
    yield "passed on", {True: "yes", False: "no", None: ""}[row["redistributable"]]
    yield "message", row["message"]
