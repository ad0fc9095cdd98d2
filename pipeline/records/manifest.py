"""Manifests: what a finished artifact folder holds, and opening it."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.records.errors import ArtifactError
from pipeline.records.schemas import Schema
from pipeline.records.shards import Shard, concat

MANIFEST = "_manifest.json"
SUCCESS = "_SUCCESS"


def write_json(path: Path, value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Write `value` with sorted keys, by temporary name and rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def write_manifest(folder: Path, schema: Schema, stage_id: str, shards: Sequence[Shard]) -> None:
    """Write the manifest of an artifact, then its `_SUCCESS`.

    Raises:
        ArtifactError: two shards have one name.
    """
    ordered = sorted(shards, key=lambda shard: shard.name)
    for one, other in pairwise(ordered):
        if one.name == other.name:
            raise ArtifactError(f"{folder} would hold two shards named {one.name}")
    value = {
        "schema": schema.name,
        "schema_version": schema.version,
        "stage_id": stage_id,
        "rows": sum(shard.rows for shard in ordered),
        "shards": [asdict(shard) for shard in ordered],
    }
    write_json(folder / MANIFEST, value)
    (folder / SUCCESS).touch()


def publish(staged: Path, final: Path) -> None:
    """Put a finished folder in its place by rename; an older one and halves of killed writers go."""
    for half in staged.glob(".*.part"):
        half.unlink()
    old = final.with_name(f".{final.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        final.rename(old)
    shutil.rmtree(staged / "_units", ignore_errors=True)  # completion records that a killed run left
    staged.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def heal(folder: Path) -> None:
    """Put back what a killed `publish` had set aside in `folder`, where nothing has taken its place."""
    for old in sorted(folder.glob(".*.old")):
        final = folder / old.name[1:].removesuffix(".old")
        if is_finished(old) and not final.exists():
            old.rename(final)


@dataclass(frozen=True, slots=True)
class Reader:
    """A finished artifact folder, opened."""

    folder: Path
    schema: Schema
    stage_id: str
    shards: tuple[Shard, ...]

    @property
    def rows(self) -> int:
        """Rows of all shards."""
        return sum(shard.rows for shard in self.shards)

    @property
    def paths(self) -> list[Path]:
        """Shard files in name order."""
        return [self.folder / shard.name for shard in self.shards]

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """One table a shard."""
        for path in self.paths:
            yield read_shard(path, columns)

    def table(self) -> pa.Table:
        """All rows in one table."""
        return concat(self.tables(), self.schema)


def read_shard(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of one shard.

    Raises:
        ArtifactError: the file is missing, damaged or no Parquet, or lacks a column.
    """
    try:
        wanted = None if columns is None else list(columns)
        return pq.read_table(path, columns=wanted, partitioning=None, page_checksum_verification=True)
    except (OSError, pa.ArrowInvalid) as error:
        raise ArtifactError(f"{path} cannot be read as a Parquet shard: {error}") from error


def read_groups(
    path: Path, columns: Sequence[str] | None = None, *, between: tuple[str, int, int] | None = None
) -> Iterator[pa.Table]:
    """The rows of one shard, a table a row group.

    Args:
        path: the shard.
        columns: those wanted; None for all.
        between: (column, low, high): only rows whose number there lies between the two, both included.

    Raises:
        ArtifactError: the file is missing, damaged or no Parquet, or lacks a column.
    """
    wanted = None if columns is None else list(columns)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for number in range(file.num_row_groups):
                if between is None:
                    yield file.read_row_group(number, columns=wanted)
                elif _may_hold(file.metadata.row_group(number), between):
                    yield _only(file.read_row_group(number, columns=wanted), between)
    except (OSError, pa.ArrowInvalid) as error:
        raise ArtifactError(f"{path} cannot be read as a Parquet shard: {error}") from error


def _may_hold(group: pq.RowGroupMetaData, between: tuple[str, int, int]) -> bool:
    """Whether a row group can have such rows, as far as its statistics tell."""
    name, low, high = between
    for number in range(group.num_columns):
        column = group.column(number)
        if column.path_in_schema == name and column.statistics is not None and column.statistics.has_min_max:
            return bool(column.statistics.min <= high and column.statistics.max >= low)
    return True


def _only(table: pa.Table, between: tuple[str, int, int]) -> pa.Table:
    name, low, high = between
    return table.filter(pc.and_(pc.greater_equal(table[name], low), pc.less_equal(table[name], high)))


def is_finished(folder: Path) -> bool:
    """Whether a folder was written to its end."""
    return (folder / SUCCESS).is_file()


def open_artifact(folder: Path, schema: Schema) -> Reader:
    """Open a finished artifact.

    Raises:
        ArtifactError: the folder is missing, unfinished, or holds another schema or version.
    """
    if not folder.is_dir():
        raise ArtifactError(f"{folder} does not exist; it should hold the artifact {schema.name}/")
    if not is_finished(folder):
        raise ArtifactError(f"{folder} has no {SUCCESS}: the run that wrote it did not end")
    try:
        value = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found = (value["schema"], value["schema_version"])
        shards = tuple(Shard(**shard) for shard in value["shards"])
        stage_id = value["stage_id"]
    except KeyError as error:
        raise ArtifactError(f"{folder} is no artifact {schema.name}/: its {MANIFEST} has no {error}") from error
    except (OSError, ValueError, TypeError) as error:
        raise ArtifactError(f"{folder / MANIFEST} is damaged: {error!r}") from error
    if found != (schema.name, schema.version):
        raise ArtifactError(f"{folder} holds {found[0]} version {found[1]}, not {schema.name} version {schema.version}")
    return Reader(folder, schema, stage_id, shards)
