"""What is published of a data set: rows, splits, manifest."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.formats.splits import ALL
from pipeline.records import dataset_schemas as schemas
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST, open_artifact
from pipeline.records.schemas import Schema

CONFIGS: Mapping[str, Schema] = {
    "mentions": schemas.DATASET_MENTIONS,
    "pairs": schemas.PAIRS,
    "given_candidates": schemas.GIVEN_CANDIDATES,
}
"""Configuration -> its schema; the first is the default one."""
_HUB_NAMES = {"valid": "validation", ALL: "train"}
"""Splits that have another name where data sets are published: `all` is reserved there."""
_ORDER = ("train", "validation", "test")
_NAME = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


@dataclass(frozen=True, slots=True)
class Release:
    """The content of a data set as it is published.

    Attributes:
        name: What it is called.
        stage_id: Digest of the data set's content.
        options: What its manifest tells.
        splits: Published split -> split in the data set, train, validation and test first.
        tables: Configuration -> all its rows.
    """

    name: str
    stage_id: str
    options: Mapping[str, Any]
    splits: Mapping[str, str]
    tables: Mapping[str, pa.Table]

    def rows(self, config: str, split: str) -> pa.Table:
        """The rows of a published split."""
        table = self.tables[config]
        return table.filter(pc.equal(table["split"], self.splits[split])).combine_chunks()

    def count(self, config: str) -> int:
        """Rows of a configuration."""
        return int(self.tables[config].num_rows)


def read_release(folder: Path, name: str | None = None) -> Release:
    """Read a data set.

    Raises:
        UsageError: it has no pairs, or a split whose name cannot be published.
        ArtifactError: it is unfinished, damaged or of another kind.
    """
    tables = {
        config: open_artifact(folder / config, schema).table()
        for config, schema in CONFIGS.items()
        if config != "given_candidates" or (folder / config).is_dir()
    }
    empty = next((config for config in ("pairs", "mentions") if not tables[config].num_rows), None)
    if empty is not None:
        raise UsageError(f"{folder} has no {empty}")
    tables = {config: table for config, table in tables.items() if table.num_rows}
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        stage_id, options = str(manifest["stage_id"]), dict(manifest["options"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{folder / MANIFEST} is damaged or missing: {error!r}") from error
    found = sorted(set(tables["pairs"]["split"].to_pylist()))
    return Release(name or folder.resolve().name, stage_id, options, published_splits(found), tables)


def published_splits(found: list[str]) -> dict[str, str]:
    """Published name -> name in the data set.

    Raises:
        UsageError: a name cannot be published, or two come out alike.
    """
    names = {_HUB_NAMES.get(split, split): split for split in found}
    bad = next((name for name in names if not _NAME.fullmatch(name)), None)
    if bad is not None or len(names) < len(found):
        raise UsageError(f"the splits {', '.join(found)} cannot all be published; rename {bad or 'one of them'}")
    ordered = sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    return {name: names[name] for name in ordered}


def keep_pairs(release: Release, kept: set[str]) -> Release:
    """The same release with these pairs alone.

    Raises:
        UsageError: none is left.
    """
    if not kept:
        raise UsageError("no pair is left that may be passed on")
    mentions = release.tables["mentions"]
    mentions = mentions.filter(pc.is_in(mentions["pair_id"], pa.array(sorted(kept))))
    ids = pa.array(sorted(mentions["mention_id"].to_pylist()), pa.string())
    tables = {"mentions": mentions}
    pairs = release.tables["pairs"]
    tables["pairs"] = pairs.filter(pc.is_in(pairs["pair_id"], pa.array(sorted(kept))))
    if "given_candidates" in release.tables:
        rows = release.tables["given_candidates"]
        tables["given_candidates"] = rows.filter(pc.is_in(rows["mention_id"], ids))
    left = set(tables["pairs"]["split"].to_pylist())
    splits = {name: split for name, split in release.splits.items() if split in left}
    return Release(release.name, release.stage_id, release.options, splits, tables)
