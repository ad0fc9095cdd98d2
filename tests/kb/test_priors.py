"""P(e|m) against exact fractions."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kb.priors import PAPER_PRESET, PriorOptions, Weights, make_mentions
from pipeline.records import schemas

IDS = [-7, 1, 2, 3]
NAMES = (np.array(IDS), pa.array(["Red", "One", "Two", "Three"]))
count = st.tuples(
    st.sampled_from(["Lions", "lions", "ß", "Ａ"]),
    st.sampled_from(IDS),
    st.sampled_from(["lead", "table", "prose"]),
    st.booleans(),
    st.integers(1, 99),
    st.integers(1, 9),
)
evidence = st.tuples(st.sampled_from(["Lions", "ß"]), st.sampled_from(IDS), *[st.integers(0, 3)] * 4)
weights = st.builds(Weights, *[st.integers(0, 3)] * 4)
options = st.builds(
    PriorOptions,
    weights,
    st.sampled_from(["links", "pages"]),
    st.sampled_from([("lead", "prose"), ("lead", "prose", "table"), ("table",)]),
)


def table(rows, schema):
    columns = zip(*rows, strict=True) if rows else [[] for _ in schema.columns]
    return pa.table([list(column) for column in columns], schema=schema.arrow)


@given(st.lists(count, max_size=20), st.lists(evidence, max_size=8, unique_by=lambda row: row[:2]), options)
def test_p_is_weighted_evidence_over_its_sum(counts, others, chosen):
    c = defaultdict(int)
    for surface, entity, context, _, n_links, n_pages in counts:
        if context in chosen.contexts:
            c[surface, entity] += n_links if chosen.count == "links" else n_pages
    w = chosen.weights
    for surface, entity, n_redirect, n_disambiguation, n_title, n_hatnote in others:
        c[surface, entity] += (
            w.redirect * n_redirect + w.disambiguation * n_disambiguation + w.title * n_title + w.hatnote * n_hatnote
        )
    total = defaultdict(int)
    for (surface, _), value in c.items():
        total[surface] += value
    expected = {key: Fraction(value, total[key[0]]) for key, value in c.items() if value}
    weighed = make_mentions(table(counts, schemas.COUNTS), table(others, schemas.SURFACE_EVIDENCE), NAMES, chosen)
    found = {(row["surface"], row["entity_id"]): row for row in weighed.mentions.to_pylist()}
    assert set(found) == set(expected)
    assert all(found[key]["p"] == pytest.approx(float(p), abs=1e-12) for key, p in expected.items())
    assert weighed.n_surfaces == len({surface for surface, _ in expected})
    sums = defaultdict(float)
    for (surface, _), row in found.items():
        sums[surface] += row["p"]
        assert row["entity"] == dict(zip(IDS, ["Red", "One", "Two", "Three"], strict=True))[row["entity_id"]]
        assert row["kind"] == ("red" if row["entity_id"] < 0 else "article")
    assert all(value == pytest.approx(1, abs=1e-12) for value in sums.values())


def test_folding_is_casefold_of_nfkc():
    rows = [(surface, 1, "lead", False, 1, 1) for surface in ("Lions", "ß", "Ａ", "ﬁ", "É")]
    weighed = make_mentions(table(rows, schemas.COUNTS), table([], schemas.SURFACE_EVIDENCE), NAMES, PriorOptions())
    folded = {row["surface"]: row["surface_folded"] for row in weighed.mentions.to_pylist()}
    assert folded == {"Lions": "lions", "ß": "ss", "Ａ": "a", "ﬁ": "fi", "É": "é"}


def test_the_paper_counts_links_redirects_and_disambiguation_pages_only():
    assert PAPER_PRESET.weights == Weights(redirect=1, disambiguation=1, title=0, hatnote=0)
    assert PAPER_PRESET.item_kinds == ("disambiguation",)
