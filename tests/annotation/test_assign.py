"""Assignments: balance, articles kept whole, late annotators, repeatable bytes."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.assign import Plan, add_annotators, assign
from annotation.assignment import (
    ASSIGNMENT,
    Assignment,
    has_assignment,
    load_rows,
    read_assignment,
    shared_rows,
    write_assignment,
)
from annotation.balancing import Balance, balanced_blocks
from annotation.records import MAIN, PILOT, RETEST
from pipeline.records.errors import ArtifactError, UsageError


def groups_of(*sizes: int) -> dict[str, list[str]]:
    return {f"g{at}": [f"g{at}p{n}" for n in range(size)] for at, size in enumerate(sizes)}


def spread(numbers) -> int:
    return max(numbers) - min(numbers)


def main_loads(assignment: Assignment) -> list[int]:
    return [assignment.load(name, MAIN) for name in assignment.annotators]


any_groups = st.lists(st.integers(1, 6), min_size=1, max_size=40).map(lambda sizes: groups_of(*sizes))
plans = st.builds(
    Plan,
    st.integers(2, 9),
    st.just(2),
    st.integers(0, 3),
    st.just(0),
    st.sampled_from((0.0, 0.05, 0.3)),
    st.integers(0, 99),
)


def test_the_arithmetic_of_the_paper():
    """7,969 x 2 / 13 = 1,226 pairs each; 78 pairs of annotators with about 102 (reference page)."""
    assignment = assign(groups_of(*[1] * 7969), Plan(13))
    assert set(main_loads(assignment)) == {1226}
    shared = assignment.shared(groups_of(*[1] * 7969))
    assert len(shared) == 78
    assert set(shared.values()) <= {102, 103}
    assert {assignment.load(name, RETEST) for name in assignment.annotators} == {61}


def test_articles_of_the_test_bed_balance_as_well():
    sizes = [1 + (at * at) % 7 % 4 for at in range(3000)] + [27, 20, 15]
    groups = groups_of(*sizes)
    assignment = assign(groups, Plan(13, seed=5))
    assert spread(main_loads(assignment)) <= 1
    shared = assignment.shared(groups)
    assert spread(shared.values()) <= 6
    judged = Counter()
    for group, expert in assignment.adjudicators.items():
        judged[expert] += len(groups[group])
    assert spread(judged.values()) <= 1


@given(any_groups, plans)
def test_every_pair_has_its_people_and_articles_stay_whole(groups, plan):
    assignment = assign(groups, plan)
    holders = {group: set() for group in groups}
    counts = Counter()
    for name in assignment.annotators:
        main = [task.pair_id for task in assignment.tasks[name] if task.batch == MAIN]
        assert len(set(main)) == len(main)
        counts.update(main)
        for pair in main:
            holders[pair.split("p")[0]].add(name)
    assert set(counts.values()) == {plan.per_pair}
    assert len(counts) == sum(map(len, groups.values()))
    assert all(len(people) == plan.per_pair for people in holders.values())
    assert {group: set(people) for group, people in assignment.seats.items()} == holders
    assert set(assignment.adjudicators) == (set(groups) if plan.experts else set())


@given(any_groups, plans)
def test_loads_differ_by_no_more_than_the_largest_article(groups, plan):
    loads = main_loads(assign(groups, plan))
    assert spread(loads) <= max(map(len, groups.values()))


@given(st.integers(1, 200), st.integers(2, 9), st.integers(1, 4), st.integers(0, 9))
def test_single_pairs_balance_to_one(n, n_people, per_pair, seed):
    per_pair = min(per_pair, n_people)
    people = [f"a{at}" for at in range(n_people)]
    sizes = {f"g{at}": 1 for at in range(n)}
    balance = Balance()
    for group, block in balanced_blocks(sizes, people, per_pair, seed).items():
        assert len(set(block)) == per_pair
        balance.add(block, sizes[group])
    assert spread([balance.loads[name] for name in people]) <= 1
    if per_pair == 2:
        together = [balance.shared[one, other] for at, one in enumerate(people) for other in people[at + 1 :]]
        assert spread(together) <= 2


@given(any_groups, plans, st.randoms(use_true_random=False))
def test_the_order_of_the_source_does_not_matter(groups, plan, random):
    shuffled = list(groups.items())
    random.shuffle(shuffled)
    assert assign(dict(shuffled), plan) == assign(groups, plan)


@given(any_groups, plans)
def test_repeats_come_after_their_first_showing(groups, plan):
    assignment = assign(groups, plan)
    for tasks in assignment.tasks.values():
        main = [task.pair_id for task in tasks if task.batch == MAIN]
        repeats = [task.pair_id for task in tasks if task.batch == RETEST]
        assert len(repeats) == min(len(main) // 2, int(plan.retest_share * len(main) + 0.5))
        assert len(set(repeats)) == len(repeats)
        order = [task.pair_id for task in tasks]
        for pair in repeats:
            first, last = order.index(pair), len(order) - 1 - order[::-1].index(pair)
            assert last - first > (len(main) - 1) // 4


def test_the_seed_decides():
    groups = groups_of(*[1, 2] * 20)
    assert assign(groups, Plan(5, seed=1)).seats != assign(groups, Plan(5, seed=2)).seats


def test_everybody_does_the_pilot_first():
    groups = groups_of(*[1, 3] * 20)
    assignment = assign(groups, Plan(4, pilot=10))
    assert len(assignment.pilot) == 10
    for tasks in assignment.tasks.values():
        assert {task.pair_id for task in tasks[:10]} == set(assignment.pilot)
        assert {task.batch for task in tasks[:10]} == {PILOT}
        assert not {task.pair_id for task in tasks[10:]} & set(assignment.pilot)
    orders = {tuple(task.pair_id for task in tasks[:10]) for tasks in assignment.tasks.values()}
    assert len(orders) > 1


@given(any_groups, plans, st.integers(1, 3), st.data())
@settings(max_examples=60)
def test_late_annotators_take_open_work_only(groups, plan, n_new, data):
    before = assign(groups, plan)
    done = []
    for name, tasks in before.tasks.items():
        n_done = data.draw(st.integers(0, len(tasks)))
        done += [(name, task.pair_id) for task in tasks[:n_done]]
    after = add_annotators(before, groups, n_new, done)
    assert after.annotators[: plan.annotators] == before.annotators
    assert len(after.annotators) == plan.annotators + n_new
    for name, pair in done:
        assert pair in {task.pair_id for task in after.tasks[name]}
        assert name in after.seats[pair.split("p")[0]]
    assert all(len(people) == plan.per_pair for people in after.seats.values())
    for name, tasks in after.tasks.items():
        assert {task.pair_id.split("p")[0] for task in tasks} == {
            g for g, people in after.seats.items() if name in people
        }
    for name in before.annotators:
        left = [task for task in before.tasks[name] if task in after.tasks[name]]
        assert list(after.tasks[name]) == left


def test_late_annotators_get_an_equal_share_of_what_is_open():
    groups = groups_of(*[1] * 1300)
    before = assign(groups, Plan(13, pilot=0))
    done = [(name, task.pair_id) for name in before.annotators for task in before.tasks[name][:100]]
    after = add_annotators(before, groups, 2, done)
    known = set(done)
    open_work = [
        sum(task.batch == MAIN and (name, task.pair_id) not in known for task in after.tasks[name])
        for name in after.annotators
    ]
    assert spread(open_work) <= 1
    assert after.annotators[-2:] == ("a14", "a15")


def test_vacant_seats_are_filled_first():
    groups = groups_of(*[1] * 40)
    before = assign(groups, Plan(4, experts=0))
    gone = "a04"
    left = replace(
        before,
        seats={group: tuple(name for name in people if name != gone) for group, people in before.seats.items()},
        tasks={name: tasks for name, tasks in before.tasks.items() if name != gone},
    )
    done = [(name, task.pair_id) for name, tasks in left.tasks.items() for task in tasks]
    after = add_annotators(left, groups, 1, done)
    assert after.annotators == ("a01", "a02", "a03", "a05")
    assert all(len(people) == 2 for people in after.seats.values())
    assert after.load("a05", MAIN) == before.load(gone, MAIN)
    assert after.load("a05", RETEST) == before.load(gone, RETEST)


def test_the_file_is_read_as_written_and_has_equal_bytes(tmp_path):
    groups = groups_of(*[1, 2] * 30)
    assert not has_assignment(tmp_path)
    with pytest.raises(UsageError, match="annotation assign makes it"):
        read_assignment(tmp_path)
    assignment = assign(groups, Plan(5, pilot=3, seed=4))
    write_assignment(assignment, tmp_path)
    first = (tmp_path / ASSIGNMENT).read_bytes()
    again = read_assignment(tmp_path)
    assert again == assignment
    assert again.annotators == ("a01", "a02", "a03", "a04", "a05")
    write_assignment(again, tmp_path)
    assert (tmp_path / ASSIGNMENT).read_bytes() == first
    value = json.loads(first)
    for change in (
        {"version": 2},
        {"annotators": ["../x"]},
        {"experts": ["a01"]},
        {"tasks": {}},
        {"tasks": {"a01": ["x"]}},
    ):
        (tmp_path / ASSIGNMENT).write_text(json.dumps(value | change))
        with pytest.raises(ArtifactError, match="damaged"):
            read_assignment(tmp_path)


def test_the_tables_add_up():
    groups = groups_of(*[1, 2] * 30)
    assignment = assign(groups, Plan(3, pilot=3, retest_share=0.1))
    for name, pilot, main, retest, total in load_rows(assignment):
        assert pilot == 3
        assert total == pilot + main + retest == len(assignment.tasks[name])
    assert load_rows(assignment, {"a01": 7})[0][-1] == 7
    rows = shared_rows(assignment, groups)
    assert sum(cell or 0 for row in rows for cell in row[1:]) == 87
    assert rows[2][1:] == (None, None, None)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (lambda: Plan(0), "at least one annotator"),
        (lambda: Plan(3, 4), "--per-pair 4 does not go with 3 annotators"),
        (lambda: Plan(3, 0), "--per-pair 0"),
        (lambda: Plan(3, experts=-1), "negative"),
        (lambda: Plan(3, retest_share=0.6), "0 to 0.5"),
        (lambda: assign(groups_of(2, 2), Plan(2, pilot=5)), "more than the 4 pairs"),
        (lambda: assign(groups_of(2, 2), Plan(2, pilot=1)), "articles are not cut"),
        (lambda: add_annotators(assign(groups_of(1, 1), Plan(2)), groups_of(1, 1), 0, ()), "--add 0"),
    ],
)
def test_impossible_plans_are_refused(plan, message):
    with pytest.raises(UsageError, match=message):
        plan()
