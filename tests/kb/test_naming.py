"""What titles, items and hatnotes stand for, on a wiki of a dozen pages."""

import pyarrow as pa
import pytest

from pipeline.kb.evidence import by_surface, hatnote_evidence, item_evidence, redirect_evidence, title_evidence
from pipeline.kb.named_rows import further_surfaces, hatnotes_of, items_of, redirects_of, targets_of, titles_of
from pipeline.kb.resolving import join_counts, make_entities
from pipeline.records import schemas
from pipeline.records.digest import red_entity_id
from pipeline.records.names import ITEM_KINDS
from tests.support.namings import red_rule, rows_table, small_naming

PAGES = [
    (1, "Lion", "article"),
    (2, "Detroit Lions", "article"),
    (3, "Lions (disambiguation)", "disambiguation"),
    (4, "The Lions", "redirect"),
    (5, "Lions Club (old)", "redirect"),
    (6, "Lion (animal)", "redirect"),
    (7, "Loop", "redirect"),
    (8, "Gone", "redirect"),
    (9, "Mercury (planet)", "article"),
    (10, "Lion", "article"),
    (11, "Lion habitat", "redirect"),
]
REDIRECTS = [
    (4, "The Lions", "Lions (disambiguation)", "", "ok"),
    (5, "Lions Club (old)", "Lion (animal)", "", "ok"),
    (6, "Lion (animal)", "Lion", "", "ok"),
    (7, "Loop", "Loop", "", "ok"),
    (8, "Gone", "Nowhere", "", "ok"),
    (11, "Lion habitat", "Lion", "Habitat", "ok"),
]
ITEMS = [
    (3, "Lions (disambiguation)", "Lions", "Detroit Lions", 1, "disambiguation"),
    (3, "Lions (disambiguation)", "Lions", "Lion (animal)", 2, "disambiguation"),
    (3, "Lions (disambiguation)", "Lions", "Lions (band)", 3, "disambiguation"),
]


def naming_of(keep_red_links):
    return small_naming(PAGES, REDIRECTS, keep_red_links=keep_red_links)


def all_rows(naming):
    return naming.pages.rows_between(0, 1 << 40)


def titles(naming):
    return titles_of(naming, all_rows(naming), rows_table(REDIRECTS, schemas.RAW_REDIRECTS))


def redirects(naming):
    return redirects_of(naming, rows_table(REDIRECTS, schemas.RAW_REDIRECTS))


def items(naming):
    return items_of(naming, rows_table(ITEMS, schemas.RAW_DISAMBIGUATION), further_surfaces(naming))


def test_of_two_pages_with_one_title_the_older_id_stays():
    naming = naming_of(keep_red_links=False)
    assert naming.pages.duplicates.tolist() == [10]
    assert [row["page_id"] for row in titles(naming).to_pylist() if row["title_key"] == "Lion"] == [1]


def test_titles_end_at_entities():
    rows = {row["title_key"]: row for row in titles(naming_of(keep_red_links=False)).to_pylist()}
    ends = {title: (row["entity_id"], row["resolved_kind"]) for title, row in rows.items()}
    assert ends == {
        "Lion": (1, "article"),
        "Detroit Lions": (2, "article"),
        "Lions (disambiguation)": (None, "disambiguation"),
        "The Lions": (None, "disambiguation"),
        "Lions Club (old)": (1, "article"),
        "Lion (animal)": (1, "article"),
        "Loop": (None, None),
        "Gone": (None, None),
        "Mercury (planet)": (9, "article"),
        "Lion habitat": (1, "article"),
    }
    assert rows["Lion habitat"]["fragment"] == "Habitat"
    assert rows["Lion"]["fragment"] == ""


