"""Answers held against gold: worked by hand."""

import pytest

from annotation.agreement.figures import Sampling
from annotation.agreement.pairing import Rules
from annotation.checks.precision import Precision
from annotation.records import Answer, Item
from annotation.report.against_gold import against_gold
from tests.support.projects import span

CAPTION = "Obama meets Merkel in Rome"
OBAMA = span(CAPTION, "Obama", entity="Barack Obama", visual_clues=("object", "property"))
MERKEL = span(CAPTION, "Merkel", visual_clues=())
ROME = span(CAPTION, "Rome", "Location", visual_clues=("scene",))
WRONG = span(CAPTION, "Obama", entity="Obama, Fukui")
ITEMS = {"p": Item("p", CAPTION, "g"), "q": Item("q", CAPTION, "g")}
SETTINGS = (Rules(), Sampling(0))


def values(measures):
    return [one.main.value for one in measures]


def test_people_and_clues_against_gold():
    gold = {"p": Answer("p", "gold", (OBAMA, MERKEL, ROME))}
    answers = [
        Answer("p", "a01", (OBAMA, MERKEL, ROME)),
        Answer("p", "a02", (WRONG, ROME, span(CAPTION, "meets", "Misc"))),
        Answer("q", "a02", (WRONG,)),  # no gold: does not count
    ]
    found = against_gold(answers, ITEMS, gold, SETTINGS, [Precision("S020", 2, 1)])
    assert found is not None
    assert found.n_pairs == 1
    assert list(found.people) == ["a01", "a02", "all"]
    assert values(found.people["a01"]) == [1.0, 1.0]
    assert values(found.people["a02"]) == pytest.approx([2 * 2 / (3 + 3), 2 * 1 / (3 + 3)])
    assert values(found.people["all"]) == pytest.approx([2 * 5 / 12, 2 * 4 / 12])
    assert found.clues is not None
    assert {one.name: values(one.measures) for one in found.clues.slices} == {
        "object": [1.0, 0.5], "property": [1.0, 0.5], "scene": [1.0, 1.0], "no clue": pytest.approx([2 / 3, 2 / 3]),
    }  # fmt: skip
    assert found.to_json()["checks"] == [{"check": "S020", "n": 2, "n_confirmed": 1, "value": 0.5}]


def test_without_gold_there_is_nothing_and_without_clues_no_slices():
    answers = [Answer("p", "a01", (WRONG,))]
    assert against_gold(answers, ITEMS, {}, SETTINGS) is None
    found = against_gold(answers, ITEMS, {"p": Answer("p", "gold", (WRONG,))}, SETTINGS)
    assert found is not None
    assert found.clues is None
