"""Checks: golden cases, fixes, comparisons between answers."""

import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.checks.findings import Severity
from annotation.checks.fixing import fix_answer
from annotation.checks.knowledge import StoreKnowledge
from annotation.checks.registry import CHECKS, checks_named, run_checks
from annotation.checks.scene import Campaign, PageFacts, Scene, TitlePolicy
from annotation.records import Annotation, Answer, Item
from pipeline.records.errors import UsageError
from tests.support.answers import span
from tests.support.cases import each_case, load_cases
from tests.support.stores import SmallKB

ARTICLES = (
    "Berlin", "Paris", "Tom Hanks", "Meg Ryan", "Bank", "England", "United Kingdom", "Mercury (planet)",
    "England national football team",
)  # fmt: skip


@dataclass
class SmallKnowledge:
    """A knowledge base in a few dictionaries."""

    entities: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    meanings: dict[str, list[list]] = field(default_factory=dict)

    def page(self, title):
        if title == "Mercury":
            return PageFacts(title, "disambiguation", None)
        entity = {"UK": "United Kingdom", **{one: one for one in ARTICLES}, **self.entities}.get(title)
        if entity is None:
            return None
        return PageFacts(title, "article" if entity == title else "redirect", entity, self.types.get(entity))

    def candidates(self, surface):
        return [(entity, p) for entity, p in self.meanings.get(surface, [])]


def annotation(caption, row):
    surface, type_, entity, *place = row
    if place:
        return Annotation(*place, surface, type_, entity)
    return span(caption, surface, type_, entity)


def scene_of(case):
    caption = case["caption"]
    answer = Answer("p1", "A", tuple(annotation(caption, row) for row in case["spans"]))
    knowledge = SmallKnowledge(case.get("knows", {}), case.get("types", {}), case.get("candidates", {}))
    return Scene(Item("p1", caption, "a1"), answer, TitlePolicy(case.get("policy", "include")), knowledge)


@each_case("checks.case")
def test_findings(case):
    scene = scene_of(case)
    assert sorted([one.code, one.place] for one in run_checks(scene)) == case["finds"]


@each_case("checks.case")
def test_fixes(case):
    scene = scene_of(case)
    answer, fixed = fix_answer(scene)
    rows = [[one.surface, one.type, one.entity, one.start, one.end] for one in answer.annotations]
    before = [[one.surface, one.type, one.entity, one.start, one.end] for one in scene.answer.annotations]
    assert rows == case.get("fixed", before)
    assert bool(fixed) == ("fixed" in case)
    again = run_checks(replace(scene, answer=answer))
    assert [one for one in again if one.fix is not None] == []


def test_every_check_speaks_somewhere():
    """The golden cases hold each check that looks at one answer; the others have tests of their own below."""
    spoken = {code for case in load_cases("checks.case") for code, _ in case["finds"]}
    assert {one.id for one in CHECKS} - spoken == {"C001", "C003", "P001", "P002"}


def test_the_registry():
    assert len({one.id for one in CHECKS}) == len(CHECKS)
    assert all(one.rule.endswith(".") for one in CHECKS)
    assert not [one.id for one in CHECKS if one.is_heuristic and one.severity is Severity.ERROR]
    assert {one.guideline for one in CHECKS} >= set("1234567")
    assert [one.id for one in checks_named(["S010", "F001"])] == ["F001", "S010"]
    with pytest.raises(UsageError, match="'S999' is no check; there are F001"):
        checks_named(["S001", "S999"])


def test_lines_and_json():
    scene = scene_of({"caption": "A bridge in Berlin", "spans": [["Berlin", "PER", "Berlin"]]})
    (found,) = run_checks(scene)
    assert found.line("anna.jsonl") == "anna.jsonl:p1:1 T002 [*] the type 'PER' is written Person"
    told = json.loads(json.dumps(found.to_json()))
    assert (told["code"], told["severity"], told["place"], told["fix"]["type"]) == ("T002", "E", 0, "Person")
    (short,) = run_checks(scene_of({"caption": "Berlin", "spans": []}))
    assert short.line("x") == "x:p1:- F001 the caption has 1 words; the corpus should have dropped it"


letters = st.sampled_from("ab B.-😀é\u0301\n")


