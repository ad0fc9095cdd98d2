"""What a report tells: parts, effort, classes, the choice of disagreements."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.agreement.figures import Sampling
from annotation.agreement.measuring import measure
from annotation.agreement.pairing import Rules
from annotation.disagreements import Kind
from annotation.records import Answer, Item
from annotation.report.disputed import choose, count_classes, disputed_json, find_disputed
from annotation.report.effort import effort
from annotation.report.findings import find_all, material_of
from annotation.report.slices import by_length, by_order, by_topic, by_type, by_week
from pipeline.records.errors import UsageError
from tests.support.answers import RULES, campaigns, example, example_pairings, span

NO_DRAWS = Sampling(draws=0)


@pytest.fixture(scope="module")
def found():
    return find_all(material_of("example", *example(), RULES), Sampling(50))


def values(table):
    return {one.name: [measure.main.value for measure in one.measures] for one in table.slices}


def test_findings_are_those_of_the_definitions(found):
    by_id = {one.definition: one for one in found.agreement.measures}
    assert by_id["md.token.bio"].main.value == pytest.approx(0.849570, abs=1e-6)
    assert by_id["el.matched"].main.value == pytest.approx(0.724138, abs=1e-6)
    cells = {(cell.left, cell.right): cell.measure.main.value for cell in found.pairs["md.token.bio"].cells}
    assert cells == pytest.approx({("A", "B"): 0.685714, ("A", "C"): 0.871795, ("B", "C"): 1.0}, abs=1e-6)
    assert sorted(found.people["el.matched"]) == ["A", "B", "C"]
    assert found.slices.keys() == {"topic", "length", "type", "order"}
    assert found.effort == ()
    assert found.clues == ()


def test_pairs_that_differ_only_by_a_redirect_are_not_disputed(found):
    assert [one.pairing.item.pair_id for one in found.disputed] == ["p1", "p2", "p3", "p5"]
    as_typed = find_disputed(example_pairings(), Rules())
    assert [one.pairing.item.pair_id for one in as_typed] == ["p1", "p2", "p3", "p5", "p6"]


def test_classes_are_counted_the_most_frequent_first(found):
    rows = [one.to_json() for one in found.classes]
    assert sum(one["n"] for one in rows) == sum(len(one.found) for one in found.disputed)
    assert [one["n"] for one in rows] == sorted((one["n"] for one in rows), reverse=True)
    assert {"kind": "metonymy_type", "n": 1, "n_pairings": 1, "guideline": 7} in rows


def test_the_json_says_everything_again(found):
    value = json.loads(json.dumps(found.to_json()))
    assert value["pairs_with_a_disagreement"] == 4
    assert len(value["annotator_pairs_by_definition"]["el.matched"]["cells"]) == 3
    assert value["slices"]["length"]["slices"][0]["name"] == "up to 5 words"
    assert value["sampling"]["draws"] == 50
    line = disputed_json(found.disputed[1])
    assert line["disagreements"] == [{"kind": "entity", "guideline": 1, "left": 0, "right": 0}]
    assert line["answers"][1][0]["entity"] == "BC Lions"


def test_nothing_to_compare_is_an_error():
    with pytest.raises(UsageError, match="x: no item has the answers of two people"):
        material_of("x", [Item("p", "c", "g")], [Answer("p", "A")])


def test_topics_are_cut_at_twenty():
    items = [Item(f"p{n}", "Rome", f"p{n}", topic=f"t{n % 25:02}" if n else None) for n in range(60)]
    answers = [
        Answer(item.pair_id, name, (span("Rome", "Rome", "Location", "Rome"),)) for item in items for name in "AB"
    ]
    table = by_topic(material_of("x", items, answers).paired.pairings, Rules(), NO_DRAWS)
    names = [one.name for one in table.slices]
    assert len(names) == 20
    assert names[0] == "t01"
    assert names[-1] == "others"
    assert sum(one.n_pairings for one in table.slices) == 60


def test_lengths_are_counted_in_words():
    captions = ["one two three four five", "one two three four five six", "word " * 26]
    items = [Item(f"p{n}", caption, "g") for n, caption in enumerate(captions)]
    answers = [Answer(item.pair_id, name) for item in items for name in "AB"]
    table = by_length(material_of("x", items, answers).paired.pairings, Rules(), NO_DRAWS)
    assert [(one.name, one.n_pairings) for one in table.slices] == [
        ("up to 5 words", 1),
        ("6 to 10", 1),
        ("over 25", 1),
    ]
    assert values(table)["over 25"] == [None, None]


def test_each_type_is_measured_alone():
    table = by_type(example_pairings(), RULES, NO_DRAWS)
    told = values(table)
    assert told["Country"] == [0.0, None]  # French, and England of one side only
    assert told["Person"][0] == pytest.approx(2 * 3 / (4 + 4))
    assert "Event" not in told


def test_the_order_of_work_makes_equal_parts():
    items = [Item(f"p{n}", "Rome", f"p{n}") for n in range(60)]
    good, bad = (span("Rome", "Rome", "Location", entity) for entity in ("Rome", "Rome (band)"))
    answers = [
        Answer(f"p{n}", name, (bad if name == "B" and n >= 40 else good,), number=n) for n in range(60) for name in "AB"
    ]
    material = material_of("x", items, answers)
    for given_answers in (answers, answers[::-1]):
        table = by_order(material.paired.pairings, given_answers, Rules(), NO_DRAWS)
        observed = [(one.name, one.n_pairings, one.measures[1].observed) for one in table.slices]
        assert observed == [("part 1", 20, 1.0), ("part 2", 20, 1.0), ("part 3", 20, 0.0)]


def test_a_pair_stands_where_the_later_person_was():
    items = [Item(f"p{n}", "Rome", f"p{n}", topic="edge" if n < 10 or n >= 50 else "middle") for n in range(60)]
    answers = [Answer(f"p{n}", name, number=n if name == "A" else 59 - n) for n in range(60) for name in "AB"]
    pairings = material_of("x", items, answers).paired.pairings
    edge = [one for one in pairings if one.item.topic == "edge"]
    table = by_order(pairings, answers, Rules(), NO_DRAWS)
    assert [one.n_pairings for one in table.slices] == [20, 20, 20]
    alone = by_order([*pairings[10:50], *edge], answers, Rules(), NO_DRAWS)
    assert alone.slices[2] == table.slices[2]
    swapped = {f"p{n}": span("Rome", "Rome", "Location", "Rome") for n in (*range(10), *range(50, 60))}
    marked = [Answer(one.pair_id, one.annotator, (swapped[one.pair_id],) if one.pair_id in swapped else (), number=one.number) for one in answers]  # fmt: skip
    parts = by_order(material_of("x", items, marked).paired.pairings, marked, Rules(), NO_DRAWS).slices
    assert [one.measures[1].n for one in parts] == [0, 0, 20]


def test_weeks_become_months_where_there_are_many():
    items, answers = example()
    pairings = material_of("x", items, answers).paired.pairings
    first = datetime(2021, 3, 1, tzinfo=UTC)
    moments = {
        (one.annotator, one.pair_id, one.batch): first + timedelta(weeks=n // 2) for n, one in enumerate(answers)
    }
    table = by_week(pairings, moments, RULES, NO_DRAWS)
    assert [one.name for one in table.slices] == [
        "2021-W09",
        "2021-W10",
        "2021-W11",
        "2021-W12",
        "2021-W13",
        "2021-W14",
    ]
    assert by_week(pairings, {}, RULES, NO_DRAWS) is None
    many = [Item(f"p{n}", "x", f"p{n}") for n in range(40)]
    both = [Answer(item.pair_id, name) for item in many for name in "AB"]
    moments = {(one.annotator, one.pair_id, one.batch): first + timedelta(weeks=n // 2) for n, one in enumerate(both)}
    months = by_week(material_of("x", many, both).paired.pairings, moments, RULES, NO_DRAWS)
    assert [one.name for one in months.slices][:2] == ["2021-03", "2021-04"]


def test_effort_counts_what_is_known():
    answers = [Answer(f"p{n}", "A", duration_s=seconds) for n, seconds in enumerate([1.0, 10.0, 19.0])]
    answers += [Answer("p9", "A"), Answer("p0", "B")]
    a, whole = effort(answers)
    assert (a.name, a.n_answers, a.n_timed, a.median_s, a.n_fast) == ("A", 4, 3, 10.0, 1)
    assert a.hours == pytest.approx(30 / 3600)
    assert (whole.name, whole.n_answers, whole.n_timed) == ("all", 5, 3)
    assert effort(answers[3:]) == ()


@given(campaigns(), st.integers(0, 8), st.integers(0, 3))
def test_the_choice_keeps_the_rare_and_the_order(pairings, most, seed):
    disputed = find_disputed(pairings, Rules())
    chosen = choose(disputed, most, seed)
    assert len(chosen) == min(most, len(disputed))
    places = [disputed.index(one) for one in chosen]
    assert places == sorted(places)
    assert chosen == choose(disputed, most, seed)
    kinds = {kind for one in disputed for kind in one.kinds}
    if most >= len(kinds):
        assert {kind for one in chosen for kind in one.kinds} == kinds


@given(campaigns())
def test_classes_and_parts_add_up(pairings):
    counts = count_classes(find_disputed(pairings, Rules()))
    assert all(one.n >= one.n_pairings > 0 for one in counts)
    assert {one.kind for one in counts} <= set(Kind)
    for table in (by_topic(pairings, Rules(), NO_DRAWS), by_length(pairings, Rules(), NO_DRAWS)):
        assert sum(one.n_pairings for one in table.slices) == len(pairings)
        whole = measure(pairings, "md.token.bio", Rules(), NO_DRAWS)
        assert sum(one.measures[0].n for one in table.slices) == whole.n
