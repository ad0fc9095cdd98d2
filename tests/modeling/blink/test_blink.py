"""The retriever blink: it learns, equals a scan, and refuses what does not fit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modeling.data.entities import IndexedEntity
from modeling.retrieval.blink import Blink
from modeling.retrieval.blink_encoder import BiEncoder, Lengths
from modeling.retrieval.blink_titles import title_mentions
from modeling.retrieval.dense_files import write_vectors
from pipeline.records.errors import ArtifactError, UsageError
from tests.modeling.built_apart import files
from tests.modeling.worlds import ListCatalog

LEARN = {
    "epochs": 30,
    "hard_epochs": 5,
    "batch": 8,
    "lr": 5e-3,
    "titles": True,
    "pooling": "mean",
    "mention_tokens": 16,
    "entity_tokens": 24,
}


@pytest.fixture(scope="module")
def towers(tmp_path_factory, bert):
    """A bi-encoder that needs no training."""
    folder = tmp_path_factory.mktemp("towers")
    BiEncoder.from_bert(bert, lengths=Lengths(16, 24)).save(folder)
    return str(folder)


def recall(ranking, mentions):
    return np.mean([one.entity_id in ids for one, ids in zip(mentions, ranking.ids.tolist(), strict=True)])


def test_learns_to_find_unseen_mentions(sources, mentions, towers, tmp_path):
    report = Blink.build(sources, tmp_path / "index", LEARN)
    log = report.facts["training"]
    assert (report.n_entities, report.n_absent, report.facts["n_trained_on"]) == (24, 0, 48)
    assert report.facts["unknown_share"] == 0
    assert log[29]["loss"] < 0.3 * log[0]["loss"]
    unseen = mentions[1::2]
    after = recall(Blink.open(tmp_path / "index", sources).search(unseen, 1), unseen)
    Blink.build(replace(sources, model=towers), tmp_path / "untrained", {})
    before = recall(Blink.open(tmp_path / "untrained", sources).search(unseen, 1), unseen)
    assert after > 0.8
    assert before < 0.5


def test_search_equals_a_float64_scan(sources, mentions, entities, towers, tmp_path):
    Blink.build(replace(sources, model=towers), tmp_path / "index", {"shard_rows": 5})
    found = Blink.open(tmp_path / "index", sources).search(mentions[:6], 4)
    encoder = BiEncoder.open(Path(towers))
    shards = [encoder.encode_entities(entities[start : start + 5]) for start in range(0, len(entities), 5)]
    scores = encoder.encode_mentions(mentions[:6]).astype(np.float64) @ np.concatenate(shards).astype(np.float64).T
    ids = np.array([row.entity_id for row in entities])
    for row, own in enumerate(scores.astype(np.float32)):
        order = np.lexsort((ids, -own))[:4]
        assert found.row(row) == list(zip(ids[order].tolist(), own[order].tolist(), strict=True))
    assert Blink.open(tmp_path / "index", sources).search([], 4).ids.shape == (0, 4)


def test_what_another_plan_left_is_not_used(sources, towers, tmp_path, entities):
    wanted = replace(sources, model=towers)
    Blink.build(wanted, tmp_path / "whole", {"shard_rows": 6})
    staged = tmp_path / ".index.part"
    other = replace(wanted, entities=ListCatalog(entities[:12], digest="other"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("modeling.retrieval.blink.write_index_manifest", stop)
        with pytest.raises(KeyboardInterrupt):
            Blink.build(other, tmp_path / "index", {"shard_rows": 6})
    assert len(list((staged / "vectors").iterdir())) == 2
    Blink.build(wanted, tmp_path / "index", {"shard_rows": 6})
    assert files(tmp_path / "index") == files(tmp_path / "whole")


def stop(*_):
    raise KeyboardInterrupt


def test_an_index_of_another_catalog_is_refused_unless_told(sources, towers, tmp_path, entities, mentions):
    Blink.build(replace(sources, model=towers), tmp_path / "index", {})
    later = replace(sources, entities=ListCatalog(entities, digest="two", date="20240101"))
    with pytest.raises(ArtifactError, match="dump 20210101, in use: 20240101"):
        Blink.open(tmp_path / "index", later)
    assert Blink.open(tmp_path / "index", replace(later, any_catalog=True)).search(
        mentions[:1], 2
    ).lengths.tolist() == [2]


def test_damage_and_another_width_are_told(sources, towers, tmp_path, mentions):
    Blink.build(replace(sources, model=towers), tmp_path / "index", {})
    path = tmp_path / "index" / "vectors" / "part-00000.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 255
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"part-00000.parquet is damaged"):
        Blink.open(tmp_path / "index", sources).search(mentions[:1], 2)
    path.write_bytes(content[:-1])
    with pytest.raises(ArtifactError, match="build the index again"):
        Blink.open(tmp_path / "index", sources)
    narrow = write_vectors(path, np.arange(24), np.ones((24, 8), np.float32))
    manifest = tmp_path / "index" / "_manifest.json"
    text = manifest.read_text().replace(f'"size_bytes": {len(content)}', f'"size_bytes": {narrow.size_bytes}')
    manifest.write_text(text)
    with pytest.raises(ArtifactError, match="width 8, not 32: the index was built with another model"):
        Blink.open(tmp_path / "index", sources)


def test_what_is_missing_is_told(sources, tmp_path):
    with pytest.raises(UsageError, match="blink wants a BERT folder"):
        Blink.build(replace(sources, model=None), tmp_path / "index", {})
    with pytest.raises(UsageError, match="wants mentions to train on"):
        Blink.build(replace(sources, train=()), tmp_path / "index", {})
    with pytest.raises(UsageError, match="blink has no option epoch; did you mean epochs"):
        Blink.build(sources, tmp_path / "index", {"epoch": 3})
    with pytest.raises(UsageError, match="is a plain BERT"):
        Blink.build(sources, tmp_path / "index", {"epochs": 0, "hard_epochs": 0})


def test_titles_are_weak_mentions():
    rows = [
        IndexedEntity(1, "Paris, Texas", "Paris, Texas is a town. It is small.", None),
        IndexedEntity(2, "Lion (2016 film)", "Lion is a drama", None),
        IndexedEntity(3, "St. Louis", "The city lies on a river.", None),
        IndexedEntity(4, "Bare", "", None),
    ]
    found = title_mentions(ListCatalog(rows), 100)
    assert [(one.surface, one.caption, one.entity_id) for one in found] == [
        ("Paris", "Paris is a town.", 1),
        ("Lion", "Lion is a drama", 2),
        ("St. Louis", "St. Louis: The city lies on a river.", 3),
    ]
    assert all(one.caption[one.start : one.end] == one.surface for one in found)


def test_titles_of_a_large_catalog_are_drawn():
    rows = [IndexedEntity(number, f"Town {number}", "It is small.", None) for number in range(500)]
    found = title_mentions(ListCatalog(rows), 40, seed=3)
    assert len(found) == 40
    assert found == title_mentions(ListCatalog(rows), 40, seed=3) != title_mentions(ListCatalog(rows), 40, seed=4)
    assert len(title_mentions(ListCatalog(rows), 500)) == 500
