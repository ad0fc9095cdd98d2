"""The mention store against the definition of a look-up, row by row."""

import pickle
import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.kb import store_folds
from pipeline.records.errors import UsageError
from pipeline.records.names import Level
from pipeline.titles.keys import surface_key
from tests.support.stores import SmallKB

ENTITIES = {
    1: ("United States", 90), 2: ("U.S. (band)", 5), 3: ("Us (film)", 40), 4: ("Straße", 40), 5: ("Éire", 0),
    6: ("Österreich", 7), 7: ("日本", 1), -12: ("Red one", 0), -9_000_000_000_000: ("Red ß", 0),
}  # fmt: skip

surfaces = st.one_of(
    st.sampled_from(["US", "us", "Us", "the US", "STRASSE", "straße", "É", "é", "ſ", "s", "Ⓐ", "a", "'us'", "日本"]),
    st.text("uUsS ßſéE\u0301İı.Ⅳiv", min_size=1, max_size=4),
).map(surface_key).filter(bool)  # fmt: skip
n_links = st.one_of(st.integers(0, 4), st.integers(253, 257), st.integers(65_530, 70_000), st.just(4_000_000))
few = st.one_of(st.just(0), st.integers(0, 2), st.integers(250, 300))
counts = st.tuples(n_links, few, few, st.integers(0, 1), few)
weights = st.fixed_dictionaries({
    name: st.integers(0, 3) for name in ("w_redirect", "w_disambiguation", "w_title", "w_hatnote")
})  # fmt: skip


@st.composite
def small_kbs(draw: st.DrawFn) -> SmallKB:
    """Mentions of which every row has c > 0."""
    kb = SmallKB({}, ENTITIES, weights=draw(weights))
    rows = st.dictionaries(st.sampled_from(sorted(ENTITIES)), counts, min_size=1, max_size=5)
    mentions = {
        surface: {id_: value for id_, value in found.items() if kb.c(value)}
        for surface, found in draw(st.dictionaries(surfaces, rows, max_size=8)).items()
    }
    kb.mentions = {surface: found for surface, found in mentions.items() if found}
    return kb


def _as_rows(candidates):
    return [asdict(candidate) for candidate in candidates]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_kbs(), st.lists(surfaces, max_size=4), st.sampled_from([1, 2, 3, 100]))
def test_every_lookup_is_what_the_definition_says(kb, others, k):
    queries = [*kb.mentions, *others]
    queries += [form for q in queries for form in (q.upper(), q.lower(), f"the {q}", f"“{q}”", f"{q} (film)", f" {q} ")]
    with tempfile.TemporaryDirectory() as folder:
        store = kb.store(Path(folder))
        for query, found in zip(queries, store.lookup_many(queries, k), strict=True):
            expected = kb.lookup(query, k)
            assert _as_rows(store.lookup(query, k)) == expected
            assert _as_rows(found) == expected
            assert found.entities == [row["entity"] for row in expected]
            assert found.p == [row["p"] for row in expected]
            assert [found[i].entity_id for i in range(len(found))] == found.entity_ids
        for surface in kb.mentions:
            exact = [row for row in store.lookup(surface, 1000) if row.level is Level.EXACT]
            assert sum(row.p for row in exact) == pytest.approx(1)
            assert store.total(surface) == sum(row.c for row in exact)


def _wide_kb(n: int) -> SmallKB:
    """`n` candidates for "Wide", some of them for "WIDE" too, counts with ties and overflows."""
    entities = {i: (f"Entity {i}", i % 7) for i in range(1, n + 1)}
    wide = {i: (i % 300, 300 if i % 500 == 1 else i % 3, 0, 1, 0) for i in entities}
    other = {i: (70_000 + i % 5, 0, i % 2, 0, 0) for i in entities if i % 4 == 0}
    return SmallKB({"Wide": wide, "WIDE": other, "alone": {1: (1, 0, 0, 0, 0)}}, entities)


@pytest.mark.parametrize("n", [8, 9, 17, 999, 1000, 1001, 1500])
def test_long_lists_are_cut_after_their_total_is_taken(tmp_path, n):
    kb = _wide_kb(n)
    store = kb.store(tmp_path)
    for query in ("Wide", "WIDE", "wide", "the wide"):
        for k in (1, 100, 1000, 5000):
            assert _as_rows(store.lookup(query, k)) == kb.lookup(query, k)
    total = sum(kb.c(counts) for counts in kb.mentions["Wide"].values())
    assert store.total("Wide") == total
    exact = store.lookup("Wide", 5000, deepest=Level.EXACT)
    assert len(exact) == min(n, 1000)
    assert sum(exact.p) == pytest.approx(1) if n <= 1000 else sum(exact.p) < 1


def test_more_kinds_of_evidence_than_one_byte_holds(tmp_path):
    entities = {i: (f"E{i}", 0) for i in range(1, 701)}
    kb = SmallKB({f"s{i}": {i: (1, i % 700, i % 3, i % 2, i)} for i in entities}, entities)
    store = kb.store(tmp_path)
    for surface in kb.mentions:
        assert _as_rows(store.lookup(surface)) == kb.lookup(surface, 100)


