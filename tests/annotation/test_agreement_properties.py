"""What must hold for agreement whatever was annotated."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.agreement.annotators import turned
from annotation.agreement.counting import clusters_of, tally
from annotation.agreement.figures import Sampling
from annotation.agreement.measuring import measure, measure_all
from annotation.agreement.pairing import Pairing, Rules, pair_answers
from annotation.agreement.registry import DEFINITIONS, definition_named
from annotation.records import Answer, Item
from pipeline.records.errors import InputError, UsageError
from tests.support.answers import campaigns, example, span

NO_DRAWS = Sampling(draws=0)
UNION = next(one for one in DEFINITIONS if one.refused)


def values(pairings):
    return {
        (one.definition, figure.name): figure.value if figure.value is None else round(figure.value, 12)
        for one in measure_all(pairings, Rules(), NO_DRAWS)
        for figure in one.figures
    }


@given(campaigns())
@settings(max_examples=40)
def test_slots_can_be_exchanged(pairings):
    assert values(pairings) == values([turned(one, one.right.annotator) for one in pairings])


@given(campaigns(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_order_of_captions_does_not_matter(pairings, random):
    shuffled = list(pairings)
    random.shuffle(shuffled)
    assert values(pairings) == values(shuffled)
    some = Sampling(draws=20, seed=3)
    first, second = (measure(one, "md.token.bio", Rules(), some) for one in (pairings, shuffled))
    assert first == second


@given(campaigns())
@settings(max_examples=40)
def test_renamed_entities_agree_as_before(pairings):
    def renamed(answer: Answer) -> Answer:
        spans = (replace(one, entity=one.entity if one.is_nil else f"The {one.entity}") for one in answer.annotations)
        return replace(answer, annotations=tuple(spans))

    changed = [replace(one, left=renamed(one.left), right=renamed(one.right)) for one in pairings]
    assert values(pairings) == values(changed)


@given(campaigns())
@settings(max_examples=40)
def test_copies_agree_or_have_one_category(pairings):
    copies = [replace(one, right=replace(one.left, annotator=one.right.annotator)) for one in pairings]
    for found in measure_all(copies, Rules(), NO_DRAWS):
        for figure in found.figures:
            assert figure.value == pytest.approx(1) or figure.undefined_reason in ("single_category", "no_items")


@given(campaigns())
@settings(max_examples=40)
def test_redirects_only_join(pairings):
    joined = Rules(redirects={"Paris": "Berlin", "Rome": "Berlin"})
    before, after = (measure(pairings, "el.matched", rules, NO_DRAWS) for rules in (Rules(), joined))
    assert before.n == after.n
    assert (before.observed or 0) <= (after.observed or 0)


@given(campaigns())
@settings(max_examples=60)
def test_the_union_of_spans_is_never_above_zero(pairings):
    from annotation.agreement.coefficients import Totals, cohen_kappa
    from pipeline.stats.resampling import totals_of

    found = tally(pairings, UNION.items, Rules(), clusters_of(pairings))
    kappa = cohen_kappa(Totals.of(totals_of(found.counts)))[0]
    assert not kappa > 1e-12


def test_the_union_of_spans_is_refused():
    with pytest.raises(UsageError, match="never above 0"):
        definition_named("md.span.union")
    with pytest.raises(UsageError, match=r"is no definition of agreement; there are md\.token\.bio"):
        measure([], "md.token.boi")


@given(campaigns())
@settings(max_examples=40)
def test_items_are_complete(pairings):
    by_id = {one.definition: one for one in measure_all(pairings, Rules(), NO_DRAWS)}
    assert by_id["md.token.io"].n == by_id["md.token.bio"].n == by_id["el.token.entity"].n
    assert by_id["el.union"].n == by_id["type.union"].n == by_id["el.matched"].n + by_id["el.matched"].n_left_out
    assert by_id["el.matched.inkb"].n <= by_id["el.matched"].n == by_id["type.matched"].n
    assert by_id["md.span.universe8"].n_left_out == 0


def test_a_span_longer_than_eight_tokens_is_told():
    caption = "a b c d e f g h i"
    long = span(caption, caption, "Misc", "NIL")
    pairing = Pairing(Item("p", caption, "p"), Answer("p", "A", (long,)), Answer("p", "B"))
    found = measure([pairing], "md.span.universe8", Rules(), NO_DRAWS)
    assert (found.n, found.n_left_out) == (44, 1)
    assert found.notes[0].startswith("1 marked spans are no items here")


def test_of_nested_spans_the_outer_one_labels_the_tokens():
    caption = "Bank of England"
    outer, inner = span(caption, caption, "Organization", "Bank"), span(caption, "England", "Country", "England")
    item = Item("p", caption, "p")
    nested, plain = Answer("p", "A", (outer, inner)), Answer("p", "B", (outer,))
    assert measure([Pairing(item, nested, plain)], "md.token.bio+type", Rules(), NO_DRAWS).observed == 1.0


def test_pairing_of_answers():
    items, answers = example()
    only_a = [one for one in answers if one.annotator == "A"]
    found = pair_answers(items, only_a)
    assert found.pairings == ()
    assert (found.single, found.unanswered) == (("p1", "p2", "p4", "p5"), ("p3", "p6"))
    three = [Answer("p1", name) for name in ("C", "A", "B")]
    assert [one.annotators for one in pair_answers(items, three).pairings] == [("A", "B"), ("A", "C"), ("B", "C")]
    retest = [*answers, replace(answers[0], batch="retest")]
    assert pair_answers(items, retest) == pair_answers(items, answers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda items, answers: (items, [*answers, answers[0]]), "A answered p1 twice"),
        (lambda items, answers: (items[1:], answers), "A answered p1, which is no item"),
        (lambda items, answers: ([*items, items[0]], answers), "item p1 is given twice"),
    ],
)
def test_answers_that_cannot_be_paired(change, message):
    with pytest.raises(InputError, match=message):
        pair_answers(*change(*example()))
