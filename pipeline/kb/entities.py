"""Entity records by id: lead, image, Wikidata id."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.records import schemas
from pipeline.records.errors import ArtifactError
from pipeline.records.kb import Entity
from pipeline.records.manifest import Reader, open_artifact

CACHED_ENTITIES = 1 << 16
CACHED_GROUPS = 4
"""Row groups kept decoded: at most 64 MB each."""


class EntityStore:
    """Reads entities/ by id: only the row groups that hold the ids, recent ones kept."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._paths = [reader.folder / shard.name for shard in reader.shards if shard.rows]
        self._files: dict[int, pq.ParquetFile] = {}
        self._groups: OrderedDict[tuple[int, int], pa.Table] = OrderedDict()
        self._known: OrderedDict[int, Entity | None] = OrderedDict()

    @classmethod
    def open(cls, kb: Path) -> "EntityStore":
        """Open the entities/ of a KB folder.

        Raises:
            ArtifactError: it is missing, unfinished or of another version.
        """
        return cls(open_artifact(kb / schemas.ENTITIES.name, schemas.ENTITIES))

    def get(self, ids: Iterable[int]) -> dict[int, Entity]:
        """The entities with these ids, in the order asked; ids that no article has are left out."""
        wanted = list(dict.fromkeys(ids))
        found = {id_: self._known[id_] for id_ in wanted if id_ in self._known}
        for key, missing in self._by_group(id_ for id_ in wanted if id_ not in found).items():
            found |= self._read(key, missing)
        for id_ in found:
            self._known[id_] = found[id_]
            self._known.move_to_end(id_)
        while len(self._known) > CACHED_ENTITIES:
            self._known.popitem(last=False)
        return {id_: entity for id_ in wanted if (entity := found.get(id_)) is not None}

    def _by_group(self, ids: Iterable[int]) -> dict[tuple[int, int], list[int]]:
        """Ids by the (shard, row group) that would hold them."""
        groups: dict[tuple[int, int], list[int]] = {}
        for id_ in sorted(ids):
            shard = bisect_right(range(len(self._paths)), id_, key=lambda at: self._least(at, 0)) - 1
            if shard < 0:
                continue
            count = self._file(shard).metadata.num_row_groups
            group = bisect_right(range(count), id_, key=partial(self._least, shard)) - 1
            groups.setdefault((shard, group), []).append(id_)
        return groups

    def _least(self, shard: int, group: int) -> int:
        """First entity id of a row group, from its statistics."""
        return int(self._file(shard).metadata.row_group(group).column(0).statistics.min)

    def _file(self, shard: int) -> pq.ParquetFile:
        if shard not in self._files:
            try:
                self._files[shard] = pq.ParquetFile(self._paths[shard])
            except (OSError, pa.ArrowInvalid) as error:
                raise ArtifactError(f"{self._paths[shard]} cannot be read as a Parquet shard: {error}") from error
        return self._files[shard]

    def _read(self, key: tuple[int, int], ids: list[int]) -> dict[int, Entity | None]:
        table = self._group(key)
        column = table.column("entity_id").to_numpy()
        places = np.searchsorted(column, ids)
        found: dict[int, Entity | None] = {}
        for id_, place in zip(ids, places.tolist(), strict=True):
            is_there = place < len(column) and column[place] == id_
            found[id_] = _entity(table.slice(place, 1).to_pylist()[0]) if is_there else None
        return found

    def _group(self, key: tuple[int, int]) -> pa.Table:
        if key not in self._groups:
            shard, group = key
            try:
                self._groups[key] = self._file(shard).read_row_group(group)
            except (OSError, pa.ArrowInvalid) as error:
                raise ArtifactError(f"{self._paths[shard]} is damaged: {error}") from error
            if len(self._groups) > CACHED_GROUPS:
                self._groups.popitem(last=False)
        self._groups.move_to_end(key)
        return self._groups[key]


def _entity(row: dict[str, Any]) -> Entity:
    return Entity(**{**row, "categories": tuple(row["categories"])})
