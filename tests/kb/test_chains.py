"""Redirect chains against a walk page by page."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kb import chains
from pipeline.kb.chains import MAX_HOPS, NO_REDIRECT, STATUS_NAMES, follow_redirects

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


def ends_of(titles, kinds, target_of, status_of):
    target, status = np.full(len(titles), -1, np.int32), np.full(len(titles), NO_REDIRECT, np.int8)
    for row, title in enumerate(titles):
        if kinds[title] == "redirect":
            target[row] = titles.index(target_of[title]) if target_of[title] in titles else -1
            status[row] = STATUS_NAMES.index(status_of[title])
    return follow_redirects(target, status)


@given(st.data())
def test_every_chain_ends_where_a_walk_ends(data):
    kinds = {title: data.draw(st.sampled_from(["article", "redirect", "disambiguation"])) for title in TITLES}
    sources = [title for title in TITLES if kinds[title] == "redirect"]
    target_of = {title: data.draw(st.sampled_from([*TITLES, "Nowhere", "Elsewhere"])) for title in sources}
    status_of = {
        title: data.draw(st.sampled_from(["ok", "ok", "ok", "ok", "interwiki", "namespace"])) for title in sources
    }
    ends = ends_of(TITLES, kinds, target_of, status_of)
    for row, source in enumerate(TITLES):
        if source not in target_of:
            assert (ends.page[row], ends.status[row], ends.hops[row]) == (row, NO_REDIRECT, 0)
            continue
        end, hops, status = walk(source, kinds, target_of, status_of)
        assert STATUS_NAMES[ends.status[row]] == status
        assert (TITLES[ends.page[row]] if ends.page[row] >= 0 else None) == end
        assert ends.hops[row] == hops


def test_a_chain_of_eight_is_followed_and_one_of_nine_is_a_loop():
    def chain(length):
        names = [f"R{n}" for n in range(length)]
        kinds = dict.fromkeys(names, "redirect") | {"End": "article"}
        target_of = dict(zip(names, [*names[1:], "End"], strict=True))
        return ends_of([*names, "End"], kinds, target_of, dict.fromkeys(names, "ok"))

    assert STATUS_NAMES[chain(8).status[0]] == "ok"
    assert STATUS_NAMES[chain(9).status[0]] == "loop"
    assert STATUS_NAMES[chain(9).status[1]] == "ok"


def test_blocks_of_redirects_are_followed_alike(monkeypatch):
    """A chain whose redirects lie in several blocks."""
    monkeypatch.setattr(chains, "_BLOCK", 2)
    names = [f"R{n}" for n in range(7)]
    kinds = dict.fromkeys(names, "redirect") | {"End": "article"}
    target_of = dict(zip(names, [*names[1:], "End"], strict=True))
    ends = ends_of([*names, "End"], kinds, target_of, dict.fromkeys(names, "ok"))
    assert ends.page.tolist() == [7] * 8
    assert ends.hops.tolist() == [7, 6, 5, 4, 3, 2, 1, 0]
    assert ends.last.tolist() == [6] * 7 + [-1]
