"""Look-ups in the store of the sample world's KB against the naive oracle."""

from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline.kb.store import MentionStore
from pipeline.records.names import Level
from tests.support.kb_oracle import Oracle, OracleOptions, surface_folded


@pytest.fixture(scope="module", params=[False, True], ids=["default", "red links"])
def store(request: pytest.FixtureRequest, world_dir: Path, world_kb: Path, red_world_kb: Path) -> tuple:
    """The opened store, and per surface the oracle's weights: entity_id -> c."""
    oracle = Oracle(world_dir, OracleOptions(keep_red_links=request.param))
    weights: dict[str, dict[int, int]] = defaultdict(dict)
    for (surface, entity), (counts, _) in oracle.mention_rows().items():
        weights[surface][entity] = sum(counts)
    return MentionStore.open(red_world_kb if request.param else world_kb), weights, oracle


def ranked(weights: dict[int, int]) -> list[tuple[int, float]]:
    """(entity_id, p) by (-c, entity_id)."""
    total = sum(weights.values())
    order = sorted(weights, key=lambda entity: (-weights[entity], entity))
    return [(entity, float(Fraction(weights[entity], total))) for entity in order]


def folds(weights: dict[str, dict[int, int]]) -> dict[str, Counter[int]]:
    """Weights added up over all surfaces of a fold."""
    added: dict[str, Counter[int]] = defaultdict(Counter)
    for surface, row in weights.items():
        added[surface_folded(surface)].update(row)
    return added


def test_exact_look_up_of_every_surface(store: tuple) -> None:
    opened, weights, oracle = store
    for surface, row in weights.items():
        found = opened.lookup(surface, 1000, deepest=Level.EXACT)
        wanted = ranked(row)
        assert found.entity_ids == [entity for entity, _ in wanted], surface
        assert [c.p for c in found] == pytest.approx([p for _, p in wanted], abs=1e-9), surface
        assert [c.entity for c in found] == [oracle.entity_name(entity) for entity, _ in wanted], surface
        assert opened.total(surface) == sum(row.values()), surface


def test_counts_by_source_of_every_candidate(store: tuple) -> None:
    opened, weights, oracle = store
    rows = oracle.mention_rows()
    for surface in weights:
        for c in opened.lookup(surface, 1000, deepest=Level.EXACT):
            counts = (c.n_link, c.n_redirect, c.n_disambiguation, c.n_title, c.n_hatnote)
            assert counts == rows[surface, c.entity_id][0], (surface, c.entity_id)


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title], ids=["upper", "lower", "title"])
def test_folded_look_up_adds_surfaces_up(store: tuple, change: object) -> None:
    opened, weights, _ = store
    by_fold = folds(weights)
    met = 0
    for surface in weights:
        query = change(surface)
        if query in weights or surface_folded(query) not in by_fold:
            continue
        met += 1
        found = opened.lookup(query, 1000, deepest=Level.FOLDED)
        assert list(zip(found.entity_ids, [c.p for c in found], strict=True)) == [
            (entity, pytest.approx(p, abs=1e-9)) for entity, p in ranked(by_fold[surface_folded(query)])
        ], query
        assert {c.level for c in found} == {Level.FOLDED}
    assert met > 100


def test_unknown_surface_has_no_candidates(store: tuple) -> None:
    assert list(store[0].lookup("no such surface anywhere")) == []


def test_titles_lead_to_their_entities(store: tuple) -> None:
    opened, _, oracle = store
    for title, *_, entity, _, _ in oracle.title_rows():
        hit = opened.find_title(title)
        assert (hit.entity_id if hit else None) == entity, title


def test_prefix_search_ranks_by_inlinks(store: tuple) -> None:
    opened, _, oracle = store
    inlinks = oracle.inlinks()
    hits = opened.search_prefix("lion", 20)
    assert hits
    assert all(hit.title.casefold().startswith("lion") for hit in hits)
    ranks = [inlinks.get(hit.entity_id, (0, 0))[0] for hit in hits]
    assert ranks == sorted(ranks, reverse=True)
