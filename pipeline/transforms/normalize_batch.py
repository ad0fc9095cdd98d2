"""One batch of files to rows of images/."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

from pipeline.images.isolated import ImageFile, Isolated, Limits
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import Failure, NormalizedImage, Outcome
from pipeline.records.columns import Columns
from pipeline.records.digest import options_digest
from pipeline.records.errors import MelError
from pipeline.records.images import ImageOutcome, ImageRow
from pipeline.records.images_schemas import IMAGES
from pipeline.records.shards import write_shard
from pipeline.transforms.image_task import ImageTask, earlier_rows

SCRATCH = "_scratch"
"""Folder for what decoders need while they work, below that of the rows."""


@dataclass(frozen=True, slots=True)
class ImageBatch:
    """Files that one child is given together: the unit of resume, named by its place and content."""

    unit: str
    tasks: tuple[ImageTask, ...]


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What a worker needs to know.

    Attributes:
        folder: where the rows of batches go.
        earlier: images/ of an earlier run by the same recipe, '' when there is none; its rows need no decoding.
    """

    folder: str
    normalize: NormalizeOptions
    limits: Limits
    earlier: str = ""


def batch_unit(number: int, tasks: Sequence[ImageTask]) -> str:
    """Name of a batch: where it stands and a digest of what it holds, the places of files left out."""
    digest = options_digest([[value for name, value in asdict(task).items() if name != "path"] for task in tasks])
    return f"{number:06d}-{digest[:16]}"


class BatchNormalizer:
    """Turns batches to files of rows; one child process, built when it is needed."""

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        # Beside the rows, not in the system's folder: there nobody would clean up after a run that was killed.
        self._child = Isolated(options.normalize, options.limits, scratch=Path(options.folder) / SCRATCH)

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def run(self, batch: ImageBatch) -> dict[str, Any]:
        """Write the rows of a batch; its completion record."""
        known = earlier_rows(self._options.earlier, batch.tasks)
        columns = Columns(IMAGES)
        outcomes: Counter[str] = Counter()
        for task in batch.tasks:
            row = known.get(task.image_id) or self._row(task)
            outcomes[f"{row.outcome}:{row.reason}"] += 1
            columns.append(_values(row))
        path = Path(self._options.folder) / f"{batch.unit}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        shard = write_shard(columns.take(), path, IMAGES)
        return {"shard": asdict(shard), "files": len(batch.tasks), "reused": len(known), "outcomes": dict(outcomes)}

    def _row(self, task: ImageTask) -> ImageRow:
        if task.outcome != ImageOutcome.OK:
            return row_without_picture(task, task.outcome, task.reason, task.message)
        data = _read(task)
        outcome: Outcome = self._child.normalize(ImageFile(task.file_title, data, task.frame_time_s))
        if isinstance(outcome, Failure):
            return row_without_picture(task, ImageOutcome.FAILED, outcome.reason.value, outcome.message)
        return _row_of(task, outcome)


def row_without_picture(task: ImageTask, outcome: str, reason: str, message: str) -> ImageRow:
    """The row of a file that gave no picture."""
    return ImageRow(
        image_id=task.image_id, repo=task.repo, file_title=task.file_title, source_url=task.source_url,
        outcome=outcome, reason=reason, message=message, original_format="", original_width_px=0,
        original_height_px=0, source_sha256=task.source_sha256, source_size_bytes=task.source_size_bytes,
        width_px=0, height_px=0, format="", image_bytes=None, size_bytes=0, sha256="", perceptual_hash="",
        frame_index=None, frame_time_s=None, is_video=False, is_override=False, background=None, steps="",
        backend="", licence=None, author=None, description_url=None, redistributable=None,
    )  # fmt: skip


def _row_of(task: ImageTask, image: NormalizedImage) -> ImageRow:
    return ImageRow(
        image_id=task.image_id, repo=task.repo, file_title=task.file_title, source_url=task.source_url,
        outcome=ImageOutcome.OK, reason="", message="", original_format=image.original_format,
        original_width_px=image.original_width_px, original_height_px=image.original_height_px,
        source_sha256=image.source_sha256, source_size_bytes=image.original_size_bytes, width_px=image.width_px,
        height_px=image.height_px, format=image.format, image_bytes=image.image_bytes, size_bytes=image.size_bytes,
        sha256=image.sha256, perceptual_hash=image.perceptual_hash, frame_index=image.frame_index,
        frame_time_s=image.frame_time_s, is_video=image.is_video, is_override=image.is_override,
        background=image.background, steps=" ".join(image.steps), backend=image.backend, licence=None, author=None,
        description_url=None, redistributable=None,
    )  # fmt: skip


def _values(row: ImageRow) -> tuple[Any, ...]:
    return tuple(str(value) if isinstance(value, str) else value for value in astuple(row))


def _read(task: ImageTask) -> bytes:
    try:
        data = Path(task.path).read_bytes()
    except OSError as error:
        raise MelError(f"{task.path} cannot be read ({error.strerror}); do all workers see it?") from error
    if hashlib.sha256(data).hexdigest() != task.source_sha256:
        raise MelError(f"{task.path} is not what it was when it was fetched; delete it and run the command again")
    return data
