"""Compiling the store from mentions/, titles/ and entities/."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.kb.store_counts import EvidenceCodes, write_counts
from pipeline.kb.store_entities import EntityIndex, read_entities
from pipeline.kb.store_files import NONE, SHORT_LIST, WEIGHT_NAMES, StoreWriter
from pipeline.kb.store_folds import build_folds, merge_folds
from pipeline.kb.store_lists import Ints, Lists, iter_surfaces, read_lists
from pipeline.kb.store_titles import write_titles
from pipeline.records import schemas
from pipeline.records.digest import options_digest
from pipeline.records.errors import UsageError
from pipeline.records.manifest import Reader, open_artifact, publish

MOST_CANDIDATES = 1000
"""Candidates that the store keeps of one list; totals are taken before this cut."""


def build_store(kb: Path, out: Path, *, options: Mapping[str, Any]) -> dict[str, Any]:
    """Compile `kb`/{mentions,titles,entities} into the folder `out`; returns the manifest.

    Args:
        kb: folder of a KB with the three artifacts finished.
        out: store folder; put in place by rename when all is written.
        options: w_redirect, w_disambiguation, w_title, w_hatnote: the integers that mentions/ was made with
            (1 where absent); all other entries (stage_id, preset, wiki, lang …) go to the manifest as they are.

    Raises:
        ArtifactError: an artifact is unfinished, or was made with other weights.
        UsageError: a weight is no integer from 0.
    """
    weights = _weights(options)
    mentions, titles, entities = (
        open_artifact(kb / schema.name, schema) for schema in (schemas.MENTIONS, schemas.TITLES, schemas.ENTITIES)
    )
    staged = out.with_name(f".{out.name}.part")
    shutil.rmtree(staged, ignore_errors=True)
    writer = StoreWriter(staged)
    index = read_entities(entities, mentions)
    index.write(writer)
    counts = _write_mentions(mentions, index, np.array(list(weights.values()), np.int64), writer)
    counts |= {"entities": len(index), "titles": write_titles(titles, index, writer)}
    manifest = writer.finish(
        {
            **{name: value for name, value in options.items() if name not in WEIGHT_NAMES},
            "weights": weights,
            "inputs": {reader.schema.name: _input(reader) for reader in (mentions, titles, entities)},
            "counts": counts,
            "most_candidates": MOST_CANDIDATES,
        }
    )
    publish(staged, out)
    return manifest


def _weights(options: Mapping[str, Any]) -> dict[str, int]:
    weights = {name: options.get(name, 1) for name in WEIGHT_NAMES}
    for name, value in weights.items():
        if type(value) is not int or not 0 <= value < 1 << 31:
            raise UsageError(f"{name} is {value!r}; a weight is an integer from 0 to 2147483647")
    return weights


def _input(reader: Reader) -> dict[str, Any]:
    return {"digest": options_digest([asdict(shard) for shard in reader.shards]), "rows": reader.rows}


def _write_mentions(mentions: Reader, index: EntityIndex, weights: Ints, writer: StoreWriter) -> dict[str, int]:
    """Surfaces, folds and the rows of both; returns their numbers."""
    codes = EvidenceCodes()
    surfaces = writer.trie("surfaces", iter_surfaces(mentions))
    lists, ids = read_lists(mentions, surfaces, index, codes, weights)
    fold_of = build_folds(mentions, surfaces, ids, writer)
    list_of, merged = merge_folds(lists, fold_of, index, codes, weights)
    writer.array("fold_list", "u32", list_of)
    counts = {
        "mentions": len(lists.entity), "surfaces": len(surfaces), "fold_keys": len(list_of),
        "merged_folds": len(merged.start) - 1, "merged_rows": len(merged.entity),
    }  # fmt: skip
    lists = _joined(lists, merged)
    del merged, fold_of, ids
    _write_lists(lists, codes.table(), weights, writer)
    return counts


def _joined(first: Lists, second: Lists) -> Lists:
    """The lists of both, the second's numbered after the first's."""
    start = np.concatenate([first.start, second.start[1:] + first.start[-1]])
    return Lists(
        start,
        np.concatenate([first.entity, second.entity]),
        np.concatenate([first.link, second.link]),
        np.concatenate([first.code, second.code]),
    )


def _write_lists(lists: Lists, tuples: Ints, weights: Ints, writer: StoreWriter) -> None:
    """Write totals over all rows, then the first 1,000 rows of each list."""
    sizes = np.diff(lists.start)
    c = lists.link + (tuples @ weights)[lists.code]
    totals = np.add.reduceat(c, lists.start[:-1]) if len(sizes) else np.zeros(0, np.int64)
    long = np.flatnonzero(sizes > SHORT_LIST)
    writer.array("total_list", "u32", long)
    writer.array("total", "u64", totals[long])
    kept = np.minimum(sizes, MOST_CANDIDATES)
    writer.array("list_start", "u32", np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)]))
    is_kept = np.ones(len(c), np.bool_)
    for number in np.flatnonzero(sizes > MOST_CANDIDATES):
        is_kept[lists.start[number] + MOST_CANDIDATES : lists.start[number + 1]] = False
    writer.array("row_entity", "u32", lists.entity[is_kept])
    writer.array("row_c", "u32", np.minimum(c[is_kept], NONE))
    write_counts(writer, lists.link[is_kept], lists.code[is_kept], tuples)
