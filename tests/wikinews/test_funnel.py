"""The reckoning of the funnel."""

import json
import random
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.funnel import Funnel
from pipeline.wikinews.cleaning import Drop
from pipeline.wikinews.funnel import make_funnel
from tests.support.corpus_rows import article_row, article_table, pair_row, pair_table

DROPPING = [str(rule) for rule in Drop]
REVIEWING = ["maybe_audio", "credit_only", "term:profane", "term:violent", "unknown_template"]
REASONS = st.sampled_from(
    [*DROPPING, "maybe_audio", "credit_only", "term:profane:damn", "term:violent:gore", "term:violent:blood: and", "unknown_template:A:b",
     "unknown_template:C", "decided:seen: twice", "a_new_rule", "a_new_rule:with more"]
)  # fmt: skip
PAIRS = st.builds(
    pair_row,
    st.integers(0, 30),
    year=st.sampled_from([None, 2007, 2008, 2020]),
    topic=st.sampled_from(["", "sports", "weather", "cooking"]),
    status=st.sampled_from(["kept", "review", "dropped"]),
    reasons=st.lists(REASONS, max_size=4, unique=True),
    caption=st.text(max_size=12),
)
ROWS = st.lists(PAIRS, max_size=30).map(lambda rows: [row | {"position": n} for n, row in enumerate(rows)])