def test_counts_whose_combinations_pass_64_bits(tmp_path):
    most = (1 << 22) - 1
    rows = {1: (1, 0, most, most, most), 2: (1, 2, 0, 0, 0), 3: (1, 1, 0, 0, 0), 4: (1, 0, 0, 0, 0)}
    kb = SmallKB({"x": rows}, {i: (f"E{i}", 0) for i in rows})
    assert _as_rows(kb.store(tmp_path).lookup("x")) == kb.lookup("x", 100)


def test_weighted_counts_too_large_for_their_column(tmp_path):
    big = 4_000_000_000
    kb = SmallKB({"x": {1: (1, big, big, 0, 0), 2: (1, 0, 0, 0, 1)}}, {1: ("A", 0), 2: ("B", 0)})
    assert _as_rows(kb.store(tmp_path).lookup("x")) == kb.lookup("x", 100)


def test_folds_merged_in_many_small_parts_give_the_same_bytes(tmp_path, monkeypatch):
    mentions = {}
    for i in range(40):
        mentions |= {f"Name {i}": {1: (i + 1, 0, 0, 0, 0)}, f"NAME {i}": {1: (2, 0, 0, 0, 0), 2: (i + 1, 1, 0, 0, 0)}}
    kb = SmallKB(mentions, {1: ("A", 0), 2: ("B", 0)})
    one = kb.store(tmp_path / "one")
    monkeypatch.setattr(store_folds, "MERGE_ROWS", 5)
    many = kb.store(tmp_path / "many")
    assert one.manifest["counts"]["merged_folds"] == 40
    assert one.manifest["files"] == many.manifest["files"]


def test_a_fold_of_one_surface_stores_no_rows_again(tmp_path):
    kb = SmallKB({"Lion": {1: (3, 0, 0, 0, 0)}, "tiger": {2: (1, 0, 0, 0, 0)}}, {1: ("Lion", 0), 2: ("Tiger", 0)})
    counts = kb.store(tmp_path).manifest["counts"]
    assert (counts["fold_keys"], counts["merged_rows"]) == (1, 0)


def test_a_surface_that_is_no_fold_of_its_own_is_not_taken_for_one(tmp_path):
    odd = next(text for text in ODD_FOLDS if _fold(text) != text and _fold(_fold(text)) != _fold(text))
    kb = SmallKB({_fold(odd): {1: (3, 0, 0, 0, 0)}}, {1: ("A", 0)})
    assert _as_rows(kb.store(tmp_path).lookup(odd)) == kb.lookup(odd, 100)


def _fold(text: str) -> str:
    from pipeline.titles.keys import surface_folded

    return surface_folded(text)


ODD_FOLDS = [chr(a) + chr(b) for a in (0x345, 0x1FB3, 0x390, 0xDF, 0x130, 0x149) for b in (0x300, 0x301, 0x345, 0x307)]


def test_levels_can_be_left_out(tmp_path):
    kb = SmallKB({"US": {1: (5, 0, 0, 0, 0)}, "us": {3: (4, 0, 0, 0, 0)}, "the US": {2: (1, 0, 0, 0, 0)}}, ENTITIES)
    store = kb.store(tmp_path)
    levels = {level: store.lookup("the US", deepest=level).levels for level in Level}
    assert levels == {
        Level.EXACT: [Level.EXACT],
        Level.FOLDED: [Level.EXACT],
        Level.STRIPPED: [Level.EXACT, Level.STRIPPED, Level.STRIPPED],
    }


def test_the_wikis_language_strips_its_own_articles(tmp_path):
    kb = SmallKB({"Alpen": {1: (5, 0, 0, 0, 0)}}, {1: ("Alpen", 0)})
    assert len(kb.store(tmp_path / "de", lang="de").lookup("die Alpen")) == 1
    assert len(kb.store(tmp_path / "en", lang="en").lookup("die Alpen")) == 0


def test_unknown_and_odd_queries_find_nothing(tmp_path):
    store = SmallKB({"x": {1: (1, 0, 0, 0, 0)}}, {1: ("A", 0)}).store(tmp_path)
    for query in ("", " ", "\udcff", "nobody", "\x00"):
        assert list(store.lookup(query)) == []
        assert store.total(query) == 0
    with pytest.raises(UsageError, match="k is 0"):
        store.lookup("x", 0)


def test_an_empty_kb_has_a_store(tmp_path):
    store = SmallKB({}, {}).store(tmp_path)
    assert not store.lookup("x")
    assert not store.search_prefix("x")
    assert store.find_title("X") is None


def test_candidates_behave_like_a_list(tmp_path):
    store = _wide_kb(20).store(tmp_path)
    found = store.lookup("wide", 10)
    rows = list(found)
    assert (len(found), found[-1], found[2:4], found[3]) == (10, rows[9], rows[2:4], rows[3])
    assert found == rows
    assert found.kinds == ["article"] * 10
    assert found.c == [row.c for row in rows]
    assert rows[0].to_json()["level"] == "folded"
    with pytest.raises(IndexError, match="candidate 10 of 10"):
        found[10]


def test_a_store_travels_between_processes_as_its_folder(tmp_path):
    store = _wide_kb(20).store(tmp_path)
    copy = pickle.loads(pickle.dumps(store))
    assert copy.lookup("Wide") == store.lookup("Wide")
