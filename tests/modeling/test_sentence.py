"""Sentence embeddings and the floor, against plain cosines in float64."""

from dataclasses import replace

import numpy as np
import pytest

from modeling.data.entities import IndexedEntity
from modeling.retrieval.base import Sources
from pipeline.records.errors import ArtifactError, UsageError
from tests.modeling.worlds import ListCatalog, mention_in

pytest.importorskip("torch")

from modeling.encoders.text import TextEncoder
from modeling.encoders.tiny import save_tiny_bert
from modeling.retrieval.floor import Floor
from modeling.retrieval.sentence import Sentence

TITLES = {3: "Red fox", 8: "Fox Broadcasting", 11: "Rotterdam", 40: "Port of Rotterdam", 41: "Fox River"}
MENTIONS = [
    mention_in("A fox in the port", "fox", 3), mention_in("Ships leave Rotterdam at night", "Rotterdam", 11),
    mention_in("The fox of television", "fox", 8),
]  # fmt: skip
TRAIN = [
    mention_in("Fox news", "Fox", 8), mention_in("fox hunt", "fox", 3), mention_in("FOX", "FOX", 8),
    mention_in("a nobody", "nobody"),
]  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Sources:
    catalog = ListCatalog(IndexedEntity(id_, title, f"{title} is a thing.", None) for id_, title in TITLES.items())
    texts = [*TITLES.values(), *(mention.caption for mention in MENTIONS)]
    folder = save_tiny_bert(tmp_path_factory.mktemp("bert"), texts, width=32, layers=1)
    return Sources(catalog, train=TRAIN, model=str(folder))


def _unit(encoder: TextEncoder, texts: list[str]) -> np.ndarray:
    vectors = np.concatenate([encoder.encode([text]) for text in texts]).astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _cosines(sources: Sources, query: str) -> np.ndarray:
    """(B, N) scores by hand, one text at a time."""
    encoder = TextEncoder.open(str(sources.model))
    titles = _unit(encoder, list(TITLES.values()))
    names = _unit(encoder, [mention.surface for mention in MENTIONS])
    both = _unit(encoder, [f"{mention.surface} . {mention.caption}" for mention in MENTIONS])
    return {"mention": names, "context": both, "sum": names + both}[query] @ titles.T


@pytest.mark.parametrize("query", ["mention", "context", "sum"])
def test_scores_are_plain_cosines(sources, tmp_path, query):
    Sentence.build(sources, tmp_path / "index", {"query": query})
    found = Sentence.open(tmp_path / "index", sources).search(MENTIONS, len(TITLES))
    for row, expected in enumerate(_cosines(sources, query)):
        assert dict(found.row(row)) == pytest.approx(dict(zip(TITLES, expected, strict=True)), abs=1e-5)


def test_the_floor_adds_the_share_of_the_training_mentions(sources, tmp_path):
    Floor.build(sources, tmp_path / "index", {"weight": 0.5})
    found = Floor.open(tmp_path / "index", sources).search(MENTIONS, 3)
    shares = {"fox": {8: 2 / 3, 3: 1 / 3}}
    for row, (mention, cosines) in enumerate(zip(MENTIONS, _cosines(sources, "sum"), strict=True)):
        scores = {
            id_: shares.get(mention.surface, {}).get(id_, 0.0) + 0.5 * cosine
            for id_, cosine in zip(TITLES, cosines, strict=True)
        }
        best = sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:3]
        assert found.row(row) == [(id_, pytest.approx(score, abs=1e-5)) for id_, score in best]


@pytest.mark.parametrize("query", ["mention", "context"])
def test_the_floor_takes_the_options_of_its_sentences(sources, tmp_path, query):
    options = {"query": query, "entity": "title+text", "batch_rows": 2}
    Floor.build(sources, tmp_path / "floor", {**options, "weight": 1.0})
    Sentence.build(sources, tmp_path / "sentence", options)
    found = Floor.open(tmp_path / "floor", sources).search(MENTIONS, len(TITLES))
    alone = Sentence.open(tmp_path / "sentence", sources).search(MENTIONS, len(TITLES))
    np.testing.assert_array_equal(found.ids[1:2], alone.ids[1:2])  # training mentions know nothing of Rotterdam
    np.testing.assert_array_equal(found.scores[1:2], alone.scores[1:2])
    assert dict(found.row(0))[8] == pytest.approx(dict(alone.row(0))[8] + 2 / 3, abs=1e-5)


