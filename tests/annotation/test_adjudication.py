"""Disputes, decisions and their table, gold and the data set made of it."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.adjudication import COLUMNS, export_queue, import_queue, read_spans, span_text, write_queue
from annotation.agreement.pairing import Rules
from annotation.decisions import Verdicts, add_decisions, decide, read_decisions, verdicts
from annotation.disputes import BOUNDARY, ENTITY, NIL_OR_LINKED, PRESENCE, TYPE, Merged, merge_answers, queue
from annotation.gold import AGREED, DECIDED, gold_answers, make_gold, read_gold, write_gold
from annotation.gold_dataset import place_rows, read_rows, write_gold_dataset, write_rows
from annotation.pairs import ProjectPair
from annotation.records import NIL, Annotation, Answer
from pipeline.records.errors import InputError, UsageError
from tests.support.projects import answer, small_project, span

SARKOZY = "French President Nicolas Sarkozy in Berlin"
LIONS = "=The Lions 😀 versus the Packers"
NOBODY = "Rescue workers at the site"
PAIRS = [
    ProjectPair("p1", SARKOZY, article_id=1, article_title="Visit", topic="Politics", image_id="i1"),
    ProjectPair("p2", LIONS, article_id=2, article_title="@Game"),
    ProjectPair("p3", NOBODY, article_id=3),
    ProjectPair("p4", NOBODY, article_id=3),
    ProjectPair("p5", NOBODY, article_id=3),
]
BY_ID = {pair.pair_id: pair for pair in PAIRS}
BERLIN = span(SARKOZY, "Berlin", "Location", visual_clues=("scene",))
ANSWERS = [
    answer("p1", "a01", span(SARKOZY, "French", "Country", "France"),
           span(SARKOZY, "Nicolas Sarkozy", "Person", "Nicolas Sarkozy", flags=("discuss",)), BERLIN),
    answer("p1", "a02", span(SARKOZY, "French President Nicolas Sarkozy", "Person", "Nicolas Sarkozy"),
           replace(BERLIN, visual_clues=("object",))),
    answer("p2", "a01", span(LIONS, "Lions", "Organization", "Detroit Lions"),
           span(LIONS, "Packers", "Organization", "Green Bay Packers")),
    answer("p2", "a03", span(LIONS, "Lions", "Organization", NIL), span(LIONS, "Packers", "Misc", "GB Packers")),
    answer("p3", "a01"),
    answer("p3", "a02"),
    answer("p4", "a01", span(NOBODY, "Rescue", "Misc", NIL)),
]  # fmt: skip
RULES = Rules(redirects={"GB Packers": "Green Bay Packers"})


def merged():
    return merge_answers(ANSWERS, RULES)


def test_agreed_spans_merge_by_themselves_and_the_rest_is_disputed():
    found = merged()
    assert found["p1"].agreed == (replace(BERLIN, visual_clues=("object", "scene")),)
    (dispute,) = found["p1"].disputes
    assert (dispute.dispute_id, dispute.kinds, dispute.cost) == ("0-32", (BOUNDARY,), 3)
    assert [option.annotators for option in dispute.options] == [("a01",), ("a02",)]
    assert [len(option.spans) for option in dispute.options] == [2, 1]
    lions, packers = found["p2"].disputes
    assert (lions.kinds, lions.cost) == ((NIL_OR_LINKED,), 2)
    assert (packers.kinds, packers.cost) == ((TYPE,), 1)
    assert found["p3"].agreed == found["p3"].disputes == ()
    assert merge_answers(ANSWERS, Rules())["p2"].disputes[1].kinds == (ENTITY, TYPE)


def test_the_queue_begins_with_the_costliest():
    assert [(one.pair_id, one.cost) for one in queue(merged().values())] == [("p1", 3), ("p2", 3)]
    as_typed = merge_answers(ANSWERS, Rules())
    assert [(one.pair_id, one.cost) for one in queue(as_typed.values())] == [("p2", 6), ("p1", 3)]


def test_spans_that_touch_are_two_places():
    text = "CapeTown"
    one, other = span(text, "Cape"), span(text, "Town")
    found = merge_answers([answer("p", "a01", one, other), answer("p", "a02", one)], Rules())["p"]
    assert found.agreed == (one,)
    assert [dispute.dispute_id for dispute in found.disputes] == ["4-8"]


def test_a_span_that_one_person_left_out_is_a_dispute_of_presence():
    one = span(NOBODY, "site")
    found = merge_answers([answer("p3", "a01", one), answer("p3", "a02"), answer("p3", "a03", one)], Rules())["p3"]
    (dispute,) = found.disputes
    assert (dispute.kinds, dispute.cost) == ((PRESENCE,), 3)
    assert [(option.spans, option.annotators) for option in dispute.options] == [
        ((one,), ("a01", "a03")),
        ((), ("a02",)),
    ]


spans = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4), st.sampled_from("AB")), max_size=4)


@given(st.lists(spans, min_size=1, max_size=4))
def test_merging_is_total_and_blind_to_order(people):
    text = "abcdefghijklm"
    answers = [
        Answer(
            "p",
            f"a{at}",
            tuple(
                sorted(
                    {Annotation(s, s + n, text[s : s + n], t, t) for s, n, t in marks}, key=lambda x: (x.span, x.type)
                )
            ),
        )
        for at, marks in enumerate(people)
    ]
    found = merge_answers(answers, Rules())["p"]
    assert merge_answers(reversed(answers), Rules())["p"] == found
    places = sorted([one.span for one in found.agreed] + [(one.start, one.end) for one in found.disputes])
    for one in answers:
        for mark in one.annotations:
            assert sum(start <= mark.start and mark.end <= end for start, end in places) >= 1
    for dispute in found.disputes:
        assert len(dispute.options) > 1
        voters = [name for option in dispute.options for name in option.annotators]
        assert sorted(voters) == sorted(one.annotator for one in answers)
    if len(people) == 1:
        assert not found.disputes


def table_with(tmp_path, choices: dict[tuple[str, str], tuple[str, str, str]]):
    text = export_queue(merged().values(), BY_ID, {"article:1": "e01", "article:2": "e02"}, {})
    rows = list(csv.DictReader(io.StringIO(text), dialect="excel-tab"))
    for row in rows:
        row["choice"], row["reason"], row["note"] = choices.get((row["pair_id"], row["dispute"]), ("", "", ""))
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, dialect="excel-tab")
    writer.writeheader()
    writer.writerows(rows)
    write_queue(out.getvalue(), tmp_path / "queue.tsv")
    return tmp_path / "queue.tsv"


ALL = {
    ("p1", "0-32"): (
        "new: 0-6 French|country|France || 7-32 President Nicolas Sarkozy|Person|Nicolas_Sarkozy",
        "guideline_gap",
        "",
    ),
    ("p2", "5-10"): ("1", "annotator_error", "a team"),
    ("p2", "24-31"): ("none", "other", "just so"),
}


def test_the_table_shows_all_that_a_person_needs():
    text = export_queue(merged().values(), BY_ID, {"article:1": "e01"}, {})
    rows = list(csv.DictReader(io.StringIO(text), dialect="excel-tab"))
    assert [(row["pair_id"], row["dispute"], row["expert"], row["cost"]) for row in rows] == [
        ("p1", "0-32", "e01", "3"), ("p2", "5-10", "", "2"), ("p2", "24-31", "", "1"),
    ]  # fmt: skip
    assert rows[0]["caption"] == "⟦French President Nicolas Sarkozy⟧ in Berlin"
    assert rows[0]["options"] == (
        "1: 0-6 French|Country|France || 17-32 Nicolas Sarkozy|Person|Nicolas Sarkozy [a01]"
        " ;; 2: 0-32 French President Nicolas Sarkozy|Person|Nicolas Sarkozy [a02]"
    )
    assert rows[1]["caption"].startswith("'=The ⟦Lions⟧ 😀"), "a spreadsheet would run it as a formula"
    assert rows[1]["article"] == "'@Game"


def test_decisions_come_back_from_the_table(tmp_path):
    decisions = import_queue(table_with(tmp_path, ALL), merged(), BY_ID)
    first, second, third = decisions
    assert [(one.surface, one.type, one.entity) for one in first.spans] == [
        ("French", "Country", "France"), ("President Nicolas Sarkozy", "Person", "Nicolas Sarkozy"),
    ]  # fmt: skip
    assert (first.expert, first.reason, first.choice) == ("e01", "guideline_gap", "new")
    assert [one.entity for one in second.spans] == ["Detroit Lions"]
    assert (second.expert, second.note) == ("e02", "a team")
    assert third.spans == ()
    add_decisions(tmp_path, "e01", [first])
    add_decisions(tmp_path, "e02", [second, third])
    assert read_decisions(tmp_path) == decisions
    found = verdicts(read_decisions(tmp_path), merged())
    assert len(found.valid) == 3
    assert not found.stale
    assert export_queue(merged().values(), BY_ID, {}, found.valid).count("\n") == 1


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (("3", "edge_case", ""), "'3' is no choice; there are 1, 2, none, and new"),
        (("0", "edge_case", ""), "is no choice"),
        (("new", "edge_case", ""), "should look like"),
        (("new: France", "edge_case", ""), "should look like"),
        (("new: 0-6 French|Nation|France", "edge_case", ""), "one of the seven types"),
        (("new: 0-6 French|Country|", "edge_case", ""), "an entity or NIL"),
        (("new: 0-6 Frensh|Country|France", "edge_case", ""), "'Frensh' does not stand at 0-6"),
        (("new: 0-6 French|Country|France || 3-6 nch|Country|France", "edge_case", ""), "overlaps another"),
        (("new: 36-42 Berlin|Location|Berlin", "edge_case", ""), "overlaps what stands elsewhere"),
        (("1", "", ""), "'' is no reason"),
        (("1", "whim", ""), "'whim' is no reason"),
        (("1", "other", ""), "other needs a note"),
    ],
)
def test_wrong_rows_are_named_and_nothing_counts(tmp_path, choice, message):
    path = table_with(tmp_path, ALL | {("p1", "0-32"): choice})
    with pytest.raises(InputError, match="line 2") as caught:
        import_queue(path, merged(), BY_ID)
    assert message in str(caught.value)
    assert "nothing was imported" in str(caught.value)


def test_tables_that_are_none_are_refused(tmp_path):
    path = tmp_path / "x.tsv"
    for text in ("", "a\tb\n1\t2\n"):
        path.write_text(text)
        with pytest.raises(InputError, match="should be a table"):
            import_queue(path, merged(), BY_ID)
    path = table_with(tmp_path, {("p2", "5-10"): ("1", "edge_case", "")})
    path.write_text(path.read_text().replace("e02", ""))
    with pytest.raises(InputError, match="names no expert"):
        import_queue(path, merged(), BY_ID)
    assert import_queue(path, merged(), BY_ID, "e09")[0].expert == "e09"


def test_a_table_that_an_annotator_overtook_is_refused(tmp_path):
    path = table_with(tmp_path, ALL)
    changed = [*ANSWERS[:-5], answer("p2", "a01", span(LIONS, "Lions", "Organization", "BC Lions")), *ANSWERS[3:]]
    with pytest.raises(InputError, match="changed it since the table was made"):
        import_queue(path, merge_answers(changed, RULES), BY_ID)


def test_decisions_go_stale_and_experts_may_contradict(tmp_path):
    one = decide(BY_ID["p2"], merged()["p2"], ("5-10", "1"), ("e01", "edge_case", ""))
    other = decide(BY_ID["p2"], merged()["p2"], ("5-10", "2"), ("e02", "edge_case", ""))
    same = replace(one, expert="e02")
    assert verdicts([one, same], merged()).valid == {one.key: one}
    found = verdicts([one, other], merged())
    assert (found.valid, found.contradicting) == ({}, (one.key,))
    assert verdicts([replace(one, basis="00")], merged()).stale == (replace(one, basis="00"),)
    add_decisions(tmp_path, "e01", [one])
    add_decisions(tmp_path, "e01", [replace(one, note="again")])
    assert read_decisions(tmp_path) == [replace(one, note="again")]
    with pytest.raises(UsageError, match="is no reason"):
        add_decisions(tmp_path, "e01", [replace(one, reason="whim")])
    with pytest.raises(UsageError, match="needs a note"):
        add_decisions(tmp_path, "e01", [replace(one, reason="other")])
    with pytest.raises(UsageError, match="no pseudonym"):
        add_decisions(tmp_path, "../e", [one])


titles = st.text(st.characters(exclude_characters="|", exclude_categories=["Cs", "Cc", "Z"]), min_size=1).filter(
    lambda text: text.casefold() != "nil" and text != "?" and "_" not in text
)


@given(titles, titles, st.sampled_from(["Person", "Misc"]))
def test_spans_in_words_are_lossless(surface, entity, type_name):
    caption = f"x {surface} y"
    one = Annotation(2, 2 + len(surface), surface, type_name, entity)
    assert read_spans(span_text(one), caption) == [one]


def decided(tmp_path):
    for one in import_queue(table_with(tmp_path, ALL), merged(), BY_ID):
        add_decisions(tmp_path, one.expert, [one])
    return verdicts(read_decisions(tmp_path), merged())


def test_gold_keeps_its_provenance(tmp_path):
    gold = make_gold(BY_ID, merged(), decided(tmp_path))
    assert (gold.single, gold.unanswered, dict(gold.open)) == (("p4",), ("p5",), {})
    first, second, third = gold.pairs
    assert [(one.annotation.surface, one.source, one.annotators, one.expert, one.reason) for one in first.spans] == [
        ("French", DECIDED, ("a01",), "e01", "guideline_gap"),
        ("President Nicolas Sarkozy", DECIDED, (), "e01", "guideline_gap"),
        ("Berlin", AGREED, ("a01", "a02"), None, None),
    ]
    assert second.decisions == (("5-10", "1", "annotator_error", "e02"), ("24-31", "none", "other", "e02"))
    assert third.spans == ()
    counts = gold.counts()
    assert (counts["mentions"], counts[AGREED], counts[DECIDED], counts["pairs"]) == (4, 1, 3, 3)
    write_gold(gold, BY_ID, tmp_path)
    assert read_gold(tmp_path) == list(gold.pairs)
    assert gold_answers(gold.pairs)["p3"].annotations == ()


def test_open_disputes_stop_gold_unless_told():
    none = verdicts([], merged())
    with pytest.raises(UsageError, match="3 disputes in 2 pairs are not decided"):
        make_gold(BY_ID, merged(), none)
    gold = make_gold(BY_ID, merged(), none, incomplete=True, fewest=1)
    assert [one.pair_id for one in gold.pairs] == ["p3", "p4"]
    assert gold.open == {"p1": 1, "p2": 2}


def test_gold_that_is_none_is_refused(tmp_path):
    with pytest.raises(UsageError, match="annotation gold makes it"):
        read_gold(tmp_path)
    (tmp_path / "gold.jsonl").write_text('{"version":3}\n')
    with pytest.raises(InputError, match="version 3"):
        read_gold(tmp_path)
    (tmp_path / "gold.jsonl").write_text('{"version":1}\n')
    with pytest.raises(InputError, match="is no gold pair"):
        read_gold(tmp_path)
    (tmp_path / "gold.jsonl").write_text("")
    assert read_gold(tmp_path) == []


def test_the_data_set_holds_the_gold_and_has_equal_bytes(tmp_path):
    project = small_project(tmp_path / "project", PAIRS)
    gold = make_gold(BY_ID, merged(), decided(tmp_path))
    counts = write_gold_dataset(project, gold.pairs, tmp_path / "one")
    assert counts == {"pairs": 3, "mentions": 4}
    pairs, mentions = read_rows(tmp_path / "one")
    assert {row.split for row in pairs} == {"all"}
    told = {row.surface: (row.entity, row.is_nil, row.provenance, row.visual_clues, row.topic) for row in mentions}
    assert told["Berlin"] == ("Berlin", False, "gold:agreed", ("object", "scene"), "Politics")
    assert told["Lions"] == ("Detroit Lions", False, "gold:decided:annotator_error", None, None)
    assert all(row.caption[row.start : row.end] == row.surface for row in mentions)
    write_gold_dataset(project, gold.pairs, tmp_path / "other")
    files = [path.relative_to(tmp_path / "one") for path in sorted((tmp_path / "one").rglob("*")) if path.is_file()]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    assert "a01" not in "".join(
        path.read_text(errors="ignore") for path in (tmp_path / "one").rglob("*") if path.is_file()
    )
    places = {"p1": "train", "p2": "test", "p3": "train"}
    write_gold_dataset(project, gold.pairs, tmp_path / "one", places)
    assert {row.pair_id: row.split for row in read_rows(tmp_path / "one")[0]} == places
    write_rows(tmp_path / "other", *place_rows(pairs, mentions, places), {})
    assert [(row.pair_id, row.split) for row in read_rows(tmp_path / "other")[1]].count(("p1", "train")) == 3
    with pytest.raises(UsageError, match="1 gold pairs have no split, p3"):
        write_gold_dataset(project, gold.pairs, tmp_path / "one", {"p1": "train", "p2": "test"})
    with pytest.raises(UsageError, match="other things"):
        write_gold_dataset(project, gold.pairs, project.folder)
    with pytest.raises(UsageError, match="is a file"):
        write_gold_dataset(project, gold.pairs, tmp_path / "queue.tsv")


def test_nothing_that_could_be_gold_is_said():
    merged = {"p1": Merged("p1", ("a01",), (), ())}
    with pytest.raises(UsageError, match="no pair can be gold yet: 1 have no answer, 1 fewer than 2, 0 open disputes"):
        make_gold(["p1", "p2"], merged, Verdicts({}, (), ()))