@given(st.text(letters, max_size=12), st.data())
@settings(max_examples=200)
def test_checks_stand_any_answer(caption, data):
    texts = (
        st.none() | st.text(letters, max_size=6) | st.sampled_from(("NIL", "nil", "Berlin", "Person", "PER", "[[x]]"))
    )
    spans = st.builds(Annotation, st.integers(-3, 15), st.integers(-3, 15), st.text(letters, max_size=4), texts, texts)
    answer = Answer("p1", "A", tuple(data.draw(st.lists(spans, max_size=4))))
    item = Item("p1", caption, "a1")
    scene = Scene(item, answer, knowledge=SmallKnowledge(), campaign=Campaign({"p1": item}, [answer]))
    mended, _ = fix_answer(scene)
    assert len(mended.annotations) == len(answer.annotations)
    assert [one for one in run_checks(replace(scene, answer=mended)) if one.fix is not None] == []


@given(st.text(letters, max_size=12), st.data())
def test_well_formed_spans_have_no_fault_of_form(caption, data):
    from annotation.tokens import token_spans

    tokens = token_spans(caption)
    chosen = data.draw(st.sets(st.sampled_from(tokens), max_size=3)) if tokens else set()
    spans = tuple(Annotation(start, end, caption[start:end], "Misc", "NIL") for start, end in sorted(chosen))
    found = run_checks(Scene(Item("p1", caption, "a1"), Answer("p1", "A", spans)))
    assert {one.code for one in found} <= {"F001", "F002"}


def campaign(*rows, group="a1"):
    """Answers of one annotator to captions of one article: (caption, spans, seconds)."""
    items, answers = {}, []
    for number, (caption, spans, *seconds) in enumerate(rows):
        id_ = f"p{number}"
        items[id_] = Item(id_, caption, group)
        marked = tuple(span(caption, *one) for one in spans)
        answers.append(Answer(id_, "A", marked, number=number, duration_s=seconds[0] if seconds else None))
    return Campaign(items, answers)


def codes(found, number):
    answer = found.answers[number]
    return [(one.code, one.message) for one in run_checks(Scene(found.items[answer.pair_id], answer, campaign=found))]


def test_one_surface_two_entities_in_an_article():
    found = campaign(
        ("The Lions win again", [["Lions", "Organization", "BC Lions"]]),
        ("Some lions sleep here", [["lions", "Misc", "Lion"]]),
    )
    assert codes(found, 0) == [("C001", "'Lions' is 'BC Lions' here and 'Lion' elsewhere in the article")]
    other_article = Campaign(found.items | {"p1": replace(found.items["p1"], group="a2")}, found.answers)
    assert codes(other_article, 0) == []


def test_what_is_nearly_always_marked():
    marked = ("The United Nations meets", [["United Nations", "Organization", "NIL"]])
    found = campaign(*[marked] * 5, ("Talks of the united nations go on", []))
    assert codes(found, 5) == [("C003", "'united nations' is marked in 5 of 6 captions, but not here")]
    assert codes(found, 0) == []
    assert codes(campaign(*[marked] * 4, ("Talks of the united nations go on", [])), 4) == []
    rarely = campaign(*[marked] * 5, *[("Talks of the united nations go on", [])] * 2)
    assert codes(rarely, 6) == []


def test_fast_and_copied_answers():
    same = [["Rome", "Location", "Rome"]]
    found = campaign(("Seen in Rome today", same, 1.4), ("Rome was not built", same, 20.0), ("Again in Rome", [], 5.0))
    assert codes(found, 0) == [("P001", "answered in 1.4 s")]
    assert codes(found, 1) == [("P001", "the same annotations as for the item before")]
    assert codes(found, 2) == []


def test_one_person_in_both_slots():
    found = campaign(("Seen in Rome today", []))
    twice = Campaign(found.items, [*found.answers, replace(found.answers[0], number=1)])
    assert codes(twice, 0) == [("P002", "A answered this item 2 times: both slots would be one person")]
    retest = Campaign(found.items, [*found.answers, replace(found.answers[0], number=1, batch="retest")])
    assert codes(retest, 0) == []


def test_knowledge_of_a_store(tmp_path):
    mentions = {"Lion": {1: (9, 0, 0, 1, 0)}, "lions": {1: (1, 0, 0, 0, 0), 2: (3, 0, 0, 0, 0)}}
    kb = SmallKB(mentions, {1: ("Lion", 9), 2: ("BC Lions", 3)}, {"Panthera leo": 1, "Lions": None})
    knowledge = StoreKnowledge(kb.store(tmp_path))
    assert knowledge.page("Lion") == PageFacts("Lion", "article", "Lion")
    assert knowledge.page("Panthera leo") == PageFacts("Panthera leo", "redirect", "Lion")
    assert knowledge.page("Nothing at all") is None
    assert knowledge.page("Lions") is None
    assert knowledge.candidates("lions") == [("BC Lions", 0.75), ("Lion", 0.25)]
    assert knowledge.candidates("Nothing at all") == []
