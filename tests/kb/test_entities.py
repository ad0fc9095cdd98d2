"""Entities by id, read from Parquet shards."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from pipeline.kb import entities
from pipeline.kb.entities import EntityStore
from pipeline.records import schemas, shards
from pipeline.records.errors import ArtifactError
from pipeline.records.kb import Entity
from pipeline.records.manifest import write_manifest
from pipeline.records.shards import write_shard
from tests.support.stores import entity_row, write_artifact

FULL = {
    "qid": "Q140", "lead": "The **lion** is a cat.\nNo, really.", "categories": ["Lions", "Apex predators"],
    "infobox_type": "Speciesbox", "image": "Lion.jpg", "page_image": "Lion waiting.jpg", "revision_id": 77,
    "timestamp": datetime(2021, 1, 1, tzinfo=UTC),
}  # fmt: skip


def _kb(tmp_path, parts):
    write_artifact(tmp_path, schemas.ENTITIES, [[entity_row(id_, f"E{id_}", id_) for id_ in part] for part in parts])
    return EntityStore.open(tmp_path)


def test_a_record_comes_back_whole(tmp_path):
    write_artifact(tmp_path, schemas.ENTITIES, [[entity_row(3, "Lion", 9, **FULL)]])
    found = EntityStore.open(tmp_path).get([3])
    expected = Entity(
        entity_id=3,
        title="Lion",
        kind="article",
        n_inlinks=9,
        n_pages_in=9,
        **FULL | {"categories": ("Lions", "Apex predators")},
    )
    assert found == {3: expected}


def test_ids_come_in_the_order_asked_and_unknown_ones_are_left_out(tmp_path):
    store = _kb(tmp_path, [[5, 7, 9], [20, 21], [], [40]])
    asked = [40, 7, 7, -12, 8, 20, 1, 99, 21, 30, 5]
    for _ in range(2):
        found = store.get(asked)
        assert list(found) == [40, 7, 20, 21, 5]
        assert [entity.title for entity in found.values()] == ["E40", "E7", "E20", "E21", "E5"]
    assert store.get([]) == {}
    assert store.get([8, -3]) == {}


def test_only_the_row_groups_of_the_ids_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "ROW_GROUP_ROWS", 3)
    store = _kb(tmp_path, [range(1, 20), range(30, 50)])
    assert {id_: entity.title for id_, entity in store.get([4, 5, 19, 31]).items()} == {
        4: "E4",
        5: "E5",
        19: "E19",
        31: "E31",
    }
    assert sorted(store._groups) == [(0, 1), (0, 6), (1, 0)]
    every = store.get(range(60))
    assert list(every) == [*range(1, 20), *range(30, 50)]


def test_caches_stay_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "ROW_GROUP_ROWS", 2)
    monkeypatch.setattr(entities, "CACHED_ENTITIES", 5)
    monkeypatch.setattr(entities, "CACHED_GROUPS", 2)
    store = _kb(tmp_path, [range(1, 30)])
    assert len(store.get(range(1, 30))) == 29
    assert (len(store._known), len(store._groups)) == (5, 2)
    assert store.get([3])[3].title == "E3"


def test_no_entities_at_all(tmp_path):
    assert _kb(tmp_path, []).get([1]) == {}
    folder = tmp_path / "other" / "entities"
    folder.mkdir(parents=True)
    empty = write_shard(
        pa.Table.from_pylist([], schemas.ENTITIES.arrow), folder / "part-00000.parquet", schemas.ENTITIES
    )
    write_manifest(folder, schemas.ENTITIES, "test", [empty])
    assert EntityStore.open(tmp_path / "other").get([1]) == {}


def test_a_missing_or_broken_artifact_is_a_clear_error(tmp_path):
    with pytest.raises(ArtifactError, match="does not exist"):
        EntityStore.open(tmp_path)
    store = _kb(tmp_path, [[1, 2]])
    (tmp_path / "entities" / "part-00000.parquet").write_bytes(b"PAR1 no PAR1")
    with pytest.raises(ArtifactError, match=r"part-00000\.parquet cannot be read"):
        store.get([1])