def test_redirects_tell_where_they_end():
    rows = {
        r["title"]: (r["resolved"], r["hops"], r["status"])
        for r in redirects(naming_of(keep_red_links=False))[0].to_pylist()
    }
    assert rows == {
        "The Lions": ("Lions (disambiguation)", 1, "ok"),
        "Lions Club (old)": ("Lion", 2, "ok"),
        "Lion (animal)": ("Lion", 1, "ok"),
        "Loop": (None, 8, "loop"),
        "Gone": ("Nowhere", 1, "missing"),
        "Lion habitat": ("Lion", 1, "ok"),
    }


def test_a_redirect_to_a_disambiguation_page_is_a_further_surface_of_its_items():
    rows = items(naming_of(keep_red_links=False))[0].to_pylist()
    found = sorted((row["surface"], row["position"], row["resolved"]) for row in rows)
    senses = [(1, "Detroit Lions"), (2, "Lion"), (3, "Lions (band)")]
    assert found == [(surface, *sense) for surface in ("Lions", "The Lions") for sense in senses]


@pytest.mark.parametrize("keep", [False, True])
def test_evidence_of_every_source(keep):
    naming = naming_of(keep_red_links=keep)
    red_band, red_nowhere = red_entity_id("Lions (band)"), red_entity_id("Nowhere")
    assert rows_of(title_evidence(titles(naming))) == {
        ("Lion", 1, "title", 1), ("Detroit Lions", 2, "title", 1),
        ("Mercury (planet)", 9, "title", 1), ("Mercury", 9, "title", 1),
    }  # fmt: skip
    of_redirects = {
        ("Lions Club (old)", 1, "redirect", 1), ("Lions Club", 1, "redirect", 1),
        ("Lion (animal)", 1, "redirect", 1), ("Lion", 1, "redirect", 1), ("Lion habitat", 1, "redirect", 1),
    }  # fmt: skip
    made, resolved = redirects(naming)
    assert rows_of(redirect_evidence(made, resolved.entity_id)) == of_redirects | (
        {("Gone", red_nowhere, "redirect", 1)} if keep else set()
    )
    made, resolved = items(naming)
    of_items = item_evidence(made, resolved.entity_id)
    both = {(s, e, "disambiguation", 1) for s in ("Lions", "The Lions") for e in (1, 2)}
    assert rows_of(of_items) == both | (
        {(s, red_band, "disambiguation", 1) for s in ("Lions", "The Lions")} if keep else set()
    )
    raw = rows_table([(1, "Lion", "Detroit Lions", "For"), (9, "Lion", "Detroit Lions", "About")], schemas.RAW_HATNOTES)
    made, resolved = hatnotes_of(naming, raw)
    assert rows_of(hatnote_evidence(made, resolved.entity_id)) == {("Lion", 2, "hatnote", 2)}


def test_item_kinds_that_are_not_asked_for_do_not_count():
    rows = [("Smith", 1, "surname", 2), ("Smith", 1, "disambiguation", 3), ("Smith", 2, "surname", 1)]
    evidence = rows_table(rows, schemas.EVIDENCE)
    all_kinds = by_surface(evidence, tuple(str(kind) for kind in ITEM_KINDS)).to_pylist()
    assert {row["entity_id"]: row["n_disambiguation"] for row in all_kinds} == {1: 5, 2: 1}
    some = by_surface(evidence, ("disambiguation",)).to_pylist()
    assert {row["entity_id"]: row["n_disambiguation"] for row in some} == {1: 3}


