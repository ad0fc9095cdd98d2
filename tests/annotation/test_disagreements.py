"""Classes of disagreement: golden cases, completeness, symmetry."""

import json

from hypothesis import given

from annotation.agreement.annotators import turned
from annotation.agreement.figures import Sampling
from annotation.agreement.measuring import measure
from annotation.agreement.pairing import Pairing, Rules
from annotation.disagreements import GUIDELINES, MEANINGS, Kind, find_disagreements, type_confusion, worst_guidelines
from annotation.records import Answer, Item
from pipeline.formats.mention_types import TYPES
from tests.support.answers import RULES, campaigns, example_pairings, span
from tests.support.cases import each_case, load_cases


def pairing_of(case):
    item = Item("p1", case["caption"], "a1")
    both = [
        Answer("p1", name, tuple(span(case["caption"], *row) for row in case[side]))
        for name, side in zip("AB", ("left", "right"), strict=True)
    ]
    return Pairing(item, *both)


@each_case("disagreements.case")
def test_classes(case):
    found = find_disagreements(pairing_of(case), RULES)
    assert [[one.kind.value, one.left, one.right] for one in found] == case["kinds"]
    assert all(one.annotators == ("A", "B") and one.pair_id == "p1" for one in found)
    assert [row["kind"] for row in json.loads(json.dumps([one.to_json() for one in found]))] == [
        kind for kind, _, _ in case["kinds"]
    ]


def test_every_class_has_a_case_a_meaning_and_a_guideline():
    spoken = {kind for case in load_cases("disagreements.case") for kind, _, _ in case["kinds"]}
    assert spoken == {kind.value for kind in Kind}
    assert set(MEANINGS) == set(GUIDELINES) == set(Kind)
    assert {one for one in GUIDELINES.values() if one is not None} == set(range(1, 8))


@given(campaigns())
def test_slots_can_be_exchanged(pairings):
    for one in pairings:
        found = find_disagreements(one, Rules())
        back = find_disagreements(turned(one, one.right.annotator), Rules())
        assert sorted((d.kind, str(d.left), str(d.right)) for d in found) == sorted(
            (d.kind, str(d.right), str(d.left)) for d in back
        )


@given(campaigns())
def test_no_disagreement_means_equal_answers(pairings):
    for one in pairings:
        are_equal = one.left.annotations == one.right.annotations
        assert are_equal == (find_disagreements(one, Rules()) == [])


@given(campaigns())
def test_counts_are_those_of_the_definitions(pairings):
    found = [d for one in pairings for d in find_disagreements(one, Rules())]
    types = measure(pairings, "type.matched", Rules(), Sampling(draws=0))
    entities = measure(pairings, "el.matched", Rules(), Sampling(draws=0))
    n_types = sum(d.kind in (Kind.TYPE, Kind.METONYMY_TYPE) for d in found)
    n_entities = sum(d.kind in (Kind.NIL, Kind.SAME_FAMILY, Kind.ENTITY, Kind.UNDECIDED) for d in found)
    assert n_types == types.n - round((types.observed or 0) * types.n)
    assert n_entities == entities.n - round((entities.observed or 0) * entities.n)
    spans = [
        d
        for d in found
        if d.kind in (Kind.ONE_SIDED, Kind.TITLE, Kind.NATIONALITY, Kind.DETERMINER, Kind.NESTED, Kind.OVERLAP)
    ]
    assert sum((d.left is not None) + (d.right is not None) for d in spans) == entities.n_left_out


def test_worst_guidelines_of_the_example():
    found = [d for one in example_pairings() for d in find_disagreements(one, RULES)]
    ranked = [(one.guideline, one.n, one.n_pairings, one.kinds) for one in worst_guidelines(found)]
    assert ranked == [
        (5, 2, 1, (("nationality", 2),)),
        (7, 2, 1, (("metonymy_type", 1), ("same_family", 1))),
        (1, 1, 1, (("entity", 1),)),
        (4, 1, 1, (("nested", 1),)),
    ]


def test_type_confusion_of_the_example():
    table = type_confusion(example_pairings(), TYPES)
    assert sum(map(sum, table)) == 13
    organization, country = TYPES.index("Organization"), TYPES.index("Country")
    assert table[organization][country] == 1
    assert sum(table[at][at] for at in range(len(TYPES))) == 7
    assert sum(table[-1]) + sum(row[-1] for row in table) == 5