def test_the_floor_refuses_options_that_no_part_has(sources, tmp_path):
    with pytest.raises(UsageError, match="floor has no option querry; did you mean query"):
        Floor.build(sources, tmp_path / "index", {"querry": "mention"})
    with pytest.raises(UsageError, match=r"floor.batch_rows is 0; it must lie between 1 and 16384"):
        Floor.build(sources, tmp_path / "index", {"batch_rows": 0})


def test_a_share_counts_even_where_the_cosine_is_out_of_sight(sources, tmp_path):
    Floor.build(sources, tmp_path / "index", {"weight": 0.001})
    found = Floor.open(tmp_path / "index", sources).search(MENTIONS, 1)
    assert found.ids[0, 0] == 8


def test_vectors_that_have_no_room_in_memory_give_the_same(sources, tmp_path, monkeypatch):
    Floor.build(sources, tmp_path / "index", {})
    held = Floor.open(tmp_path / "index", sources).search(MENTIONS, 3)
    monkeypatch.setattr("modeling.retrieval.dense_files.RESIDENT_BYTES", 0)
    monkeypatch.setattr("modeling.retrieval.dense_files.VectorFolder.load", None)  # nothing may be loaded whole
    streamed = Floor.open(tmp_path / "index", sources).search(MENTIONS, 3)
    np.testing.assert_array_equal(held.ids, streamed.ids)
    np.testing.assert_array_equal(held.scores, streamed.scores)


def test_the_text_of_an_entity_can_be_read_too(sources, tmp_path):
    one, other = (
        Sentence.build(sources, tmp_path / kind, {"entity": kind}) and Sentence.open(tmp_path / kind, sources)
        for kind in ("title", "title+text")
    )
    assert one.search(MENTIONS, 2).scores.tolist() != other.search(MENTIONS, 2).scores.tolist()


def test_without_an_encoder_it_says_what_it_wants(sources, tmp_path):
    with pytest.raises(UsageError, match="--model sentence=FOLDER"):
        Sentence.build(Sources(sources.entities), tmp_path / "index", {})


def test_another_model_than_the_index_has_is_refused(sources, tmp_path):
    Sentence.build(sources, tmp_path / "index", {})
    wider = save_tiny_bert(tmp_path / "wider", list(TITLES.values()), width=64, layers=1)
    with pytest.raises(ArtifactError, match="another model"):
        Sentence.open(tmp_path / "index", Sources(sources.entities, model=str(wider)))
    same_width = save_tiny_bert(tmp_path / "same", list(TITLES.values()), width=32, layers=1, seed=9)
    with pytest.raises(ArtifactError, match="another model"):
        Sentence.open(tmp_path / "index", Sources(sources.entities, model=str(same_width)))


def test_an_index_of_another_dump_is_refused_unless_told(sources, tmp_path):
    Sentence.build(sources, tmp_path / "index", {})
    rows = [row for batch in sources.entities.batches(9) for row in batch]
    later = replace(sources, entities=ListCatalog(rows, digest="two", date="20240101"))
    with pytest.raises(ArtifactError, match="dump 20210101, in use: 20240101"):
        Sentence.open(tmp_path / "index", later)
    told = Sentence.open(tmp_path / "index", replace(later, any_catalog=True))
    assert told.search(MENTIONS, 2).lengths.tolist() == [2, 2, 2]


def test_a_damaged_shard_is_told(sources, tmp_path):
    Sentence.build(sources, tmp_path / "index", {})
    path = tmp_path / "index" / "vectors" / "part-00000.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 255
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"part-00000.parquet is damaged"):
        Sentence.open(tmp_path / "index", sources)
