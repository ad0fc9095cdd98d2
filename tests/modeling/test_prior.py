"""P(e|m) as a retriever, against a dictionary made from the mentions table."""

from collections import defaultdict

import numpy as np
import pytest

from modeling.data.entities import KbCatalog, TitleCatalog
from modeling.data.ranking import NO_ENTITY
from modeling.retrieval.base import Sources
from modeling.retrieval.prior import Prior
from pipeline.records import schemas
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST, SUCCESS, open_artifact, write_json
from pipeline.records.names import Level
from pipeline.titles.keys import stripped_form, surface_folded, surface_key
from tests.modeling.worlds import mention_in
from tests.support.stores import SmallKB

EVIDENCE = ("n_link", "n_redirect", "n_disambiguation", "n_title", "n_hatnote")


@pytest.fixture(scope="module")
def sources(world_kb) -> Sources:
    return Sources(KbCatalog(world_kb))


@pytest.fixture(scope="module")
def table(world_kb) -> dict[str, list[tuple[int, float]]]:
    """Surface -> (entity id, p), read row by row."""
    found = defaultdict(list)
    for row in open_artifact(world_kb / "mentions", schemas.MENTIONS).table().to_pylist():
        if row["kind"] != "red":
            found[row["surface"]].append((row["entity_id"], row["p"]))
    return dict(found)


def test_exact_surfaces_give_what_the_mentions_table_says(sources, table, tmp_path):
    Prior.build(sources, tmp_path / "index", {"deepest": "exact"})
    retriever = Prior.open(tmp_path / "index", sources)
    surfaces = sorted(table)
    found = retriever.search([mention_in(f"about {surface}", surface) for surface in surfaces], 100)
    for number, surface in enumerate(surfaces):
        expected = [(id_, np.float32(p)) for id_, p in table[surface]]
        expected.sort(key=lambda row: (-row[1], row[0]))
        assert found.row(number) == [(id_, pytest.approx(float(p), rel=1e-6)) for id_, p in expected[:100]]


@pytest.fixture(scope="module")
def counted(world_kb, sources) -> SmallKB:
    """The mentions table as a dictionary: surface -> entity id -> evidence."""
    found: dict[str, dict[int, tuple[int, ...]]] = defaultdict(dict)
    for row in open_artifact(world_kb / "mentions", schemas.MENTIONS).table().to_pylist():
        found[row["surface"]][row["entity_id"]] = tuple(row[name] for name in EVIDENCE)
    return SmallKB(found, {}, weights=sources.entities.store.manifest["weights"])


def _naive(counted: SmallKB, folds: dict[str, list[str]], surface: str, deepest: Level):
    """P(e|m) level by level: what the surface itself means, then all of its fold, then all of its stripped form."""
    key = surface_key(surface)
    stripped = surface_folded(stripped_form(key, "en"))
    members = [[key] if key in counted.mentions else [], folds[surface_folded(key)], folds[stripped]]
    scores: dict[int, np.float32] = {}
    for depth in range(list(Level).index(deepest) + 1):
        rows = counted.ranked(members[depth])
        total = sum(weight for *_, weight in rows)
        for id_, _, weight in rows:
            if id_ >= 0:  # no red link
                scores.setdefault(id_, np.float32(weight / total - depth))
    return sorted(scores.items(), key=lambda row: (-row[1], row[0]))


@pytest.mark.parametrize("deepest", list(Level))
def test_a_batch_of_every_surface_in_every_form_is_what_a_dictionary_says(sources, counted, tmp_path, deepest):
    folds: dict[str, list[str]] = defaultdict(list)
    for surface in counted.mentions:
        folds[surface_folded(surface)].append(surface)
    own = sorted(counted.mentions)
    forms = [*own, *(s.upper() for s in own), *(f"the {s}" for s in own), *(f"“{s}” (film)" for s in own), "Zanilkin"]
    Prior.build(sources, tmp_path / "index", {"deepest": deepest})
    retriever = Prior.open(tmp_path / "index", sources)
    mentions = [mention_in(form, form) for form in forms]
    expected = [_naive(counted, folds, form, deepest) for form in forms]
    for k in (1, 3, 100):
        found = retriever.search(mentions, k)
        assert [found.row(row) for row in range(len(forms))] == [one[:k] for one in expected]
    depth = list(Level).index(deepest)
    n_deep = sum(any(score <= 1 - depth for _, score in one) for one in expected)
    assert n_deep > len(own) / 2  # the deepest level has its share in the answers


