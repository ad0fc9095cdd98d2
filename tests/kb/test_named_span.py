"""What one span gives: every row of it is evidence or is counted with the reason why not."""

import pytest

from pipeline.kb.named_rows import further_surfaces
from pipeline.kb.named_span import name_span
from pipeline.records import schemas
from pipeline.records.digest import red_entity_id
from tests.support.namings import rows_table, small_naming

PAGES = [
    (1, "Lion", "article"),
    (2, "Lions", "disambiguation"),
    (3, "Leo", "redirect"),
    (4, "Gone", "redirect"),
    (5, "Loop", "redirect"),
    (6, "Pride", "redirect"),
    (7, "Leo", "redirect"),
    (8, "Lion", "disambiguation"),
    (9, "Lion", "article"),
]
REDIRECTS = [
    (3, "Leo", "Lion", "", "ok"),
    (4, "Gone", "Nowhere", "", "ok"),
    (5, "Loop", "Loop", "", "ok"),
    (6, "Pride", "Lions", "", "ok"),
    (7, "Leo", "Lions", "", "ok"),
]
ITEMS = [
    (2, "Lions", "Lions", "Leo", 1, "disambiguation"),
    (2, "Lions", "Lions", "Nothing", 2, "disambiguation"),
    (8, "Lion", "Lion", "Leo", 1, "disambiguation"),
]
HATNOTES = [
    (1, "", "Lion", "For"),
    (1, "cat", "Lion", "For"),
    (1, "cat", "Loop", "For"),
    (9, "cub", "Lion", "For"),
    (9, "cubs", "Lion", "For"),
]


def span(*, keep_red_links):
    raw = {
        schemas.RAW_REDIRECTS: rows_table(REDIRECTS, schemas.RAW_REDIRECTS),
        schemas.RAW_DISAMBIGUATION: rows_table(ITEMS, schemas.RAW_DISAMBIGUATION),
        schemas.RAW_HATNOTES: rows_table(HATNOTES, schemas.RAW_HATNOTES),
    }
    naming = small_naming(PAGES, REDIRECTS, keep_red_links=keep_red_links)
    return name_span(naming, naming.pages.rows_between(0, 100), raw, further_surfaces(naming))


def figures(found):
    return {name: {reason: n for reason, n in counts.items() if n} for name, counts in found.figures.items()}


@pytest.mark.parametrize("keep_red_links", [False, True])
def test_each_row_is_evidence_or_counted_by_reason(keep_red_links):
    red = {} if keep_red_links else {"red_link": 1}
    reds = {} if keep_red_links else {"red_link": 2}
    kept = 1 if keep_red_links else 0
    found = figures(span(keep_red_links=keep_red_links))
    assert found["redirects"] == {"in": 5, "out": 1 + kept, "not_a_candidate": 2, "duplicate_title": 1, **red}
    assert found["disambiguation"] == {"in": 5, "out": 2 + 2 * kept, "duplicate_title": 1, **reds}
    assert found["hatnotes"] == {"in": 5, "out": 1, "empty_surface": 1, "not_a_candidate": 1, "duplicate_title": 2}
    for counts in found.values():
        assert counts["in"] == sum(n for reason, n in counts.items() if reason != "in")


def test_a_page_whose_title_an_older_one_has_gives_nothing():
    found = span(keep_red_links=False)
    for schema in (schemas.TITLES, schemas.REDIRECTS, schemas.DISAMBIGUATION, schemas.HATNOTES):
        assert not {7, 8, 9} & set(found.tables[schema]["page_id"].to_pylist())
    surfaces = set(found.tables[schemas.EVIDENCE]["surface"].to_pylist())
    assert surfaces == {"Lion", "Leo", "Lions", "Pride", "cat"}


def test_red_titles_are_named_once():
    assert span(keep_red_links=False).red.num_rows == 0
    assert sorted(map(tuple, (row.values() for row in span(keep_red_links=True).red.to_pylist()))) == sorted(
        (red_entity_id(title), title) for title in ("Nowhere", "Nothing")
    )
