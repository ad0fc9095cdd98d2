"""Writing the artifacts of a data set, a folder a split."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from pipeline.records.columns import Columns
from pipeline.records.manifest import publish, write_manifest
from pipeline.records.schemas import Schema
from pipeline.records.shards import Shard, write_shard

STAGING = ".staging"
CARD, CROISSANT, DATA = "README.md", "croissant.json", "data"
"""What a published data set has beside its rows: card, description for machines, folder of plain Parquet files."""


def remove_card(folder: Path) -> None:
    """Take a card out of a data set whose rows are about to change; a README.md that is no card stays."""
    if (folder / CARD).is_file() and (folder / CROISSANT).is_file():
        (folder / CARD).unlink()
        (folder / CROISSANT).unlink()
        shutil.rmtree(folder / DATA, ignore_errors=True)


def write_by_split(out: Path, folder: str, schema: Schema, stage_id: str, rows: Mapping[str, Iterable[Any]]) -> int:
    """Write `folder/split=NAME/part-00000.parquet` for every split that has rows; how many rows.

    Args:
        out: Folder of the data set; what `folder` held before goes once the new shards are whole.
        folder: Name of the artifact in it.
        schema: Its schema.
        stage_id: Digest of all that the rows depend on.
        rows: Split -> records with the schema's columns as attributes.
    """
    shards = [_write_split(out / STAGING / folder, schema, split, found) for split, found in rows.items()]
    return publish_artifact(out, folder, schema, stage_id, [shard for shard in shards if shard.rows])


def write_rows(folder: Path, schema: Schema, rows: Iterable[Any]) -> Shard:
    """One shard of records with the schema's columns as attributes."""
    columns = Columns(schema)
    values = attrgetter(*schema.names)
    for row in rows:
        columns.append(values(row))
    return write_shard(columns.take(), folder / "part-00000.parquet", schema)


def publish_artifact(out: Path, folder: str, schema: Schema, stage_id: str, shards: Sequence[Shard]) -> int:
    """Write the manifest of staged shards and put the artifact in its place; how many rows."""
    (out / STAGING / folder).mkdir(parents=True, exist_ok=True)
    write_manifest(out / STAGING / folder, schema, stage_id, shards)
    publish(out / STAGING / folder, out / folder)
    return sum(shard.rows for shard in shards)


def _write_split(folder: Path, schema: Schema, split: str, rows: Iterable[Any]) -> Shard:
    name = f"split={split}"
    (folder / name).mkdir(parents=True)
    shard = write_rows(folder / name, schema, rows)
    if not shard.rows:
        shutil.rmtree(folder / name)
    return replace(shard, name=f"{name}/{shard.name}")