@pytest.mark.parametrize("keep", [False, True])
def test_link_counts_go_through_redirects(keep):
    naming = naming_of(keep_red_links=keep)
    rows = [
        ("lion", "Lion", "lead", False, 5, 2), ("lion", "Lion (animal)", "lead", False, 2, 1),
        ("Lions", "The Lions", "lead", False, 3, 3), ("x", "Nowhere", "lead", False, 4, 1),
        ("x", "Gone", "lead", True, 7, 1), ("l", "Loop", "lead", False, 1, 1),
    ]  # fmt: skip
    inlinks = [("Lion", 5, 2), ("Lion (animal)", 2, 1), ("Gone", 7, 1), ("Nowhere", 4, 1)]
    joined = join_counts(
        rows_table(rows, schemas.TARGET_COUNTS),
        rows_table(inlinks, schemas.INLINK_COUNTS),
        targets_of(naming, all_rows(naming)),
        red=red_rule(keep=keep),
    )
    red = red_entity_id("Nowhere")
    counts = {
        (r["surface"], r["entity_id"], r["in_template"]): (r["n_links"], r["n_pages"])
        for r in joined.counts.to_pylist()
    }
    reds = {("x", red, False): (4, 1), ("x", red, True): (7, 1)} if keep else {}
    assert counts == {("lion", 1, False): (7, 3)} | reds
    assert joined.dropped == {"not_a_candidate": 4} | ({} if keep else {"red_link": 11})
    assert joined.red.to_pylist() == ([{"entity_id": red, "title": "Nowhere"}] if keep else [])
    assert {r["entity_id"]: r["n_links"] for r in joined.inlinks.to_pylist()} == {1: 7} | ({red: 11} if keep else {})


def test_red_titles_of_disambiguation_pages_never_become_entities():
    red_pages = [(20, "Leos", "redirect"), (21, "Cats", "disambiguation")]
    raw = [(20, "Leos", "Leo (disambiguation)", "", "ok")]
    naming = small_naming([*PAGES, *red_pages], [*REDIRECTS, *raw], keep_red_links=True)
    targets = targets_of(naming, all_rows(naming))
    (leos,) = [row for row in targets.to_pylist() if row["title_key"] == "Leos"]
    assert (leos["entity_id"], leos["reason"]) == (None, "not_a_candidate")
    named = [(21, "Cats", "Cats", title, 1, "disambiguation") for title in ("Cat (disambiguation)", "Cat (animal)")]
    made, resolved = items_of(naming, rows_table(named, schemas.RAW_DISAMBIGUATION), further_surfaces(naming))
    assert resolved.entity_id.to_pylist() == [None, red_entity_id("Cat (animal)")]
    assert rows_of(item_evidence(made, resolved.entity_id)) == {
        ("Cats", red_entity_id("Cat (animal)"), "disambiguation", 1)
    }
    links = [(title, title, "lead", False, 2, 1) for title in ("Cat (disambiguation)", "Leos", "Cat (animal)")]
    inlinks = [(title, 2, 1) for _, title, *_ in links]
    joined = join_counts(
        rows_table(links, schemas.TARGET_COUNTS),
        rows_table(inlinks, schemas.INLINK_COUNTS),
        targets,
        red=red_rule(keep=True),
    )
    assert joined.red.to_pylist() == [{"entity_id": red_entity_id("Cat (animal)"), "title": "Cat (animal)"}]
    assert joined.dropped == {"not_a_candidate": 4}
    assert joined.inlinks["entity_id"].to_pylist() == [red_entity_id("Cat (animal)")]


def test_an_unlinked_article_is_an_entity_with_zeros():
    articles = pa.Table.from_pylist(
        [
            {"page_id": n, "title": t, "qid": None, "lead": "", "categories": [], "infobox_type": None, "image": None,
             "page_image": None, "revision_id": None, "timestamp": None}
            for n, t in ((1, "Lion"), (2, "Zebra"))
        ],
        schema=schemas.ARTICLES.arrow,
    )  # fmt: skip
    entities = make_entities(articles, rows_table([(1, 7, 3)], schemas.ENTITY_INLINKS)).to_pylist()
    assert [(e["entity_id"], e["n_inlinks"], e["n_pages_in"], e["kind"]) for e in entities] == [
        (1, 7, 3, "article"), (2, 0, 0, "article"),
    ]  # fmt: skip


def rows_of(evidence):
    return {(r["surface"], r["entity_id"], r["source"], r["n"]) for r in evidence.to_pylist()}
