"""Wanted files to batches, batches to rows with pictures."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import apache_beam as beam

from pipeline.beamx.engine import Engine, run_pipeline
from pipeline.beamx.progress import Watch
from pipeline.beamx.units import UnitLog
from pipeline.images.backends import backend_versions
from pipeline.images.fonts import font_identity
from pipeline.images.isolated import Limits
from pipeline.images.options import NormalizeOptions
from pipeline.jobs.images_files import FetchRecord
from pipeline.records.code import code_digest
from pipeline.records.digest import options_digest
from pipeline.records.errors import MelError
from pipeline.records.images import WantedImage
from pipeline.records.shards import Shard, is_intact
from pipeline.transforms.image_task import ImageTask
from pipeline.transforms.normalize_batch import SCRATCH, BatchOptions, ImageBatch, batch_unit
from pipeline.transforms.normalize_images import NormalizeImages

BATCHES = "batches"
_CODE = (
    "images",
    "titles/file_kinds.py",
    "transforms/normalize_batch.py",
    "transforms/image_task.py",
    "records/images_schemas.py",
    "records/shards.py",
)
_SHARD_FILES = (2_000, 32_000)
"""More files than these: 16 shards, 256 shards."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the picture that becomes of a file."""

    normalize: NormalizeOptions
    limits: Limits
    batch_files: int

    @property
    def digest(self) -> str:
        """Digest of options, libraries and code."""
        return options_digest(
            {
                "normalize": self.normalize.to_json(),
                "limits": asdict(self.limits),
                "backends": backend_versions(self.normalize.svg_backend),
                "packages": {name: _version(name) for name in ("pillow", "numpy", "imageio-ffmpeg", "pyarrow")},
                "font": font_identity(),
                "code": code_digest(_CODE),
            }
        )


def make_tasks(
    images: Sequence[WantedImage], records: Mapping[str, FetchRecord], base: Path, frames: Mapping[str, float]
) -> list[ImageTask]:
    """One task a wanted file, in the order of image ids; `base` is where the paths of records begin."""
    tasks = []
    for image in images:
        one = records[image.image_id]
        tasks.append(
            ImageTask(
                image_id=image.image_id,
                file_title=image.file_title,
                repo=one.repo,
                source_url=one.url,
                path=str(base / one.path) if one.path else "",
                source_sha256=one.sha256,
                source_size_bytes=one.size_bytes,
                outcome=str(one.outcome),
                reason=str(one.reason),
                message=one.message,
                frame_time_s=frames.get(image.file_title),
            )
        )
    return tasks


def partition_digits(n_files: int) -> int:
    """How many leading hex digits of the image id name the shard."""
    return sum(n_files > limit for limit in _SHARD_FILES)


def make_batches(tasks: Sequence[ImageTask], batch_files: int) -> dict[int, list[ImageBatch]]:
    """Shard number -> its batches in order, all tasks in the order of image ids."""
    digits = partition_digits(len(tasks))
    parts: dict[int, list[ImageTask]] = {}
    for task in tasks:
        parts.setdefault(int(task.image_id[:digits] or "0", 16), []).append(task)
    batches: dict[int, list[ImageBatch]] = {}
    number = 0
    for part in sorted(parts):
        for start in range(0, len(parts[part]), batch_files):
            chunk = tuple(parts[part][start : start + batch_files])
            batches.setdefault(part, []).append(ImageBatch(batch_unit(number, chunk), chunk))
            number += 1
    return batches


def normalize_batches(
    batches: Sequence[ImageBatch], options: BatchOptions, engine: Engine
) -> dict[str, dict[str, Any]]:
    """Run the batches that are not finished; the completion records of all, by unit."""
    folder = Path(options.folder)
    log = UnitLog(folder / "_units")
    wanted = {batch.unit for batch in batches}
    finished = {unit for unit in wanted if _is_whole(folder, log.record(unit))}
    left = [batch for batch in batches if batch.unit not in finished]
    forget_scratch(folder)
    for batch in left:
        log.forget(batch.unit)
    if left:

        def build(pipeline: beam.Pipeline) -> None:
            created = pipeline | "Batches" >> beam.Create(left, reshuffle=False)
            _ = created | "Normalise" >> NormalizeImages(options, log.folder)

        weights = {batch.unit: len(batch.tasks) for batch in batches}
        watch = Watch("normalize", log, weights, unit="batches", of="files")
        run_pipeline("normalize", build, engine, watch=watch)
    records = {unit: record for unit, record in log.finished().items() if unit in wanted}
    if missing := sorted(wanted - set(records)):
        raise MelError(
            f"normalize: {len(missing):,} of {len(wanted):,} batches left no record, the first is {missing[0]}; "
            f"do all workers see the folder {folder}?"
        )
    return records


def forget_batches(staging: Path, *, but: str = "") -> None:
    """Remove the rows of batches, once they stand in shards; or those of other recipes than `but`."""
    for folder in staging.glob(f"{BATCHES}-*"):
        if folder.name != but:
            shutil.rmtree(folder)


def forget_scratch(folder: Path) -> None:
    """Remove what decoders left; `folder` is that of the batches, which nobody but this run works in."""
    shutil.rmtree(folder / SCRATCH, ignore_errors=True)


def _is_whole(folder: Path, record: dict[str, Any] | None) -> bool:
    if record is None:
        return False
    shard = Shard(**record["shard"])
    return is_intact(folder / shard.name, shard)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
