"""Gates, silent repeats, visual clues, precision of checks."""

from dataclasses import replace

import pytest

from annotation.agreement.clue_items import measure_clues
from annotation.agreement.figures import Sampling
from annotation.agreement.gates import check_gates, read_gate
from annotation.agreement.measuring import measure_all
from annotation.agreement.pairing import Pairing, retest_pairings
from annotation.checks.findings import Finding, Severity
from annotation.checks.precision import precision_of_checks
from annotation.records import Annotation, Answer, Item
from pipeline.records.errors import UsageError
from tests.support.answers import RULES, example, example_pairings, span

NO_DRAWS = Sampling(draws=0)


def test_gates():
    measures = measure_all(example_pairings(), RULES, NO_DRAWS)
    low, high, f1 = check_gates(
        measures, [read_gate("md.token.bio=0.84"), read_gate("el.matched=.85"), read_gate("md.span.f1=1")]
    )
    assert (low.is_passed, low.told) == (True, "md.token.bio is 0.8496, wanted 0.84")
    assert (high.is_passed, f1.is_passed) == (False, False)
    (undefined,) = check_gates(measure_all([], RULES, NO_DRAWS), [read_gate("el.matched=0")])
    assert (undefined.is_passed, undefined.told) == (False, "el.matched is undefined (no_items), wanted 0")


@pytest.mark.parametrize(
    "text", ["", "md.token.bio", "md.token.bio=", "md.token.bio=.", "md.token.bio=1.1", "=0.5", "x=y"]
)
def test_what_is_no_gate(text):
    with pytest.raises(UsageError, match="is no gate"):
        read_gate(text)


def test_gates_of_no_definition():
    with pytest.raises(UsageError, match="is no definition"):
        read_gate("md.tokens=0.5")
    with pytest.raises(UsageError, match="never above 0"):
        read_gate("md.span.union=0.5")


def test_silent_repeats_pair_a_person_with_themself():
    items, answers = example()
    first = answers[0]
    repeats = [replace(first, batch="retest", annotations=()), replace(first, pair_id="p9", batch="retest")]
    (found,) = retest_pairings(items, [*repeats, *answers])
    assert (found.annotators, found.item.pair_id) == (("A", "A"), "p1")
    assert (found.left, found.right) == (first, repeats[0])
    assert retest_pairings(items, answers) == ()


def clued(*clues):
    caption = "a b c d"
    spans = [span(caption, letter, "Misc", "NIL", visual_clues=one) for letter, one in zip("abcd", clues, strict=True)]
    return tuple(spans)


def test_agreement_on_visual_clues():
    item = Item("p", "a b c d", "p")
    left = Answer("p", "A", clued(("object",), ("object", "scene"), (), None))
    right = Answer("p", "B", clued(("object",), ("scene",), (), ("object",)))
    found = {one.definition: one for one in measure_clues([Pairing(item, left, right)], NO_DRAWS)}
    assert {name: one.n for name, one in found.items()} == {
        "clue.object": 3, "clue.scene": 3, "clue.property": 3, "clue.other": 3, "clue.jaccard": 3,
    }  # fmt: skip
    assert found["clue.object"].observed == pytest.approx(2 / 3)
    assert found["clue.scene"].main.value == 1.0
    assert found["clue.property"].main.undefined_reason == "single_category"
    assert found["clue.jaccard"].main.value == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert measure_clues([], NO_DRAWS)[-1].main.undefined_reason == "no_items"


def finding(code, place=None, at=None):
    return Finding(code, Severity.WARNING, "p1", "A", place, "told", span=at)


def test_precision_of_heuristics():
    answer = Answer(
        "p1", "A", (Annotation(0, 5, "Brown", "Person", "Gordon Brown"), Annotation(9, 13, "Rome", "Location", "Rome"))
    )
    gold = {"p1": Answer("p1", "gold", (Annotation(0, 5, "Brown", "Person", "Gordon Brown"), Annotation(9, 13, "Rome", "Organization", "Rome"), Annotation(20, 25, "Lions", "Misc", "NIL")))}  # fmt: skip
    findings = [
        finding("S030", 0), finding("M001", 1), finding("C003", at=(20, 25)), finding("C003", at=(14, 19)),
        finding("S001", 0), replace(finding("S030", 0), pair_id="p2"),
    ]  # fmt: skip
    found = {one.check: (one.n, one.n_confirmed) for one in precision_of_checks(findings, [answer], gold)}
    assert found == {"S020": (0, 0), "S030": (1, 0), "M001": (1, 1), "C003": (2, 1), "C004": (0, 0)}
    assert [one.value for one in precision_of_checks([], [], {})] == [None] * 5
