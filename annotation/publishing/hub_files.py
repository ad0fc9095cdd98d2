"""Parquet files in the layout that Hugging Face `datasets` reads."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from annotation.publishing.release import CONFIGS, Release
from pipeline.formats.dataset_writing import DATA
from pipeline.records.digest import file_digest

_NAMES: Mapping[pa.DataType, str] = {
    pa.string(): "string",
    pa.int64(): "int64",
    pa.int32(): "int32",
    pa.bool_(): "bool",
}


@dataclass(frozen=True, slots=True)
class HubFile:
    """One published Parquet file.

    Attributes:
        path: Relative to the release's folder, with slashes.
        config: Configuration.
        split: Published split.
        rows: How many.
        table_bytes: Size of the rows in memory.
        size_bytes: Size of the file.
        sha256: Digest of the file.
    """

    path: str
    config: str
    split: str
    rows: int
    table_bytes: int
    size_bytes: int
    sha256: str


def write_hub_files(release: Release, out: Path) -> list[HubFile]:
    """Write `data/CONFIG/SPLIT-00000-of-00001.parquet` for every split that has rows; what was there before goes.

    `datasets` cannot load a split without rows.
    """
    shutil.rmtree(out / DATA, ignore_errors=True)
    files = []
    for config in release.tables:
        (out / DATA / config).mkdir(parents=True)
        parts = [(split, release.rows(config, split)) for split in release.splits]
        files += [_write(rows, out, config, split) for split, rows in parts if rows.num_rows]
    return files


def _write(table: pa.Table, out: Path, config: str, split: str) -> HubFile:
    name = f"{DATA}/{config}/{split}-00000-of-00001.parquet"
    # Their loader makes its features of the plain schema; our own metadata would only be in the way.
    plain = table.cast(CONFIGS[config].arrow.remove_metadata()).replace_schema_metadata(None)
    pq.write_table(plain, out / name, compression="zstd", version="2.6", write_page_checksum=True)
    path = out / name
    return HubFile(name, config, split, table.num_rows, plain.nbytes, path.stat().st_size, file_digest(path))


def features(config: str) -> list[dict[str, Any]]:
    """The columns of a configuration as a card's head names them."""
    return [_feature(column.name, column.type) for column in CONFIGS[config].columns]


def _feature(name: str, kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind):
        return {"name": name, "list": _NAMES[kind.value_type]}
    return {"name": name, "dtype": _NAMES[kind]}
