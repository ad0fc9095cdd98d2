"""Encoding all entities into shards of vectors, resumable."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from modeling.data.entities import IndexedEntity
from modeling.data.ranking import Ids
from modeling.retrieval.dense import Vectors
from modeling.retrieval.dense_files import write_vectors
from modeling.retrieval.index_folder import WORK
from pipeline.records.manifest import write_json
from pipeline.records.shards import Shard, is_intact

SHARD_ROWS = 64 * 1024
_UNITS = "units"
_LOG = logging.getLogger(__name__)
Encode = Callable[[Sequence[IndexedEntity]], tuple[Ids, Vectors]]


class Batches(Protocol):
    """What can be encoded: a catalog, or some of it."""

    def __len__(self) -> int:
        """Number of entities, or a little more."""

    def batches(self, rows: int) -> Iterator[list[IndexedEntity]]:
        """The entities, `rows` at a time, ascending by id."""


def encode_entities(staged: Path, entities: Batches, encode: Encode, *, shard_rows: int = SHARD_ROWS) -> int:
    """Write `vectors/part-NNNNN.parquet`, a shard for every `shard_rows` entities of the catalog.

    Finished shards are kept, checked byte for byte; a rerun makes the others. The shards depend on nothing else.

    Args:
        staged: folder of the index; what a rerun needs to know stands in its `WORK`.
        entities: what to encode.
        encode: gives (ids, vectors) of those entities that have a vector, ascending.
        shard_rows: entities a shard, the unit of resume.

    Returns:
        Number of vectors.
    """
    folder, units = staged / "vectors", staged / WORK / _UNITS
    folder.mkdir(exist_ok=True)
    units.mkdir(parents=True, exist_ok=True)
    n_vectors = 0
    for number, batch in enumerate(entities.batches(shard_rows)):
        path, record = folder / f"part-{number:05d}.parquet", units / f"part-{number:05d}.json"
        shard = _finished(path, record)
        if shard is None:
            ids, vectors = encode(batch)
            shard = write_vectors(path, ids, vectors)
            write_json(record, asdict(shard))
            _LOG.info("encoded %d entities of %d", min((number + 1) * shard_rows, len(entities)), len(entities))
        n_vectors += shard.rows
    return n_vectors


def _finished(path: Path, record: Path) -> Shard | None:
    try:
        shard = Shard(**json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return shard if is_intact(path, shard) else None
