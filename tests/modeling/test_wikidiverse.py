"""Floors on the released captions: TF-IDF and the training prior over the closed set of gold titles."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from modeling.data.entities import IndexedEntity
from modeling.data.wikidiverse import read_closed_set
from modeling.retrieval.base import Sources
from modeling.retrieval.tfidf import Tfidf
from modeling.retrieval.train_prior import TrainPrior
from pipeline.records.errors import UsageError
from tests.modeling.worlds import ListCatalog, mention_in

CAPTIONS = [
    {"id": 0, "sentence": "Ann met Bob in Rome.", "imgPath": "0.jpg", "mention": ["Ann", "Rome"],
     "entity": ["Ann Lee", "Rome"], "answer": ["Q1", "Q2"]},
    {"id": 1, "sentence": "ANN again", "imgPath": "1.jpg", "mention": ["ANN"], "entity": ["Ann Lee"], "answer": ["Q1"]},
    {"id": 2, "sentence": "ann the ship", "imgPath": "2.jpg", "mention": ["ann"], "entity": ["Ann (ship)"],
     "answer": ["Q3"]},
    {"id": 3, "sentence": "ann or Roman", "imgPath": "3.jpg", "mention": ["ann", "Roman"],
     "entity": ["Ann (ship)", "Romania"], "answer": ["Q3", "Q4"]},
]  # fmt: skip


@pytest.fixture
def small(tmp_path: Path):
    (tmp_path / "captions.json").write_text(json.dumps(CAPTIONS))
    (tmp_path / "splits.json").write_text(json.dumps({"train": [0, 1, 2], "test": [3]}))
    return read_closed_set(tmp_path / "captions.json", tmp_path / "splits.json")


def test_the_closed_set_holds_the_titles_of_all_splits(small):
    titles = [row.title for row in next(small.entities.batches(10))]
    assert titles == ["Ann (ship)", "Ann Lee", "Romania", "Rome"]
    assert [(mention.surface, mention.entity_id) for mention in small.split("test")] == [("ann", 0), ("Roman", 2)]
    with pytest.raises(UsageError, match="no split 'dev'; it has test, train"):
        small.split("dev")


def test_the_training_prior_counts_folded_surfaces(small, tmp_path):
    sources = Sources(small.entities, train=small.split("train"))
    TrainPrior.build(sources, tmp_path / "index", {})
    found = TrainPrior.open(tmp_path / "index", sources).search(small.split("test"), 3)
    assert found.row(0) == [(1, pytest.approx(2 / 3)), (0, pytest.approx(1 / 3))]
    assert found.row(1) == []


def test_the_training_prior_wants_training_mentions(small, tmp_path):
    with pytest.raises(UsageError, match="no training split"):
        TrainPrior.build(Sources(small.entities), tmp_path / "index", {})


def test_tfidf_is_the_cosine_of_dense_float64_vectors(small, tmp_path):
    sources = Sources(small.entities)
    Tfidf.build(sources, tmp_path / "index", {})
    mentions = [*small.split("test"), mention_in("Rome and Ann", "Rome and Ann"), mention_in("??", "??")]
    found = Tfidf.open(tmp_path / "index", sources).search(mentions, 4)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))
    titles = letters.fit_transform([row.title for row in next(small.entities.batches(10))]).toarray()
    expected = letters.transform([mention.surface for mention in mentions]).toarray() @ titles.T
    for number, row in enumerate(expected):
        ordered = sorted(
            ((id_, score) for id_, score in enumerate(row) if score > 0), key=lambda one: (-one[1], one[0])
        )
        assert found.row(number) == [(id_, pytest.approx(score, rel=1e-5)) for id_, score in ordered]


def test_tfidf_keeps_the_smaller_ids_of_a_tie_at_the_cut_and_its_batches_change_nothing(monkeypatch, tmp_path):
    titles = ["rome q", "tuna", *["rome q"] * 8]
    catalog = ListCatalog(IndexedEntity(50 - number, title, "", None) for number, title in enumerate(titles))
    Tfidf.build(Sources(catalog), tmp_path / "index", {})
    mentions = [mention_in("rome", "rome"), mention_in("tuna rome", "tuna rome"), mention_in("q", "q")]
    whole = Tfidf.open(tmp_path / "index", Sources(catalog)).search(mentions, 3)
    assert whole.ids.tolist() == [[41, 42, 43], [49, 41, 42], [41, 42, 43]]  # nine of the ten titles are the same
    monkeypatch.setattr("modeling.retrieval.tfidf._PRODUCTS_AT_ONCE", 1)
    alone = Tfidf.open(tmp_path / "index", Sources(catalog)).search(mentions, 3)
    np.testing.assert_array_equal(whole.ids, alone.ids)
    np.testing.assert_array_equal(whole.scores, alone.scores)


@pytest.mark.data
def test_floors_on_the_released_captions(data_dir, tmp_path):
    folder = data_dir / "wikidiverse"
    closed = read_closed_set(folder / "wikidiverse-captions.json", folder / "inferred-v2-split.json")
    test, train = closed.split("test"), closed.split("train")
    assert (len(test), len(train)) == (1347, 11732)
    sources = Sources(closed.entities, train=train)
    gold = np.array([mention.entity_id for mention in test])[:, None]
    Tfidf.build(sources, tmp_path / "tfidf", {})
    found = Tfidf.open(tmp_path / "tfidf", sources).search(test, 10)
    # The reference has 76.73 and 89.00 on 1,345 of the 1,347 mentions and 7,650 titles before their repair.
    assert (found.ids[:, :1] == gold).any(1).mean() == pytest.approx(0.7673, abs=0.005)
    assert (found.ids == gold).any(1).mean() == pytest.approx(0.8900, abs=0.005)
    TrainPrior.build(sources, tmp_path / "prior", {})
    found = TrainPrior.open(tmp_path / "prior", sources).search(test, 1)
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for mention in train:
        counts[mention.surface.casefold()][mention.entity_id] += 1
    best = [
        min(counts[m.surface.casefold()].items(), key=lambda row: (-row[1], row[0]), default=(None,))[0] for m in test
    ]
    naive = np.mean([one == mention.entity_id for one, mention in zip(best, test, strict=True)])
    assert (found.ids == gold).any(1).mean() == pytest.approx(naive, abs=0.002)  # NFKC joins one or two more
