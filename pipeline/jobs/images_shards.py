"""Rows of batches to the shards of images/, rights added."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.beamx.sink import ShardWriter
from pipeline.console.progress import Progress
from pipeline.images.rights import Rights
from pipeline.records.images import ImageOutcome, WithheldReason
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import read_shard
from pipeline.transforms.normalize_batch import ImageBatch

RIGHTS_COLUMNS = ("licence", "author", "description_url", "redistributable")
"""Fields of `Rights` that rows hold under the same names."""
_EMPTY = Rights()


def write_images(
    batches: Mapping[int, Sequence[ImageBatch]],
    source: Path,
    target: Path,
    rights: Mapping[str, Rights],
    *,
    redistributable_only: bool,
) -> None:
    """Write the shards of images/ from the files of rows in `source`.

    Args:
        batches: shard number -> its batches in order.
        source: folder of the batches' rows.
        target: folder of the artifact.
        rights: image id -> what is known.
        redistributable_only: leave out the bytes of pictures that may not be passed on, or may perhaps not.
    """
    writer = ShardWriter(str(target), IMAGES, is_sorted=True)
    with Progress("write images", total=len(batches), unit="shards") as progress:
        for number, (part, units) in enumerate(batches.items(), 1):
            tables = (read_shard(source / f"{batch.unit}.parquet") for batch in units)
            writer.write_all(part, (add_rights(table, rights, withhold=redistributable_only) for table in tables))
            progress.update(number)


def add_rights(table: pa.Table, rights: Mapping[str, Rights], *, withhold: bool) -> pa.Table:
    """The rows with their rights; with `withhold`, without bytes where they may not be passed on."""
    known = [rights.get(image_id, _EMPTY) for image_id in table["image_id"].to_pylist()]
    for name in RIGHTS_COLUMNS:
        table = _set(table, name, [getattr(one, name) for one in known])
    if not withhold:
        return table
    reasons = [_withheld(one, outcome) for one, outcome in zip(known, table["outcome"].to_pylist(), strict=True)]
    outcomes = [
        str(ImageOutcome.WITHHELD) if reason else outcome
        for reason, outcome in zip(reasons, table["outcome"].to_pylist(), strict=True)
    ]
    texts = [str(reason) if reason else old for reason, old in zip(reasons, table["reason"].to_pylist(), strict=True)]
    kept = pa.array([reason is None for reason in reasons], pa.bool_())
    table = _set(_set(table, "outcome", outcomes), "reason", texts)
    place = table.schema.get_field_index("image_bytes")
    nothing = pa.nulls(table.num_rows, pa.binary())
    shown = pc.if_else(kept, table["image_bytes"].combine_chunks(), nothing)
    return table.set_column(place, IMAGES.arrow.field("image_bytes"), shown)


def outcomes_of(tables: Iterator[pa.Table]) -> Counter[str]:
    """How many rows of each `outcome`, or `outcome:reason`."""
    counts: Counter[str] = Counter()
    for table in tables:
        pairs = zip(table["outcome"].to_pylist(), table["reason"].to_pylist(), strict=True)
        counts.update(f"{outcome}:{reason}" if reason else outcome for outcome, reason in pairs)
    return counts


def _withheld(rights: Rights, outcome: str) -> WithheldReason | None:
    if outcome != ImageOutcome.OK or rights.redistributable:
        return None
    return WithheldReason.RIGHTS_UNKNOWN if rights.redistributable is None else WithheldReason.NOT_REDISTRIBUTABLE


def _set(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    place, field = table.schema.get_field_index(name), IMAGES.arrow.field(name)
    return table.set_column(place, field, pa.array(values, field.type))
