"""Candidates written and read again, each with where it comes from."""

import json

import numpy as np
import pytest

from modeling.data.candidates import NOT_LISTED, read_candidates, read_manifest
from modeling.data.entities import KbCatalog, TitleCatalog
from modeling.data.linking import link_mentions, titles_of
from modeling.data.mentions import read_mentions
from modeling.data.ranking import NO_ENTITY, ranking_of
from modeling.retrieval.candidates import SplitLists, write_candidates
from pipeline.records.candidates import CANDIDATES
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST, SUCCESS, open_artifact, write_json
from tests.modeling.cli.small_run import make_dataset, make_kb, row, rows_of
from tests.modeling.worlds import mention_in


@pytest.fixture(scope="module")
def kb(tmp_path_factory):
    return KbCatalog(make_kb(tmp_path_factory.mktemp("kb") / "kb"))


def written(out, catalog, lists: SplitLists, split="train"):
    titles = {one.entity_id: one.title for batch in catalog.batches(100) for one in batch}
    write_candidates(out, {split: lists}, catalog, titles, {"run": 1})
    write_json(out / MANIFEST, {"inputs": {"catalog": {"digest": catalog.digest, "date": catalog.date}}})
    (out / SUCCESS).touch()
    return open_artifact(out / "candidates", CANDIDATES).table().to_pylist()


def test_a_row_tells_prior_level_and_every_source(kb, tmp_path):
    mentions = [mention_in("place 0 was seen", "place 0", 101, split="train", mention_id="m-0")]
    final = ranking_of([[(100, 1.0), (129, 0.5)]], 2)
    sources = {"prior": ranking_of([[(100, 0.5), (101, 0.3)]], 5), "other": ranking_of([[(129, 9.0), (100, 8.0)]], 5)}
    rows = written(tmp_path, kb, SplitLists(mentions, final, sources, inserts_gold=True))
    assert rows == [
        {"mention_id": "m-0", "split": "train", "rank": 0, "entity_id": 100, "entity": "Town 0", "score": 1.0,
         "prior": pytest.approx(5 / 9), "level": "folded", "is_gold": False, "is_inserted": False,
         "sources": [{"retriever": "prior", "rank": 0}, {"retriever": "other", "rank": 1}]},
        {"mention_id": "m-0", "split": "train", "rank": 1, "entity_id": 129, "entity": "Town 29", "score": 0.5,
         "prior": None, "level": None, "is_gold": False, "is_inserted": False,
         "sources": [{"retriever": "other", "rank": 0}]},
        {"mention_id": "m-0", "split": "train", "rank": 2, "entity_id": 101, "entity": "Town 1", "score": 0.0,
         "prior": pytest.approx(3 / 9), "level": "folded", "is_gold": True, "is_inserted": True,
         "sources": [{"retriever": "prior", "rank": 1}]},
    ]  # fmt: skip


def test_gold_is_put_in_only_where_it_is_asked_for_and_missing(kb, tmp_path):
    mentions = [
        mention_in("a x", "x", 101, split="dev", mention_id="m-0"),
        mention_in("b y", "y", is_nil=True, split="dev", mention_id="m-1"),
        mention_in("c z", "z", 102, split="dev", mention_id="m-2"),
    ]
    final = ranking_of([[(100, 1.0)], [(100, 1.0)], [(102, 1.0)]], 2)
    kept = written(tmp_path / "a", kb, SplitLists(mentions, final, {"prior": final}), "dev")
    assert [(one["mention_id"], one["is_gold"], one["is_inserted"]) for one in kept] == [
        ("m-0", False, False), ("m-1", False, False), ("m-2", True, False),
    ]  # fmt: skip
    put = written(tmp_path / "b", kb, SplitLists(mentions, final, {"prior": final}, inserts_gold=True), "dev")
    assert [one["entity_id"] for one in put if one["is_inserted"]] == [101]


def test_reading_gives_the_arrays_that_were_written(kb, tmp_path):
    mentions = [mention_in(f"{name} Town", "Town", 100, split="train", mention_id=f"m-{name}") for name in "abc"]
    final = ranking_of([[(100, 1.0), (105, 0.25)], [], [(107, 2.0), (101, 1.0), (100, 0.5)]], 3)
    written(tmp_path, kb, SplitLists(mentions, final, {"prior": final}))
    found = read_candidates(tmp_path, mentions[::-1], kb)
    assert [found.ranking.row(number) for number in range(3)] == [final.row(2), [], final.row(0)]
    assert found.is_gold.tolist() == [[False, False, True], [False] * 3, [True, False, False]]
    assert not found.is_inserted.any()
    assert np.isnan(found.priors).all()
    assert found.titles[107] == "Town 7"
    assert (found.ranking.ids[1] == NO_ENTITY).all()


