"""The experts' cases, kept up save by save: the same as read anew, and for the work of one pair."""

import random

import pytest

from annotation.assign import Plan, assign
from annotation.assignment import read_assignment, write_assignment
from annotation.campaign import COUNTED, read_campaign
from annotation.decisions import DECISIONS, DecisionLog, add_decisions, decide, read_decisions
from annotation.disputes import queue
from annotation.events import Draft
from annotation.records import PILOT
from annotation.serve.docket import Docket
from annotation.store import Store
from pipeline.kb.store import MentionStore
from tests.support.annotation_server import LIONS, campaign, pairs, small_kb
from tests.support.projects import span

ENTITIES = ("Barack Obama", "Barack H. Obama", "Obama", "Lion", "NIL")


@pytest.fixture(scope="module")
def kb(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kb") / "kb"
    small_kb(folder)
    return folder


def groups_of(project):
    return {pair_id: pair.group for pair_id, pair in project.pairs.items()}


def read_anew(project, kb, assignment):
    """Expert -> pairs in order, and pair -> what is put together: the whole campaign, read from the disk."""
    found = read_campaign(project.folder, kb)
    assigned = {}
    for name, tasks in assignment.tasks.items():
        for task in tasks:
            if task.batch in COUNTED:
                assigned.setdefault(task.pair_id, set()).add(name)
    done = {}
    for answer in found.answers:
        done.setdefault(answer.pair_id, set()).add(answer.annotator)
    merged = {
        id_: one
        for id_, one in found.merged.items()
        if len(done[id_]) >= assignment.per_pair and assigned.get(id_, set()) <= done[id_]
    }
    groups = groups_of(project)
    queues = {
        expert: [
            one.pair_id for one in queue(merged.values()) if assignment.adjudicators.get(groups[one.pair_id]) == expert
        ]
        for expert in assignment.experts
    }
    return queues, merged


def step(draw, project, assignment):
    """One annotator saves, undoes, or has everything removed."""
    store = Store(project.folder)
    name = draw.choice(list(assignment.tasks))
    if draw.random() < 0.03:
        store.forget(name)
        return
    task = draw.choice(assignment.tasks[name])
    log = store.log(name)
    now = log.current(task.pair_id, task.batch)
    if now.version and draw.random() < 0.2:
        log.undo(task.pair_id, task.batch, now.version)
        return
    word = project.pairs[task.pair_id].caption.split()[0]
    spans = () if draw.random() < 0.2 else (span(word, word, "Person", draw.choice(ENTITIES)),)
    log.save(
        Draft(task.pair_id, spans, task.batch, now.version, is_done=draw.random() < 0.9, note=draw.choice(["", "hm"]))
    )


@pytest.mark.parametrize("seed", range(3))
def test_after_every_save_the_cases_are_those_of_a_campaign_read_anew(tmp_path, kb, seed):
    draw = random.Random(seed)
    project = campaign(tmp_path / "project", annotators=3, experts=2, pilot=2)
    store = MentionStore.open(kb)
    docket = Docket(project.folder, project.settings.guidelines, lambda title: entity_of(store, title))
    groups, assignment = groups_of(project), read_assignment(project.folder)
    n_cases = 0
    for number in range(60):
        if number == 40:  # somebody joins while the server runs
            assignment = assign(project.groups(), Plan(3, 2, 2, 2, seed=seed + 9))
            write_assignment(assignment, project.folder)
        step(draw, project, assignment)
        docket.refresh(assignment, groups)
        queues, merged = read_anew(project, kb, assignment)
        assert {expert: docket.queue(expert) for expert in assignment.experts} == queues
        for pair_id in groups:
            case = docket.case(pair_id)
            wanted = merged.get(pair_id)
            assert (case.merged if case else None) == (wanted if wanted and wanted.disputes else None)
            n_cases += case is not None
    assert n_cases > 40


def entity_of(store, title):
    hit = store.find_title(title)
    return None if hit is None else hit.entity


def test_a_save_costs_the_work_of_its_pair_however_many_there_are(tmp_path):
    project = campaign(tmp_path / "project", annotators=2)
    groups, assignment = groups_of(project), read_assignment(project.folder)
    logs = {name: Store(project.folder).log(name) for name in assignment.tasks}
    for name, log in logs.items():
        log.save_many(
            [Draft(one.pair_id, (span(one.caption, one.caption.split()[0], "Person", name),)) for one in pairs()]
        )
    docket = Docket(project.folder, project.settings.guidelines, None)
    docket.refresh(assignment, groups)
    assert (docket.n_merged, len(docket.queue("e01"))) == (len(groups), len(groups))
    docket.refresh(assignment, groups)
    assert docket.n_merged == len(groups)
    first = pairs()[0]
    logs["a01"].save(Draft(first.pair_id, (span(LIONS, "Lions", "Person", "a02"),), base=1))
    docket.refresh(assignment, groups)
    assert docket.n_merged == len(groups) + 1
    assert first.pair_id not in docket.queue("e01")
    logs["a01"].save(Draft(first.pair_id, base=2, is_done=False))
    docket.refresh(assignment, groups)
    assert docket.n_merged == len(groups) + 1
    assert docket.case(first.pair_id) is None


def test_notes_come_without_names_and_go_with_their_author(tmp_path):
    project = campaign(tmp_path / "project", annotators=3, pilot=1)
    assignment, groups = read_assignment(project.folder), groups_of(project)
    (pair_id,) = assignment.pilot
    for name in assignment.tasks:
        Store(project.folder).log(name).save(Draft(pair_id, batch=PILOT, note=f" {name[-1]} wonders "))
    docket = Docket(project.folder, project.settings.guidelines, None)
    docket.refresh(assignment, groups)
    assert docket.notes(pair_id) == ("1 wonders", "2 wonders", "3 wonders")
    Store(project.folder).forget("a02")
    docket.refresh(assignment, groups)
    assert docket.notes(pair_id) == ("1 wonders", "3 wonders")


def test_decisions_are_read_as_the_file_grows(tmp_path):
    project = campaign(tmp_path / "project")
    for name, entity in (("a01", "Lion"), ("a02", "NIL")):
        Store(project.folder).log(name).save(Draft(pairs()[0].pair_id, (span(LIONS, "Lions", "Misc", entity),)))
    (merged,) = read_campaign(project.folder).merged.values()
    made = [decide(pairs()[0], merged, ("0-5", choice), ("e01", "annotator_error", "")) for choice in ("1", "2")]
    log = DecisionLog(project.folder, "e01")
    assert log.latest == {}
    add_decisions(project.folder, "e01", made[:1])
    log.refresh()
    assert list(log.latest.values()) == made[:1]
    log.add(lambda: made[1:])
    assert list(log.latest.values()) == made[1:] == read_decisions(project.folder)
    (project.folder / DECISIONS / "e01.jsonl").unlink()
    add_decisions(project.folder, "e01", made[:1])
    log.refresh()
    assert list(log.latest.values()) == made[:1]
