"""Word and entity vectors: the text format, redirects, coverage, and the fit on a knowledge base."""

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest

from modeling.data.entities import IndexedEntity, KbCatalog
from modeling.data.ranking import NO_ENTITY
from modeling.retrieval.base import Sources
from modeling.retrieval.wikivec import WikiVec
from modeling.retrieval.wikivec_text import read_vectors
from pipeline.records.errors import InputError, UsageError
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
        ("1 2\nENTITY/Nowhere 1 2\n", "0 words, and vectors of 0 of 4 entities"),
    ],
)
def test_broken_files_name_the_place(catalog, tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        WikiVec.build(Sources(catalog, model=_vectors(tmp_path, text)), tmp_path / "index", {})
    assert not (tmp_path / "index").exists()


def test_a_packed_file_that_was_cut_is_told(tmp_path):
    path = Path(_vectors(tmp_path, TEXT, "v.txt.gz"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="cannot be read as vectors"):
        list(read_vectors(path))


def test_without_model_and_knowledge_base_there_is_nothing_to_fit(catalog, tmp_path):
    with pytest.raises(UsageError, match="wants vectors"):
        WikiVec.build(Sources(catalog), tmp_path / "index", {})


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
