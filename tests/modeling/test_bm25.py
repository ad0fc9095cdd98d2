"""BM25 against a reference of twenty lines that rounds lengths as tantivy does."""

import math
import random
import re
import shutil
from collections import Counter

import numpy as np
import pytest

from modeling.data.entities import IndexedEntity
from modeling.data.ranking import NO_ENTITY
from modeling.retrieval.base import Sources
from modeling.retrieval.bm25 import Bm25
from modeling.retrieval.bm25_index import FIELDS
from pipeline.records.errors import ArtifactError, UsageError
from tests.modeling.worlds import ListCatalog, mention_in

WORDS = [f"w{number}" for number in range(300)]
PLAIN = {"max_df": 1.0, "window": 50}


def _text(rng: random.Random, n: int) -> str:
    return " ".join(rng.choices(WORDS, weights=[1 / (rank + 3) for rank in range(len(WORDS))], k=n))


@pytest.fixture(scope="module")
def catalog() -> ListCatalog:
    rng = random.Random(3)
    # Up to 40 words tantivy keeps a length exactly; beyond, it rounds down.
    return ListCatalog(
        IndexedEntity(7 * number - 500, _text(rng, rng.randint(1, 4)), _text(rng, rng.randint(3, 40)), None)
        for number in range(400)
    )


def _reference(catalog: ListCatalog, words: dict[str, float], field_weights: dict[str, float]) -> dict[int, float]:
    """Plain BM25 in float64, k1 1.2 and b 0.75, with the factor k1 + 1."""
    rows = next(catalog.batches(10_000))
    scores: Counter[int] = Counter()
    for field in FIELDS:
        bags = {row.entity_id: Counter((row.title if field == "title" else row.text).split()) for row in rows}
        mean = sum(sum(bag.values()) for bag in bags.values()) / len(bags)
        for word, weight in words.items():
            n_with = sum(word in bag for bag in bags.values())
            inverse = math.log(1 + (len(bags) - n_with + 0.5) / (n_with + 0.5))
            for id_, bag in bags.items():
                if word in bag:
                    norm = 1.2 * (1 - 0.75 + 0.75 * sum(bag.values()) / mean)
                    scores[id_] += weight * field_weights[field] * inverse * bag[word] * 2.2 / (bag[word] + norm)
    return dict(scores)


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_the_reference(catalog, tmp_path, seed):
    rng = random.Random(seed)
    mention = mention_in(_text(rng, 3) + " here NAME " + _text(rng, 6), "NAME")
    Bm25.build(Sources(catalog), tmp_path / "index", PLAIN)
    found = Bm25.open(tmp_path / "index", Sources(catalog)).search([mention], 50)
    words = dict.fromkeys(re.findall(r"w\d+", mention.caption), 1.0)
    expected = sorted(
        _reference(catalog, words, {"title": 2.0, "lead": 1.0}).items(), key=lambda item: (-item[1], item[0])
    )[:50]
    np.testing.assert_allclose(found.scores[0], [score for _, score in expected], rtol=2e-5)
    exact = dict(expected)
    for id_, score in found.row(0):  # equal scores may change places within float32
        assert exact.get(id_, expected[-1][1]) == pytest.approx(score, rel=2e-5)


def test_shards_score_with_the_frequencies_of_all(catalog, tmp_path):
    rng = random.Random(9)
    mentions = [mention_in(f"{_text(rng, 4)} NAME {_text(rng, 4)}", "NAME") for _ in range(30)]
    rankings = {}
    for n in (1, 4):
        Bm25.build(Sources(catalog), tmp_path / str(n), {**PLAIN, "shards": n})
        rankings[n] = Bm25.open(tmp_path / str(n), Sources(catalog)).search(mentions, 20)
    overlaps = [len({*one} & {*other}) / 20 for one, other in zip(rankings[1].ids, rankings[4].ids, strict=True)]
    assert np.mean(overlaps) > 0.97
    np.testing.assert_allclose(rankings[1].scores, rankings[4].scores, rtol=0.03)  # mean lengths differ a little


def test_ties_go_by_id_also_at_the_cut(tmp_path):
    catalog = ListCatalog(IndexedEntity(number, "same name", "one lead for all", None) for number in range(100, 0, -1))
    Bm25.build(Sources(catalog), tmp_path / "index", {"shards": 3})
    found = Bm25.open(tmp_path / "index", Sources(catalog)).search([mention_in("the same name", "same name")], 7)
    assert found.ids[0].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_the_window_decides_what_is_asked(catalog, tmp_path):
    caption = "a b c d e NAME f g h i"
    Bm25.build(Sources(catalog), tmp_path / "index", {"window": 2})
    terms = Bm25.open(tmp_path / "index", Sources(catalog)).terms(mention_in(caption, "NAME"))
    assert {term.text for term in terms} == {"d", "e", "name", "f", "g"}
    assert {term.weight for term in terms if term.text == "name"} == {4.0, 2.0}


def test_a_mention_without_known_words_gets_an_empty_list(catalog, tmp_path):
    Bm25.build(Sources(catalog), tmp_path / "index", {})
    found = Bm25.open(tmp_path / "index", Sources(catalog)).search([mention_in("“¿?”", "¿")], 5)
    assert found.ids.tolist() == [[NO_ENTITY] * 5]


def test_accents_and_case_are_folded(tmp_path):
    catalog = ListCatalog([IndexedEntity(5, "São Paulo", "A city.", None), IndexedEntity(6, "Rome", "", None)])
    Bm25.build(Sources(catalog), tmp_path / "index", {})
    found = Bm25.open(tmp_path / "index", Sources(catalog)).search([mention_in("in SAO PAULO", "SAO PAULO")], 5)
    assert found.row(0)[0][0] == 5


def test_other_entities_are_refused(catalog, tmp_path):
    Bm25.build(Sources(catalog), tmp_path / "index", {})
    later = ListCatalog(next(catalog.batches(10)), digest="other", date="20220101")
    with pytest.raises(ArtifactError, match=r"other entities than those in use \(dump 20210101, in use: 20220101\)"):
        Bm25.open(tmp_path / "index", Sources(later))


def test_a_missing_file_is_named(catalog, tmp_path):
    Bm25.build(Sources(catalog), tmp_path / "index", {})
    victim = next((tmp_path / "index" / "shard-00").glob("*.store"))
    victim.unlink()
    with pytest.raises(ArtifactError, match=victim.name):
        Bm25.open(tmp_path / "index", Sources(catalog))
    shutil.rmtree(tmp_path / "index" / "shard-00")
    with pytest.raises(ArtifactError, match="build the index again"):
        Bm25.open(tmp_path / "index", Sources(catalog))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"shard": 2}, "no option shard; did you mean shards"),
        ({"shards": 0}, r"bm25.shards is 0; it must lie between 1 and 64"),
        ({"window": "many"}, "wants a value of type int"),
        ({"max_df": float("nan")}, "must lie between 0 and 1"),
    ],
)
def test_wrong_options_are_told(catalog, tmp_path, options, told):
    with pytest.raises(UsageError, match=told):
        Bm25.build(Sources(catalog), tmp_path / "index", options)
    assert not (tmp_path / "index").exists()
