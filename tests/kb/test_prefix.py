"""Prefix search against a scan of all titles."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.kb.prefix import TitleHit
from pipeline.records.errors import UsageError
from pipeline.titles.keys import surface_folded
from tests.support.stores import SmallKB

ENTITIES = {
    1: ("United States", 900), 2: ("United Nations", 500), 3: ("Uno", 500), 4: ("McDonald's", 40),
    5: ("Österreich", 7), 6: ("New York", 300), 7: ("Newcastle", 310), -8: ("Unseen place", 0),
}  # fmt: skip
REDIRECTS = {"US": 1, "USA": 1, "UN": 2, "Us (country)": 1, "Austria": 5, "Unknown": None, "United states": 1}
KB = SmallKB({"red": {-8: (450, 0, 0, 0, 0)}}, ENTITIES, REDIRECTS)


@pytest.fixture
def store(tmp_path):
    return KB.store(tmp_path)


def _titles(hits: list[TitleHit]) -> list[str]:
    return [hit.title for hit in hits]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("Un", ["United States", "United Nations", "Uno", "Unseen place"]),
        ("un", ["United States", "United Nations", "Uno", "Unseen place"]),
        ("us", ["US"]),
        ("usa", ["USA"]),
        ("united s", ["United States"]),
        ("UNITED", ["United States", "United Nations"]),
        ("mcdon", ["McDonald's"]),
        ("ÖST", ["Österreich"]),
        ("aust", ["Austria"]),
        ("new", ["Newcastle", "New York"]),
        ("new ", ["New York"]),
        ("unkn", []),
        ("", []),
        (" ", []),
        ("\udcff", []),
        ("zzzzzz", []),
    ],
)
def test_known_prefixes(store, prefix, expected):
    assert _titles(store.search_prefix(prefix)) == expected


def test_a_hit_tells_the_entity(store):
    assert store.search_prefix("usa") == [TitleHit("USA", 1, "United States", "article", True, 900)]
    assert store.search_prefix("unse") == [TitleHit("Unseen place", -8, "Unseen place", "red", False, 450)]
    assert store.find_title("UN") == TitleHit("UN", 2, "United Nations", "article", True, 500)
    assert store.find_title("Unknown") is None
    assert store.find_title("Nobody") is None


def test_k_must_be_positive(store):
    with pytest.raises(UsageError, match="k is 0"):
        store.search_prefix("u", 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unitet", ["United States", "United Nations"]),
        ("usx", ["US"]),
        ("zz", []),
        ("u", []),
        ("McDonalds", ["McDonald's"]),
    ],
)
def test_suggestions_share_the_longest_beginning(store, text, expected):
    assert _titles(store.suggest(text)) == expected


def _scan(kb: SmallKB, prefix: str, k: int) -> list[str]:
    """Entities by (−in-links, title); the own title first, then the first redirect in folded order."""
    titles = [(id_, title, False) for id_, (title, _) in kb.entities.items()]
    titles += [(id_, title, True) for title, id_ in kb.redirects.items() if id_ is not None]
    best: dict[int, tuple[bool, str, str]] = {}
    for id_, title, is_redirect in titles:
        if surface_folded(title).startswith(prefix):
            best[id_] = min(best.get(id_, (True, "\U0010ffff", "")), (is_redirect, surface_folded(title), title))
    ranked = sorted(best, key=lambda id_: (-kb.entities[id_][1], kb.entities[id_][0]))
    return [surface_folded(best[id_][2]) for id_ in ranked[:k]]


names = st.text("aAbBéÉßs ", min_size=1, max_size=7).map(lambda text: " ".join(text.split())).filter(bool)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(names, unique=True, max_size=60), st.data())
def test_table_and_search_agree_with_a_scan(titles, data):
    own, redirects = titles[: len(titles) // 2], titles[len(titles) // 2 :]
    entities = {i: (title, data.draw(st.integers(0, 3))) for i, title in enumerate(own, 1)}
    targets = st.sampled_from([*entities, None])
    kb = SmallKB({}, entities, {title: data.draw(targets) for title in redirects})
    with tempfile.TemporaryDirectory() as folder:
        store = kb.store(Path(folder))
        for prefix in {surface_folded(title)[:size] for title in titles for size in range(1, 8)}:
            for k in (1, 5, 20, 21, 100):
                found = [surface_folded(title) for title in _titles(store.search_prefix(prefix, k))]
                assert found == _scan(kb, surface_folded(prefix) + " " * prefix.endswith(" "), k)


def test_more_than_a_table_row_holds(tmp_path):
    entities = {i: (f"Name {i:03}", 1000 - i // 2) for i in range(1, 300)}
    redirects = {f"Namely {i:03}": i for i in entities}
    kb = SmallKB({}, entities, redirects)
    store = kb.store(tmp_path)
    for k in (20, 21, 150, 1000):
        assert [title.lower() for title in _titles(store.search_prefix("nam", k))] == _scan(kb, "nam", k)
        assert [title.lower() for title in _titles(store.search_prefix("Namely", k))] == _scan(kb, "namely", k)


def test_an_entity_of_many_redirects_does_not_hide_the_next(tmp_path):
    entities = {1: ("Somewhere", 900), 2: ("Something", 800), 3: ("Some other", 700)}
    kb = SmallKB({}, entities, {f"Somewhere {i}": 1 for i in range(300)})
    assert _titles(kb.store(tmp_path).search_prefix("somewh", 2)) == ["Somewhere"]
    assert _titles(kb.store(tmp_path / "2").search_prefix("some", 25)) == ["Somewhere", "Something", "Some other"]
