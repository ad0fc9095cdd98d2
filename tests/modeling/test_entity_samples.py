"""Samples of entities: drawn by the seed, those that must be there, read in batches."""

import numpy as np
import pytest

from modeling.data.entities import IndexedEntity
from modeling.data.entity_samples import EntitySample
from tests.modeling.worlds import ListCatalog

CATALOG = ListCatalog(IndexedEntity(7 * number, f"Town {number}", "", None) for number in range(10_000))


def ids_of(sample, rows=64):
    return [[row.entity_id for row in batch] for batch in sample.batches(rows)]


def test_drawn_entities_and_those_asked_for():
    always = [7, 21, 69_993]
    drawn = np.concatenate(ids_of(EntitySample(CATALOG, 300, seed=1))).tolist()
    batches = ids_of(EntitySample(CATALOG, 300, seed=1, always=always))
    found = np.concatenate(batches).tolist()
    assert len(drawn) == 300
    assert found == sorted({*drawn, *always})
    assert [len(batch) for batch in batches[:-1]] == [64] * (len(found) // 64)
    assert 299 < len(found) <= len(EntitySample(CATALOG, 300, seed=1, always=always)) == 303
    assert drawn != np.concatenate(ids_of(EntitySample(CATALOG, 300, seed=2))).tolist()
    assert 30_000 < np.mean(drawn) < 40_000  # from all over the catalog


@pytest.mark.parametrize("n", [10_000, 10_001])
def test_a_small_catalog_is_taken_whole(n):
    sample = EntitySample(CATALOG, n, seed=1, always=[7])
    assert len(sample) == 10_000
    assert np.concatenate(ids_of(sample, 999)).tolist() == [7 * number for number in range(10_000)]
    assert len(ids_of(EntitySample(CATALOG, 0, seed=1, always=[7]))) == 1
