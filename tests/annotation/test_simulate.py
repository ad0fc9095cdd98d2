"""The simulator: figures of the reference page, order independence, experts, planning."""

import pytest

from annotation.agreement.figures import Sampling
from annotation.agreement.measuring import measure_all
from annotation.agreement.pairing import Rules, pair_answers
from annotation.assign import Plan, assign
from annotation.decisions import verdicts
from annotation.disputes import merge_answers
from annotation.gold import make_gold
from annotation.noise import LOW, PAPER_LIKE, PERFECT, PRESETS, Confusions, Noise, annotate
from annotation.pairs import ProjectPair
from annotation.project import Settings, make_project
from annotation.records import MAIN, NIL, RETEST
from annotation.simulate import (
    FIRST_DAY,
    plan_pairs,
    simulate_answers,
    simulate_campaign,
    simulate_experts,
    worker,
)
from annotation.store import Store
from annotation.synthetic import synthetic_source
from annotation.tokens import token_spans
from pipeline.records.errors import UsageError
from pipeline.stats.seeding import generator
from tests.support.projects import answer, small_project, span


def synthetic(n_pairs: int, plan: Plan):
    source = synthetic_source(n_pairs, 1)
    groups: dict[str, list[str]] = {}
    for pair in source.pairs:
        groups.setdefault(pair.group, []).append(pair.pair_id)
    return source, {pair.pair_id: pair for pair in source.pairs}, assign(groups, plan)


def test_the_made_up_corpus_is_like_the_one_of_the_reference_page():
    source, pairs, _ = synthetic(2000, Plan(2))
    spans = [one for found in source.references.values() for one in found.annotations]
    assert all(pairs[found.pair_id].caption[one.start : one.end] == one.surface
               for found in source.references.values() for one in found.annotations)  # fmt: skip
    assert 1.85 < len(spans) / 2000 < 2.15
    assert 9 < sum(len(token_spans(pair.caption)) for pair in source.pairs) / 2000 < 11
    assert 1.6 < 2000 / len({pair.group for pair in source.pairs}) < 2.0
    assert 0.06 < sum(one.is_nil for one in spans) / len(spans) < 0.10
    assert 0.06 < 1 - len({pair.image_id for pair in source.pairs}) / 2000 < 0.12
    assert synthetic_source(2000, 1) == source
    assert synthetic_source(10, 2).pairs[0] != source.pairs[0]


@pytest.mark.parametrize(
    ("noise", "expected"),
    [
        (LOW, {"md.token.bio": 0.940, "md.token.bio+type": 0.916, "md.token.bio+type.marked": 0.844,
               "type.matched": 0.937, "el.matched": 0.826, "el.union": 0.708}),
        (PAPER_LIKE, {"md.token.bio": 0.877, "md.token.bio+type": 0.860, "md.token.bio+type.marked": 0.749,
                      "type.matched": 0.942, "el.matched": 0.834, "el.union": 0.590}),
    ],
)  # fmt: skip
def test_agreement_is_that_of_the_reference_simulation(noise, expected):
    source, pairs, assignment = synthetic(3000, Plan(13, seed=1))
    answers = simulate_answers(pairs, source.references, assignment, noise, 1)
    paired = pair_answers([pair.item for pair in source.pairs], answers)
    for found in measure_all(paired.pairings, None, Sampling(2), list(expected)):
        assert found.main.value == pytest.approx(expected[found.definition], abs=0.045), found.definition


def test_without_noise_all_agree_with_the_gold_labels():
    source, pairs, assignment = synthetic(60, Plan(4))
    for one in simulate_answers(pairs, source.references, assignment, PERFECT, 1):
        got = [(a.span, a.type, a.entity) for a in one.annotations]
        assert got == [(a.span, a.type, a.entity) for a in source.references[one.pair_id].annotations]


@pytest.mark.parametrize("name", ["miss", "boundary", "spurious", "entity", "type"])
def test_each_noise_does_its_own_damage(name):
    caption = "Barack Obama met Angela Merkel near the big town of Berlin"
    gold = (span(caption, "Barack Obama"), span(caption, "Angela Merkel"), span(caption, "Berlin", "Location"))
    rates = dict.fromkeys(("miss", "boundary", "spurious", "entity", "type"), 0.0) | {name: 1.0}
    got = annotate(
        caption, gold, Noise(**rates, clue=0.0), Confusions([answer("p", "reference", *gold)]), generator(1, name)
    )
    assert all(caption[one.start : one.end] == one.surface for one in got)
    same = lambda key: [key(one) for one in got] == [key(one) for one in gold]  # noqa: E731
    assert same(lambda one: one.span) == (name in {"entity", "type"})
    if name == "miss":
        assert got == ()
    if name in {"entity", "type"}:
        assert all((one.entity, one.type) != (was.entity, was.type) for one, was in zip(got, gold, strict=True))
        assert same(lambda one: one.type) == (name == "entity")


def made_project(folder, n_pairs=120, **plan):
    project = make_project(folder, synthetic_source(n_pairs, 1), Settings())
    return project, assign(project.groups(), Plan(**{"annotators": 4, "seed": 1} | plan))


