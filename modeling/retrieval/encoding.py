"""Encoding all entities into shards of vectors, resumable."""

import json
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from modeling.data.entities import EntityCatalog, IndexedEntity
from modeling.data.ranking import Ids
from modeling.retrieval.dense import Vectors
from modeling.retrieval.dense_files import write_vectors
from pipeline.records.manifest import write_json
from pipeline.records.shards import Shard, is_intact

SHARD_ROWS = 64 * 1024
_PLAN = "_plan.json"
_UNITS = "_units"
_LOG = logging.getLogger(__name__)
Encode = Callable[[Sequence[IndexedEntity]], tuple[Ids, Vectors]]


def resume_plan(staged: Path, plan: str) -> bool:
    """Whether a staged folder goes on with this plan; what another plan left there is removed.

    `plan` is a digest of all that the result depends on.
    """
    path = staged / _PLAN
    try:
        known = bool(json.loads(path.read_text(encoding="utf-8")) == plan)
    except (OSError, ValueError):
        known = False
    if not known:
        shutil.rmtree(staged)
        staged.mkdir(parents=True)
        write_json(path, plan)
    return known


def forget_plan(staged: Path) -> None:
    """Remove what only a rerun needs, before the manifest is written."""
    (staged / _PLAN).unlink(missing_ok=True)
    shutil.rmtree(staged / _UNITS, ignore_errors=True)
    for half in staged.rglob(".*.part"):  # of a writer that was killed
        half.unlink()


def encode_entities(
    staged: Path, entities: EntityCatalog, encode: Encode, *, shard_rows: int = SHARD_ROWS
) -> tuple[int, int]:
    """Write `vectors/part-NNNNN.parquet`, a shard for every `shard_rows` entities of the catalog.

    Finished shards are kept, checked byte for byte; a rerun makes the others. The shards depend on nothing else.

    Args:
        staged: folder of the index.
        entities: what to encode.
        encode: gives (ids, vectors) of those entities that have a vector, ascending.
        shard_rows: entities a shard, the unit of resume.

    Returns:
        Number of vectors, and number of shards that a killed run had left finished.
    """
    folder, units = staged / "vectors", staged / _UNITS
    folder.mkdir(exist_ok=True)
    units.mkdir(exist_ok=True)
    n_vectors, n_kept = 0, 0
    for number, batch in enumerate(entities.batches(shard_rows)):
        path, record = folder / f"part-{number:05d}.parquet", units / f"part-{number:05d}.json"
        shard = _finished(path, record)
        if shard is None:
            ids, vectors = encode(batch)
            shard = write_vectors(path, ids, vectors)
            write_json(record, asdict(shard))
            _LOG.info("encoded %d entities of %d", min((number + 1) * shard_rows, len(entities)), len(entities))
        else:
            n_kept += 1
        n_vectors += shard.rows
    return n_vectors, n_kept


def _finished(path: Path, record: Path) -> Shard | None:
    try:
        shard = Shard(**json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return shard if is_intact(path, shard) else None