def test_a_folded_surface_is_found_behind_the_exact_ones(sources, table, tmp_path):
    Prior.build(sources, tmp_path / "index", {})
    retriever = Prior.open(tmp_path / "index", sources)
    loud = next(surface for surface in sorted(table) if surface.upper() not in table and surface.isalpha())
    (found, quiet) = retriever.search([mention_in(loud.upper(), loud.upper()), mention_in(loud, loud)], 20).ids
    assert set(found.tolist()) >= {id_ for id_, _ in table[loud]}
    assert found[0] == quiet[0]
    scores = retriever.search([mention_in(loud.upper(), loud.upper())], 20).scores[0]
    assert (scores[np.isfinite(scores)] <= 0).all()  # one level down: p − 1


def test_an_unknown_surface_gets_an_empty_list(sources, tmp_path):
    Prior.build(sources, tmp_path / "index", {})
    found = Prior.open(tmp_path / "index", sources).search([mention_in("a Zanilkin", "Zanilkin")], 4)
    assert found.ids.tolist() == [[NO_ENTITY] * 4]


def test_it_wants_a_knowledge_base(tmp_path):
    with pytest.raises(UsageError, match="wants a knowledge base"):
        Prior.build(Sources(TitleCatalog(["A"])), tmp_path / "index", {})


def test_wrong_levels_and_options_are_told(sources, tmp_path):
    with pytest.raises(UsageError, match=r"prior.deepest is 'deep'; it can be exact, folded, stripped"):
        Prior.build(sources, tmp_path / "index", {"deepest": "deep"})
    with pytest.raises(UsageError, match="no option deep; did you mean deepest"):
        Prior.build(sources, tmp_path / "index", {"deep": "exact"})


def test_an_unfinished_index_is_refused(sources, tmp_path):
    Prior.build(sources, tmp_path / "index", {})
    (tmp_path / "index" / "_SUCCESS").unlink()
    with pytest.raises(ArtifactError, match="did not end"):
        Prior.open(tmp_path / "index", sources)


def test_a_title_that_ends_at_a_red_link_leads_to_no_article(tmp_path):
    folder = tmp_path / "kb"
    folder.mkdir()
    counts = (1, 0, 0, 0, 0)
    kb = SmallKB({"Lyon": {5: counts, -2: counts}}, {5: ("Lyon", 1), -2: ("Lyonn", 1)}, {"Lyons": 5, "Lyonns": -2})
    kb.store(folder)
    write_json(folder / MANIFEST, {"wiki": "enwiki", "date": "20210101"})
    (folder / SUCCESS).touch()
    catalog = KbCatalog(folder)
    assert catalog.store.find_title("Lyonns").entity_id == -2
    assert [catalog.find(title) for title in ("Lyon", "Lyons", "Lyonns", "Lyonn")] == [5, 5, None, None]


def test_red_links_take_no_place_of_articles_further_down(tmp_path):
    folder = tmp_path / "kb"
    folder.mkdir()
    counts = {-1: (9, 0, 0, 0, 0), -2: (8, 0, 0, 0, 0), 5: (2, 0, 0, 0, 0), 7: (1, 0, 0, 0, 0)}
    names = {id_: (f"Name {id_}", 1) for id_ in (*counts, 9)}
    kb = SmallKB({"Lyon": counts, "lyon": {9: (1, 0, 0, 0, 0)}}, names)
    kb.store(folder)
    write_json(folder / MANIFEST, {"wiki": "enwiki", "date": "20210101"})
    (folder / SUCCESS).touch()
    sources = Sources(KbCatalog(folder))
    Prior.build(sources, tmp_path / "index", {})
    retriever = Prior.open(tmp_path / "index", sources)
    for k, expected in ((1, [5]), (2, [5, 7]), (3, [5, 7, 9]), (4, [5, 7, 9, NO_ENTITY])):
        assert retriever.search([mention_in("in Lyon", "Lyon")], k).ids.tolist() == [expected]