def reckon(rows, *, n_tables=1, articles=(), drops=None, templates=None, **options):
    size = -(-len(rows) // n_tables) or 1
    tables = [pair_table(rows[start : start + size]) for start in range(0, max(len(rows), 1), size)]
    return make_funnel(
        tables, [article_table(articles)], wiki="enwikinews", date="20210101", article_drops=drops or {},
        unknown_templates=templates or {}, **options,
    )  # fmt: skip


def rule(reason):
    parts = reason.split(":")
    return ":".join(parts[:2]) if parts[0] == "term" else parts[0]


def taken_by(row):
    """A naive reading of what the funnel promises: where a pair ends."""
    spoke = [rule(reason) for reason in row["reasons"]]
    if row["status"] == "kept":
        return None
    if row["status"] == "dropped":
        return next((one for one in [*DROPPING, "decided"] if one in spoke), "dropped_by_no_rule")
    known = [one for one in REVIEWING if one in spoke]
    others = sorted(one for one in spoke if one not in [*DROPPING, "decided"])
    return [*known, *others, "review_by_no_rule"][0]


@given(ROWS)
def test_the_chain_and_the_groups_add_up(rows):
    funnel = reckon(rows)
    n_in = len(rows)
    for step in funnel.steps:
        assert step.n_in == n_in
        assert 0 <= step.n_out <= n_in
        n_in = step.n_out
    assert n_in == funnel.n_kept
    assert funnel.n_kept + funnel.n_review + funnel.n_dropped == funnel.n_pairs == len(rows)
    taken = {step.rule: step.n_taken for step in funnel.steps}
    for groups in (funnel.years, funnel.topics):
        assert sum(group.n_in for group in groups) == len(rows)
        assert sum((Counter(group.by_rule) for group in groups), Counter()) == Counter(taken)
        for group in groups:
            assert group.n_in == group.n_kept + group.n_review + group.n_dropped
            assert sum(group.by_rule.values()) == group.n_review + group.n_dropped


@given(ROWS)
def test_against_a_naive_reading(rows):
    funnel = reckon(rows)
    ended = Counter(filter(None, map(taken_by, rows)))
    spoke = Counter(name for row in rows for name in {rule(reason) for reason in row["reasons"]})
    assert {step.rule: step.n_taken for step in funnel.steps if step.n_taken} == ended
    assert {step.rule: step.n_spoke for step in funnel.steps if step.n_spoke} == spoke
    years = {group.name: group.n_in for group in funnel.years}
    assert years == Counter(str(row["date"].year) if row["date"] else "" for row in rows)
    kept = {group.name: group.n_kept for group in funnel.topics if group.n_kept}
    assert kept == Counter(row["topic"] for row in rows if row["status"] == "kept")
    for step in funnel.steps:
        mine = [row for row in rows if step.rule in {taken_by(row), *map(rule, row["reasons"])}]
        mine.sort(key=lambda row: (taken_by(row) != step.rule, row["pair_id"], row["article_id"], row["position"]))
        assert [(one.pair_id, one.caption) for one in step.examples] == [(r["pair_id"], r["caption"]) for r in mine[:8]]


@given(ROWS, st.integers(1, 5), st.randoms(use_true_random=False))
def test_order_and_tables_do_not_matter(rows, n_tables, chance):
    shuffled = random.Random(chance.random()).sample(rows, len(rows))
    assert reckon(shuffled, n_tables=n_tables) == reckon(rows)


@given(ROWS)
def test_json_and_back(rows):
    funnel = reckon(rows, articles=[article_row()], drops={"unpublished": 1}, templates={"A": 3})
    assert Funnel.from_json(json.loads(json.dumps(funnel.to_json()))) == funnel


def test_steps_stand_in_the_order_of_the_rules():
    rows = [
        pair_row(1, status="dropped"),
        pair_row(2, status="review", reasons=["zebra"]),
        pair_row(3, status="review"),
    ]
    names = [step.rule for step in reckon(rows).steps]
    head = ["dropped_by_no_rule", *DROPPING, "decided", "maybe_audio", "credit_only", "term:profane"]
    assert names[: len(head)] == head
    assert names[-3:] == ["unknown_template", "review_by_no_rule", "zebra"]
    assert [step.status for step in reckon([]).steps if step.rule == "decided"] == ["decided"]


def test_a_dropping_rule_counts_before_what_a_reviewer_said():
    rows = [
        pair_row(1, status="dropped", reasons=["icon", "decided:no"]),
        pair_row(2, status="dropped", reasons=["maybe_audio", "decided:no"]),
        pair_row(3, status="kept", reasons=["too_short", "decided:a name"]),
    ]
    steps = {step.rule: step for step in reckon(rows).steps}
    assert (steps["icon"].n_taken, steps["decided"].n_taken, steps["decided"].n_spoke) == (1, 1, 3)
    assert (steps["too_short"].n_taken, steps["too_short"].n_spoke) == (0, 1)
    assert [one.pair_id[-1] for one in steps["decided"].examples] == ["2", "1", "3"]


def test_topics_are_the_papers_then_others_then_none():
    rows = [pair_row(1, topic="cooking"), pair_row(2), pair_row(3, topic="sports")]
    groups = reckon(rows, articles=[article_row(1, topic="sports"), article_row(2, year=None)]).topics
    assert [group.name for group in groups][-3:] == ["weather", "cooking", ""]
    assert groups[0].name == "sports"
    assert [(one.name, one.n_articles) for one in groups if one.n_articles] == [("sports", 1), ("", 1)]


def test_years_without_pairs_but_with_articles_are_shown():
    funnel = reckon([pair_row(1, year=2008)], articles=[article_row(1, year=2008), article_row(2, year=2019)])
    assert [(one.name, one.n_in, one.n_articles) for one in funnel.years] == [("2008", 1, 1), ("2019", 0, 1)]


def test_long_texts_are_clipped_in_examples():
    [step] = [
        step
        for step in reckon([pair_row(1, caption="x" * 1_000_000, status="dropped", reasons=["icon"])]).steps
        if step.examples
    ]
    assert len(step.examples[0].caption) == 400
    assert step.examples[0].caption.endswith("x…")


def test_at_most_so_many_examples():
    rows = [pair_row(n, status="dropped", reasons=["icon"]) for n in range(9, -1, -1)]
    steps = {step.rule: step for step in reckon(rows, examples_per_rule=2).steps}
    assert [one.pair_id[-1] for one in steps["icon"].examples] == ["0", "1"]
    assert not any(step.examples for step in reckon(rows, examples_per_rule=0).steps)


def test_terms_and_templates_most_first():
    rows = [pair_row(n, status="review", reasons=["term:violent:gore", f"term:violent:{n}"]) for n in range(2)]
    funnel = reckon(rows, templates={"B": 2, "A": 2, "none": 0, "C": 9})
    assert funnel.terms == (("violent:gore", 2), ("violent:0", 1), ("violent:1", 1))
    assert funnel.unknown_templates == (("C", 9), ("A", 2), ("B", 2))


def test_articles_are_reckoned():
    articles = [article_row(number) for number in range(5)]
    funnel = reckon([], articles=articles, drops={"no_date": 1, "unpublished": 2, "outside_years": 0})
    assert funnel.article_steps == (("unpublished", 2), ("no_date", 1))
    assert (funnel.n_articles, funnel.n_articles_used) == (5, 2)


def test_articles_with_weak_dates_are_counted():
    evidence = ["first_line", "template:date", "", "revision (fallback)", "category", "revision (fallback)"]
    articles = [article_row(number, date_evidence=told) for number, told in enumerate(evidence)]
    funnel = reckon([], articles=articles)
    assert funnel.weak_dates == (("revision (fallback)", 2), ("", 1), ("first_line", 1))


def test_more_articles_dropped_than_there_are_is_an_error():
    with pytest.raises(ValueError, match="2 articles dropped of 1"):
        reckon([], articles=[article_row()], drops={"no_date": 2})


def test_an_unknown_status_is_an_error():
    with pytest.raises(ValueError, match="0007 has the status 'lost'"):
        reckon([pair_row(7, status="lost")])


def test_only_the_columns_that_are_needed_are_read():
    table = pair_table([pair_row(1)]).drop_columns(["image_url", "caption_links", "revision_id"])
    funnel = make_funnel(
        [table], [pa.Table.from_pylist([article_row()]).select(["date", "date_evidence", "topic"])], wiki="w", date="",
        article_drops={}, unknown_templates={},
    )  # fmt: skip
    assert (funnel.n_pairs, funnel.n_articles) == (1, 1)
