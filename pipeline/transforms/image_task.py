"""One wanted file, and earlier rows that still hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.dataset as ds

from pipeline.images.outcomes import Reason
from pipeline.records.images import ImageOutcome, ImageRow
from pipeline.records.images_schemas import IMAGES
from pipeline.titles.file_kinds import may_be_film

_NO_RIGHTS = {"licence": None, "author": None, "description_url": None, "redistributable": None}
_TOLD = ("image_id", "outcome", "reason", "source_sha256", "source_url", "is_video", "is_override", "frame_time_s")

_ENDED = frozenset({Reason.TIMEOUT, Reason.OUT_OF_MEMORY, Reason.CRASHED})


@dataclass(frozen=True, slots=True)
class ImageTask:
    """One wanted file: its bytes in a file, or why there are none.

    Attributes:
        path: where the bytes lie; '' when there are none.
        outcome: that of the fetching: ok, missing or failed.
        frame_time_s: this frame of a video, picked by hand.
    """

    image_id: str
    file_title: str
    repo: str
    source_url: str
    path: str
    source_sha256: str
    source_size_bytes: int
    outcome: str
    reason: str
    message: str
    frame_time_s: float | None


def earlier_rows(folder: str, tasks: Iterable[ImageTask]) -> dict[str, ImageRow]:
    """Rows of an earlier run that hold for the same bytes: image id -> row, its rights forgotten.

    Args:
        folder: images/ of a run by the same recipe, '' when there is none.
        tasks: those of one batch.
    """
    wanted = {task.image_id: task for task in tasks}
    found = {}
    for value in _read(folder, wanted, tuple(IMAGES.names)):
        if row_holds(value, wanted[value["image_id"]]):
            row = ImageRow(**value | _NO_RIGHTS)
            found[row.image_id] = row
    return found


def earlier_ids(folder: str, tasks: Iterable[ImageTask], *, failed: bool) -> set[str]:
    """Image ids of the tasks for which `earlier_rows` would find a row, failures too if `failed`; reads no picture."""
    wanted = {task.image_id: task for task in tasks}
    rows = (row for row in _read(folder, wanted, _TOLD) if failed or row["outcome"] == ImageOutcome.OK)
    return {row["image_id"] for row in rows if row_holds(row, wanted[row["image_id"]])}


def row_holds(row: Mapping[str, Any], task: ImageTask) -> bool:
    """Whether a row is what the task would give; withheld pictures have no bytes.

    Failures hold too, for the same bytes fail again; but those of a decoder that was ended are tried anew, and those of
    films, whose row does not tell which frame was asked for.
    """
    if task.outcome != ImageOutcome.OK or row["outcome"] not in (ImageOutcome.OK, ImageOutcome.FAILED):
        return False
    if (row["source_sha256"], row["source_url"]) != (task.source_sha256, task.source_url):
        return False
    if row["outcome"] == ImageOutcome.FAILED:
        return not failed_to_decode(row) and not may_be_film(task.file_title)
    picked = row["frame_time_s"] if row["is_override"] else None
    return not row["is_video"] or picked == task.frame_time_s


def failed_to_decode(row: Mapping[str, Any]) -> bool:
    """Whether the bytes of a row were there and its decoder was ended: that may go better on a less busy machine."""
    return row["outcome"] == ImageOutcome.FAILED and row["source_sha256"] != "" and row["reason"] in _ENDED


def _read(folder: str, wanted: Mapping[str, ImageTask], columns: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    if not folder or not wanted:
        return ()
    data = ds.dataset(folder, schema=IMAGES.arrow, format="parquet", exclude_invalid_files=False)
    rows: list[dict[str, Any]] = data.to_table(
        columns=list(columns), filter=ds.field("image_id").isin(sorted(wanted)), use_threads=False
    ).to_pylist()
    return rows