def test_a_campaign_is_saved_as_people_do_it_and_can_go_on(tmp_path):
    project, assignment = made_project(tmp_path / "p", pilot=5)
    half = simulate_campaign(project, assignment, PAPER_LIKE, 1, share=0.5)
    assert half == {name: -(-len(assignment.tasks[name]) // 2) for name in assignment.annotators}
    rest = simulate_campaign(project, assignment, PAPER_LIKE, 1)
    assert {name: half[name] + rest[name] for name in rest} == {n: len(t) for n, t in assignment.tasks.items()}
    store = Store(project.folder)
    answers = store.answers(batches=[MAIN], with_times=True)
    assert len(answers) == 2 * (120 - len(assignment.pilot))
    assert all(one.duration_s and one.duration_s > 0 for one in answers)
    in_memory = simulate_answers(project.pairs, project.references, assignment, PAPER_LIKE, 1)
    saved = {(one.annotator, one.pair_id): one.annotations for one in answers}
    assert saved == {(one.annotator, one.pair_id): one.annotations for one in in_memory}
    again = {(one.annotator, one.pair_id): one.annotations for one in store.answers(batches=[RETEST])}
    assert again
    assert any(saved[key] != spans for key, spans in again.items()), "a person is not equal to themselves either"
    assert FIRST_DAY.date().isoformat() in (project.folder / "times/mentions/a01.jsonl").read_text()


def test_two_campaigns_of_one_seed_have_equal_bytes(tmp_path):
    digests = []
    for name in ("one", "other"):
        project, assignment = made_project(tmp_path / name)
        simulate_campaign(project, assignment, PAPER_LIKE, 3)
        digests.append(Store(project.folder).digests())
    assert digests[0] == digests[1]
    project, assignment = made_project(tmp_path / "third")
    simulate_campaign(project, assignment, PAPER_LIKE, 4)
    assert set(Store(project.folder).digests().values()).isdisjoint(digests[0].values())


def test_experts_decide_everything_and_gold_comes_near_the_truth(tmp_path):
    project, assignment = made_project(tmp_path / "p", 300)
    simulate_campaign(project, assignment, PAPER_LIKE, 1)
    merged = merge_answers(Store(project.folder).answers(batches=[MAIN]), Rules())
    disputes = [(pair, dispute.dispute_id) for pair, one in merged.items() for dispute in one.disputes]
    found = simulate_experts(project, merged, assignment.adjudicators, disputes)
    assert sorted(found) == ["e01", "e02"]
    decisions = [one for each in found.values() for one in each]
    gold = make_gold(project.pairs, merged, verdicts(decisions, merged))
    assert len(gold.pairs) == 300
    right = wrong = 0
    for pair in gold.pairs:
        truth = {(one.span, one.type, one.entity) for one in project.references[pair.pair_id].annotations}
        made = {(one.annotation.span, one.annotation.type, one.annotation.entity) for one in pair.spans}
        right, wrong = right + len(made & truth), wrong + len(made ^ truth)
    assert wrong / (right + wrong) < 0.06


def test_people_differ_as_the_reference_page_says():
    errors = [worker(f"a{number:02}", 1).errors for number in range(1, 201)]
    assert 0.4 <= min(errors) < 0.5
    assert 1.5 < max(errors) <= 1.6


def test_confusions_prefer_what_shares_the_surface():
    one = span("Lions", "Lions", "Organization", "Detroit Lions")
    other = span("Lions", "Lions", "Organization", "BC Lions")
    found = Confusions([answer("p", "reference", one), answer("q", "reference", other)])
    assert found.instead_of(one, 0.1) == "BC Lions"
    assert Confusions([answer("p", "reference", one)]).instead_of(one, 0.99) == NIL
    assert Confusions([]).instead_of(span("x", "x", entity=NIL), 0.1) == "Unknown"


def test_planning_says_how_many_pairs_an_interval_needs():
    plan = Plan(6, seed=2)
    found = plan_pairs(0.015, "md.token.bio", plan, n_pairs=1200, draws=300)
    assert 0.8 < found.value < 0.95
    assert found.needed == pytest.approx(1200 * (found.half_width / 0.015) ** 2, abs=1)
    checked = plan_pairs(0.015, "md.token.bio", plan, n_pairs=found.needed, draws=300)
    assert checked.half_width == pytest.approx(0.015, rel=0.3)
    with pytest.raises(UsageError, match="between 0 and 1"):
        plan_pairs(2, "md.token.bio", plan)
    with pytest.raises(UsageError, match="is refused"):
        plan_pairs(0.02, "md.span.union", plan)


def test_a_project_without_gold_labels_cannot_be_simulated(tmp_path):
    project = small_project(tmp_path / "p", [ProjectPair("p1", "a caption here")])
    with pytest.raises(UsageError, match="no gold labels to simulate from"):
        simulate_campaign(project, assign(project.groups(), Plan(2)), PRESETS["low"], 1)
