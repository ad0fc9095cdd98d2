"""Word and entity vectors: the text format, redirects, coverage, and the fit on a knowledge base."""

import bz2
import gzip
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modeling.data.entities import IndexedEntity, KbCatalog
from modeling.data.ranking import NO_ENTITY
from modeling.retrieval.base import Sources
from modeling.retrieval.wikivec import WikiVec
from modeling.retrieval.wikivec_text import ENTITY, date_in_name, read_vectors
from modeling.retrieval.wikivec_train import Sentences, train_vectors
from pipeline.records.errors import ArtifactError, InputError, UsageError
from tests.modeling.worlds import ListCatalog, mention_in

pytest.importorskip("gensim")

TEXT = """7 3
lion 1 0 0
roars 0.5 0.5 0
city 0 1 0
ENTITY/Lion_(animal) 2 0 0
ENTITY/Lyon 0 4 0
ENTITY/Lyons 0 0 1
ENTITY/Zero 0 0 0
"""


class Redirected(ListCatalog):
    """Lyons is a redirect to Lyon."""

    def find(self, title):
        return super().find({"Lyons": "Lyon"}.get(title, title))

    def is_own(self, title):
        return super().find(title) is not None


@pytest.fixture
def catalog() -> ListCatalog:
    titles = {3: "Lyon", 9: "Lion (animal)", 11: "Zero", 12: "Never seen"}
    return Redirected(IndexedEntity(id_, title, "", None) for id_, title in titles.items())


def _vectors(tmp_path: Path, text: str = TEXT, name: str = "vectors.txt") -> str:
    opener = {".gz": gzip.open, ".bz2": bz2.open}.get(Path(name).suffix, open)
    with opener(tmp_path / name, "wb") as file:
        file.write(text.encode())
    return str(tmp_path / name)


@pytest.mark.parametrize("name", ["v.txt", "v.txt.gz", "v.txt.bz2"])
def test_lines_are_read_from_plain_and_packed_files(tmp_path, name):
    rows = list(read_vectors(Path(_vectors(tmp_path, name=name))))
    assert [(row.name, row.is_entity) for row in rows][2:4] == [("city", False), ("Lion (animal)", True)]
    assert rows[1].vector.tolist() == [0.5, 0.5, 0.0]


def test_search_is_the_cosine_with_the_mean_of_the_words(catalog, tmp_path):
    sources = Sources(catalog, model=_vectors(tmp_path))
    report = WikiVec.build(sources, tmp_path / "index", {"mention_weight": 2.0})
    assert (report.n_entities, report.n_absent) == (2, 2)
    found = WikiVec.open(tmp_path / "index", sources).search([mention_in("A lion roars in town", "lion")], 3)
    mean = (2 * np.array([1, 0, 0]) + np.array([0.5, 0.5, 0])) / 2
    expected = mean / np.linalg.norm(mean)
    assert found.ids.tolist() == [[9, 3, NO_ENTITY]]
    np.testing.assert_allclose(found.scores[0, :2], expected[:2], rtol=1e-6)


def test_the_own_title_wins_over_a_redirect_wherever_it_stands(catalog, tmp_path):
    lines = TEXT.splitlines()
    turned = "\n".join([*lines[:5], lines[6], lines[5], lines[7]]) + "\n"
    for number, text in enumerate((TEXT, turned)):
        sources = Sources(catalog, model=_vectors(tmp_path, text))
        WikiVec.build(sources, tmp_path / str(number), {})
        found = WikiVec.open(tmp_path / str(number), sources).search([mention_in("the city", "city")], 1)
        assert found.row(0) == [(3, pytest.approx(1.0))]