def test_a_batch_tells_the_rank_in_every_list(kb, tmp_path):
    mentions = [mention_in(f"{name} Town", "Town", 100, split="train", mention_id=f"m-{name}") for name in "ab"]
    final = ranking_of([[(100, 1.0), (105, 0.25)], [(107, 2.0)]], 2)
    sources = {
        "prior": ranking_of([[(105, 3.0), (103, 2.0), (100, 1.0)], []], 3),
        "clip": ranking_of([[(100, 1.0)], [(1, 9.0), (107, 2.0)]], 3),
    }
    written(tmp_path, kb, SplitLists(mentions, final, sources))
    found = read_candidates(tmp_path, mentions, kb)
    assert {name: ranks.tolist() for name, ranks in found.source_ranks.items()} == {
        "prior": [[2, 0], [NOT_LISTED, NOT_LISTED]], "clip": [[0, NOT_LISTED], [1, NOT_LISTED]],
    }  # fmt: skip
    batch = found.take([1])
    assert len(batch) == 1
    assert batch.ranking.row(0) == [(107, 2.0)]
    assert batch.source_ranks["clip"].tolist() == [[1, NOT_LISTED]]
    assert batch.is_gold.tolist() == [[False, False]]
    assert batch.priors.dtype == np.float32


def test_candidates_of_another_knowledge_base_are_refused_unless_told_otherwise(kb, tmp_path):
    mentions = [mention_in("a x", "x", 101, split="train", mention_id="m-0")]
    final = ranking_of([[(100, 1.0)]], 2)
    written(tmp_path, kb, SplitLists(mentions, final, {"prior": final}))
    newer = KbCatalog(make_kb(tmp_path / "newer", n_towns=27, date="20220101"))
    with pytest.raises(ArtifactError, match=r"of other entities than those in use \(dump 20210101, in use: 20220101\)"):
        read_candidates(tmp_path, mentions, newer)
    assert read_candidates(tmp_path, mentions, newer, any_catalog=True).ranking.row(0) == [(100, 1.0)]


def test_candidates_of_a_closed_set_have_no_prior(tmp_path):
    titles = TitleCatalog(["Ann", "Bob"])
    final = ranking_of([[(1, 1.0)]], 1)
    (one,) = written(tmp_path, titles, SplitLists([mention_in("Bob", "Bob", 1, split="x")], final, {"t": final}), "x")
    assert (one["entity"], one["prior"], one["level"], one["is_gold"]) == ("Bob", None, None, True)


def test_reading_what_is_not_there_says_so(kb, tmp_path):
    mentions = [mention_in("a x", "x", 101, split="train", mention_id="m-0")]
    with pytest.raises(ArtifactError, match="no finished candidates"):
        read_candidates(tmp_path, mentions, kb)
    with pytest.raises(ArtifactError, match="no finished candidates"):
        read_manifest(tmp_path)
    final = ranking_of([[(100, 1.0)]], 2)
    written(tmp_path, kb, SplitLists(mentions, final, {"prior": final}))
    with pytest.raises(UsageError, match="no candidates of the split 'test'"):
        read_candidates(tmp_path, [mention_in("a x", "x", 101, split="test")], kb)
    with pytest.raises(UsageError, match="one split at a time, not for test, train"):
        read_candidates(tmp_path, [*mentions, mention_in("a x", "x", 101, split="test")], kb)
    with pytest.raises(ArtifactError, match="of another data set"):
        read_candidates(tmp_path, [mention_in("a x", "x", 101, split="train", mention_id="another")], kb)
    (tmp_path / "_manifest.json").write_text("[1]")
    with pytest.raises(ArtifactError, match="no manifest of a retrieval run"):
        read_candidates(tmp_path, mentions, kb)
    (tmp_path / "_manifest.json").write_text("{")
    with pytest.raises(ArtifactError, match="damaged"):
        read_manifest(tmp_path)


def test_gold_ids_are_those_of_the_catalog_whatever_the_data_set_says(kb, tmp_path):
    rows = [
        row(0, "test", "A", 4, entity_id=999),
        row(1, "test", "B", "Old Town 1", entity_id=5),
        row(2, "test", "C", "Atlantis", entity_id=103),
        row(3, "test", "D", None),
        row(4, "test", "E", None, is_nil=False, entity_id=107),
    ]
    mentions = read_mentions(make_dataset(tmp_path, {"test": rows}), "test")
    assert [one.entity_id for one in link_mentions(mentions, kb)] == [104, 101, None, None, 107]


def test_titles_come_for_all_ids_that_there_are(kb):
    ids = np.array([[129, NO_ENTITY], [100, 4444]])
    assert titles_of(ids, kb) == {129: "Town 29", 100: "Town 0"}
    assert titles_of(np.array([1, 7]), TitleCatalog(["a", "b"])) == {1: "b"}


def test_the_schema_is_the_record_and_json_of_a_row_is_plain(kb, tmp_path):
    mentions = read_mentions(make_dataset(tmp_path / "set", {"train": rows_of("train")}), "train")
    final = ranking_of([[(100, 1.0)]] * len(mentions), 1)
    rows = written(tmp_path, kb, SplitLists(mentions, final, {"prior": final}))
    assert [one["mention_id"] for one in rows] == sorted(one.mention_id for one in mentions)
    json.dumps(rows)
