"""The pitfall of names that differ by a hyphen or a space alone: two entities stay two."""

import json

import pytest

from modeling.data.entities import KbCatalog
from modeling.data.wikidiverse import ClosedSet, read_closed_set
from modeling.metrics.compat import compat_recall
from modeling.retrieval.base import Sources
from modeling.retrieval.fusion_pool import pool_lists
from modeling.retrieval.fusion_quota import fuse_quota
from modeling.retrieval.fusion_scores import fuse_rrf
from modeling.retrieval.registry import retriever_class
from modeling.retrieval.wikivec import WikiVec
from pipeline.records.manifest import MANIFEST, SUCCESS, write_json
from tests.modeling.worlds import mention_in
from tests.support.stores import SmallKB

HYPHEN, SPACE = "Jean-Paul Marat", "Jean Paul Marat"


@pytest.fixture
def closed(tmp_path) -> ClosedSet:
    """Gold titles with a hyphen, a space, and an underscore, which is a space."""
    rows = [("x Jean-Paul y", "Jean-Paul", HYPHEN), ("x Jean Paul y", "Jean Paul", SPACE)]
    rows.append(("x Jean Paul z", "Jean Paul", SPACE.replace(" ", "_")))
    captions = [
        {"id": 3 * turn + number, "sentence": caption + str(turn), "imgPath": "0.jpg", "mention": [surface],
         "entity": [title], "answer": ["Q1"]}
        for turn in range(2) for number, (caption, surface, title) in enumerate(rows)
    ]  # fmt: skip
    (tmp_path / "captions.json").write_text(json.dumps(captions))
    (tmp_path / "splits.json").write_text(json.dumps({"train": [0, 1, 2], "test": [3, 4, 5]}))
    return read_closed_set(tmp_path / "captions.json", tmp_path / "splits.json")


def test_the_closed_set_has_both_and_an_underscore_makes_no_third(closed):
    assert [row.title for row in next(closed.entities.batches(10))] == [SPACE, HYPHEN]
    assert [mention.entity_id for mention in closed.split("test")] == [1, 0, 0]


@pytest.mark.parametrize("name", ["tfidf", "train_prior"])
def test_each_form_finds_its_own_entity_first(closed, tmp_path, name):
    found = _search(name, closed, tmp_path).search(closed.split("test"), 2)
    assert found.ids[:, 0].tolist() == [1, 0, 0]
    assert (found.scores[:, 0] > found.scores[:, 1]).all()


def test_words_are_the_same_for_bm25_and_so_both_are_found_with_one_score(closed, tmp_path):
    found = _search("bm25", closed, tmp_path).search(closed.split("test"), 2)
    assert found.ids.tolist() == [[0, 1]] * 3  # a tie, by entity id
    assert (found.scores[:, 0] == found.scores[:, 1]).all()


def test_fused_lists_hold_both_and_only_the_authors_matcher_takes_them_for_one(closed, tmp_path):
    mentions = closed.split("test")
    lists = [_search(name, closed, tmp_path).search(mentions, 2) for name in ("tfidf", "bm25")]
    pool = pool_lists(lists, 2)
    for fused in (fuse_quota(pool, (1, 1), 2), fuse_rrf(pool, (1, 1), 2)):
        assert [sorted(row) for row in fused.ids.tolist()] == [[0, 1]] * 3
    titles = {row.entity_id: row.title for row in next(closed.entities.batches(10))}
    assert lists[1].ids[0, 0] != mentions[0].entity_id
    assert compat_recall(mentions[:1], {2: lists[1]}, titles, (1,)) == {1: 1.0}


def test_published_vectors_go_to_the_entity_of_their_own_form(tmp_path):
    (kb := tmp_path / "kb").mkdir()
    counts = (1, 0, 0, 0, 0)
    SmallKB({"Marat": {5: counts, 7: counts}}, {5: (HYPHEN, 1), 7: (SPACE, 1)}).store(kb)
    write_json(kb / MANIFEST, {"wiki": "enwiki", "date": "20210101"})
    (kb / SUCCESS).touch()
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("4 2\nmurder 1 0\nbath 0 1\nENTITY/Jean-Paul_Marat 1 0\nENTITY/Jean_Paul_Marat 0 1\n")
    sources = Sources(KbCatalog(kb), model=str(vectors))
    assert WikiVec.build(sources, tmp_path / "index", {}).n_entities == 2
    mentions = [mention_in("a murder", "murder"), mention_in("a bath", "bath")]
    assert WikiVec.open(tmp_path / "index", sources).search(mentions, 1).ids.tolist() == [[5], [7]]


def _search(name: str, closed: ClosedSet, folder):
    sources = Sources(closed.entities, train=closed.split("train"))
    found = retriever_class(name)
    found.build(sources, folder / name, {})
    return found.open(folder / name, sources)