def test_a_mention_without_known_words_gets_an_empty_list(catalog, tmp_path):
    sources = Sources(catalog, model=_vectors(tmp_path))
    WikiVec.build(sources, tmp_path / "index", {})
    found = WikiVec.open(tmp_path / "index", sources).search([mention_in("nothing here", "here")], 2)
    assert found.ids.tolist() == [[NO_ENTITY, NO_ENTITY]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\x80\x04pickle", "not in wikipedia2vec's text format"),
        ("2 3\na 1 2 3\n", "ends after 1 of 2 vectors"),
        ("1 3\na 1 2 3\nb 1 2 3\n", "more than the 1 vectors"),
        ("1 3\na 1 2\n", "line 2, does not hold 3 finite numbers"),
        ("1 2\na 1 nan\n", "line 2, does not hold 2 finite numbers"),
        ("1 2\na 1 x\n", "line 2, is no name with numbers"),
        ("1 2\na 1,5 2\n", "line 2, is no name with numbers"),
        ("1 2\nalone\n", "line 2, is no name with numbers"),
        ("1 2\na 1e999 2\n", "line 2, does not hold 2 finite numbers"),
        ("2 2\na 1 2\n\n", "line 3, is no name with numbers"),
        ("", "does not begin with a line"),
        ("a 1 2\nb 1 2\n", "does not begin with a line"),
        ("2 0\na\nb\n", "does not begin with a line"),
        ("2 -3\n", "does not begin with a line"),
        ("1 99999\n", "does not begin with a line"),
        ("9" * 9000, "does not begin with a line"),
        ("1 2\n" + "a" * 4200, "line 2, has 4,160 bytes or more, not 2 numbers"),
        ("1 2\na 1 2" + " 3" * 4000 + "\n", "line 2, has 4,160 bytes or more"),
        ("0 2\n", "0 words, and vectors of 0 of 4 entities"),
        ("1 2\nENTITY/Nowhere 1 2\n", "0 words, and vectors of 0 of 4 entities"),
    ],
    ids=lambda text: text[:40],
)
def test_broken_files_name_the_place(catalog, tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        WikiVec.build(Sources(catalog, model=_vectors(tmp_path, text)), tmp_path / "index", {})
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("name", ["v.txt.gz", "v.txt.bz2"])
def test_a_packed_file_that_was_cut_or_damaged_is_told(tmp_path, name):
    path = Path(_vectors(tmp_path, name=name))
    whole = path.read_bytes()
    for broken in (whole[:-20], whole[:10] + b"\xff" * 80, TEXT.encode()):  # the last is not packed at all
        path.write_bytes(broken)
        with pytest.raises(InputError, match="cannot be read as vectors"):
            list(read_vectors(path))


def test_a_line_without_end_is_not_read_into_memory(tmp_path):
    path = tmp_path / "vectors.txt"
    with path.open("wb") as file:
        file.write(b"1 2\n")
        file.truncate(1 << 36)  # 64 GiB of zeros that take no room
    with pytest.raises(InputError, match="line 2, has 4,160 bytes or more"):
        list(read_vectors(path))


def test_names_that_come_again_are_counted(catalog, tmp_path):
    again = "lion 0 0 9\nENTITY/Lyon 0 0 7\n"
    sources = Sources(catalog, model=_vectors(tmp_path, TEXT.replace("7 3", "9 3") + again))
    report = WikiVec.build(sources, tmp_path / "index", {})
    assert (report.n_entities, report.facts["words"], report.facts["words again"]) == (2, 3, 1)
    assert report.facts["other names of an entity"] == 2  # Lyons, and Lyon once more
    assert report.facts["vectors of no entity"] == 1  # zeros
    retriever = WikiVec.open(tmp_path / "index", sources)
    assert retriever.search([mention_in("city", "city")], 1).row(0) == [(3, pytest.approx(1.0))]  # Lyon's first row
    assert retriever.query(mention_in("lion", "lion")).tolist() == [0, 0, 9]  # the last row of a word


def test_vectors_of_another_dump_are_refused_unless_told_otherwise(catalog, tmp_path):
    path = _vectors(tmp_path)
    WikiVec.build(Sources(catalog, model=path), tmp_path / "index", {})
    later = Redirected(next(catalog.batches(10)), digest="other", date="20220101")
    with pytest.raises(ArtifactError, match=r"\(dump 20210101, in use: 20220101\); build it again, or give --any-cat"):
        WikiVec.open(tmp_path / "index", Sources(later, model=path))
    taken = WikiVec.open(tmp_path / "index", Sources(later, model=path, any_catalog=True))
    assert taken.search([mention_in("city", "city")], 1).ids.tolist() == [[3]]


def test_published_vectors_whose_name_tells_another_dump_are_refused_unless_told_otherwise(catalog, tmp_path):
    old = Sources(catalog, model=_vectors(tmp_path, name="enwiki_20180420_100d.txt.bz2"))
    told = "enwiki_20180420_100d.txt.bz2 has vectors of the dump 20180420, and the entities in use are of 20210101; "
    with pytest.raises(ArtifactError, match=told):
        WikiVec.build(old, tmp_path / "index", {})
    assert not (tmp_path / "index").exists()
    WikiVec.build(replace(old, any_catalog=True), tmp_path / "index", {})
    with pytest.raises(ArtifactError, match=told):
        WikiVec.open(tmp_path / "index", old)
    WikiVec.open(tmp_path / "index", replace(old, any_catalog=True))
    same = Sources(catalog, model=_vectors(tmp_path, name="enwiki-20210101.txt"))
    assert WikiVec.build(same, tmp_path / "same", {}).n_entities == 2
    WikiVec.open(tmp_path / "same", same)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("enwiki_20180420_300d.txt", "20180420"),
        ("vectors-100d.txt", ""),
        ("run20181320.txt", ""),
        ("v120180420.txt", ""),
    ],
)
def test_a_file_s_name_tells_its_dump(name, date):
    assert date_in_name(Path("20170101") / name) == date


