"""Redirect chains against a walk page by page."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kb.chains import MAX_HOPS, STATUS_NAMES, follow_redirects
from pipeline.records import schemas

TITLES = [f"T{n}" for n in range(14)]


def walk(start, kinds, target_of, status_of):
    """(end title or None, hops, status) by following one redirect at a time."""
    here, hops = start, 0
    while True:
        hops += 1
        if status_of[here] != "ok":
            return None, hops, status_of[here]
        there = target_of[here]
        if there not in kinds:
            return None, hops, "missing"
        if kinds[there] != "redirect":
            return there, hops, "ok"
        if hops == MAX_HOPS:
            return None, hops, "loop"
        here = there


@given(st.data())
def test_every_chain_ends_where_a_walk_ends(data):
    kinds = {title: data.draw(st.sampled_from(["article", "redirect", "disambiguation"])) for title in TITLES}
    sources = [title for title in TITLES if kinds[title] == "redirect"]
    target_of = {title: data.draw(st.sampled_from([*TITLES, "Nowhere", "Elsewhere"])) for title in sources}
    status_of = {
        title: data.draw(st.sampled_from(["ok", "ok", "ok", "ok", "interwiki", "namespace"])) for title in sources
    }
    redirects = pa.table(
        [
            pa.array(range(len(sources)), pa.int64()),
            pa.array(sources, pa.string()),
            pa.array([target_of[s] for s in sources], pa.string()),
            pa.array([""] * len(sources), pa.string()),
            pa.array([status_of[s] for s in sources], pa.string()),
        ],
        schema=schemas.RAW_REDIRECTS.arrow,
    )
    titles = pa.chunked_array([TITLES[:5], TITLES[5:]])
    ends = follow_redirects(titles, pa.chunked_array([[kinds[t] for t in TITLES]]), redirects)
    for row, source in enumerate(sources):
        end, hops, status = walk(source, kinds, target_of, status_of)
        assert STATUS_NAMES[ends.status[row]] == status
        assert (TITLES[ends.page[row]] if ends.page[row] >= 0 else None) == end
        assert ends.hops[row] == hops


def test_a_chain_of_eight_is_followed_and_one_of_nine_is_a_loop():
    def ends_of(length):
        names = [f"R{n}" for n in range(length)]
        redirects = pa.table(
            [list(range(length)), names, [*names[1:], "End"], [""] * length, ["ok"] * length],
            schema=schemas.RAW_REDIRECTS.arrow,
        )
        kinds = pa.chunked_array([["redirect"] * length + ["article"]])
        return follow_redirects(pa.chunked_array([[*names, "End"]]), kinds, redirects)

    assert STATUS_NAMES[ends_of(8).status[0]] == "ok"
    assert STATUS_NAMES[ends_of(9).status[0]] == "loop"
    assert STATUS_NAMES[ends_of(9).status[1]] == "ok"
