"""Some of many entities, drawn by a seed."""

from collections.abc import Iterable, Iterator

import numpy as np

from modeling.data.entities import EntityCatalog, IndexedEntity, batched

_READ_AT_ONCE = 4096


class EntitySample:
    """`n` entities of a catalog (all of a smaller one), and those that must be among them; read from disk each time."""

    def __init__(self, entities: EntityCatalog, n: int, seed: int, always: Iterable[int] = ()) -> None:
        self._entities, self._always = entities, frozenset(always)
        self._is_all = n >= len(entities)
        draw = np.random.default_rng(seed)
        n_drawn = min(n, len(entities))
        self._places = np.sort(draw.choice(len(entities), n_drawn, replace=False, shuffle=False))

    def __len__(self) -> int:
        """Most entities that there can be: one that is drawn and asked for counts twice."""
        return min(len(self._entities), len(self._places) + len(self._always))

    def batches(self, rows: int) -> Iterator[list[IndexedEntity]]:
        """The sample, `rows` at a time, ascending by id; the whole catalog is read once."""
        return self._entities.batches(rows) if self._is_all else batched(self._rows(), rows)

    def _rows(self) -> Iterator[IndexedEntity]:
        first = 0
        for batch in self._entities.batches(_READ_AT_ONCE):
            begin, end = np.searchsorted(self._places, (first, first + len(batch)))
            drawn = set((self._places[begin:end] - first).tolist())
            yield from (row for place, row in enumerate(batch) if place in drawn or row.entity_id in self._always)
            first += len(batch)