def test_without_model_and_knowledge_base_there_is_nothing_to_fit(catalog, tmp_path):
    with pytest.raises(UsageError, match="wants vectors"):
        WikiVec.build(Sources(catalog), tmp_path / "index", {})


def test_rare_words_are_left_out_of_a_fit_but_no_entity(world_kb, tmp_path):
    kb = KbCatalog(world_kb)
    counts = Counter(word for sentence in Sentences(kb) for word in sentence)
    train_vectors(kb, tmp_path / "v.txt", dimensions=2, epochs=1, sample=0, seed=1, min_count=3)
    found = {(row.name, row.is_entity) for row in read_vectors(tmp_path / "v.txt")}
    entities = {name.removeprefix(ENTITY).replace("_", " ") for name in counts if name.startswith(ENTITY)}
    words = {word for word, count in counts.items() if count >= 3 and not word.startswith(ENTITY)}
    assert found == {(name, True) for name in entities} | {(word, False) for word in words}
    assert min(counts.values()) < 3
    assert len(words) + len(entities) < len(counts)


def test_the_fit_on_a_knowledge_base_finds_entities_by_the_words_of_their_leads(world_kb, tmp_path):
    sources = Sources(KbCatalog(world_kb))
    options = {"epochs": 20, "dimensions": 50}
    report = WikiVec.build(sources, tmp_path / "one", options)
    assert report.n_entities > 0.95 * len(sources.entities)
    retriever = WikiVec.open(tmp_path / "one", sources)
    told = [row for row in next(sources.entities.batches(10_000)) if len(row.text.split()) > 8]
    mentions = [mention_in(" ".join(row.text.split()[:12]), row.text.split()[0], row.entity_id) for row in told]
    found = retriever.search(mentions, 10)
    hits = [mention.entity_id in row for mention, row in zip(mentions, found.ids.tolist(), strict=True)]
    assert np.mean(hits) > 0.5  # by chance 10 of 150
    WikiVec.build(sources, tmp_path / "two", options)
    one, two = ((tmp_path / name / "entities.npy").read_bytes() for name in ("one", "two"))
    assert one == two
