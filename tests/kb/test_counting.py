"""Link counts against plain dictionaries."""

from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kb.counting import add_inlink_counts, add_target_counts, count_links, whole_pages
from pipeline.records import schemas

row = st.tuples(
    st.integers(1, 4),
    st.sampled_from(["A", "B"]),
    st.sampled_from(["", "part"]),
    st.sampled_from(["x", " x ", "x  y", "x y", "", " ", "e\u0301", "é", "X"]),
    st.sampled_from(["lead", "table"]),
    st.booleans(),
    st.integers(1, 5),
)


def links_table(rows):
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(7)]
    page_id, target, fragment, surface, context, in_template, n = columns
    titles = [f"P{value}" for value in page_id]
    return pa.table([page_id, titles, target, fragment, surface, context, in_template, n], schema=schemas.LINKS.arrow)


KEYS = {" x ": "x", "x  y": "x y", "e\u0301": "é", " ": ""}


@given(st.lists(row, max_size=30))
def test_counts_equal_a_dictionary(rows):
    links, pages, inlinks, inpages = Counter(), {}, Counter(), {}
    empty = 0
    for page, target, _, surface, context, in_template, n in rows:
        key = KEYS.get(surface, surface)
        if not key:
            empty += n
            continue
        links[key, target, context, in_template] += n
        pages.setdefault((key, target, context, in_template), set()).add(page)
        inlinks[target] += n
        inpages.setdefault(target, set()).add(page)
    counts, inlink_counts, dropped = count_links(links_table(rows))
    found = {tuple(r[c] for c in ("surface", "target", "context", "in_template")): r for r in counts.to_pylist()}
    assert {key: r["n_links"] for key, r in found.items()} == dict(links)
    assert {key: r["n_pages"] for key, r in found.items()} == {key: len(p) for key, p in pages.items()}
    assert {r["target"]: (r["n_links"], r["n_pages"]) for r in inlink_counts.to_pylist()} == {
        target: (n, len(inpages[target])) for target, n in inlinks.items()
    }
    assert dropped == {"empty_surface": empty}


@given(st.lists(row, max_size=20), st.lists(row, max_size=20))
def test_counts_of_two_tables_add_up_to_those_of_both(first, second):
    second = [(page + 10, *rest) for page, *rest in second]
    parts = [count_links(links_table(rows)) for rows in (first, second)]
    whole = count_links(links_table(first + second))
    order = [(name, "ascending") for name in whole[0].column_names]
    added = add_target_counts(pa.concat_tables([part[0] for part in parts]))
    assert added.sort_by(order).to_pylist() == whole[0].sort_by(order).to_pylist()
    added = add_inlink_counts(pa.concat_tables([part[1] for part in parts]))
    assert added.sort_by("target").to_pylist() == whole[1].sort_by("target").to_pylist()


@given(st.lists(st.integers(1, 6), max_size=40), st.integers(1, 9), st.integers(1, 9))
def test_slices_are_of_whole_pages_and_bounded(page_ids, chunk_rows, rows):
    table = links_table([(page, "A", "", "x", "lead", False, 1) for page in sorted(page_ids)])
    parts = [table.slice(start, chunk_rows) for start in range(0, table.num_rows, chunk_rows)]
    slices = list(whole_pages(parts, rows))
    assert pa.concat_tables([table.slice(0, 0), *slices]).equals(table)
    pages = [set(part["page_id"].to_pylist()) for part in slices]
    assert sum(map(len, pages)) == len(set(page_ids))
    longest = max(Counter(page_ids).values(), default=0)
    assert all(0 < part.num_rows < rows + chunk_rows + longest for part in slices)
