"""The store: nothing acknowledged is lost, nothing stale wins, crashes leave whole files."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.events import ConflictError, Draft
from annotation.journal import Journal
from annotation.records import MAIN, RETEST, Annotation, Answer
from annotation.store import Store
from pipeline.records.errors import InputError, LockedError, UsageError
from tests.support.projects import span

CAPTION = "Obama 😀 met Merkel"
OBAMA, MERKEL = span(CAPTION, "Obama"), span(CAPTION, "Merkel", flags=("discuss",), visual_clues=("object",))
ROOT = Path(__file__).parents[2]


def clock():
    return datetime(2021, 3, 1, 9, tzinfo=UTC)


def store(folder) -> Store:
    return Store(folder, clock)


def test_what_was_saved_is_read_by_the_next_process(tmp_path):
    log = store(tmp_path).log("a01")
    one = log.save(Draft("p1", (OBAMA, MERKEL), note="sure?", origin="caption_links", duration_s=4.5))
    assert (one.version, one.number) == (1, 0)
    log.save(Draft("p2", (), is_done=False))
    log.save(Draft("p3", (MERKEL,), batch=RETEST, duration_s=2.0))
    log.save(Draft("p1", (OBAMA,), base=1, duration_s=1.5))
    again = store(tmp_path).log("a01")
    assert again.history == log.history
    assert again.current("p1", MAIN).version == 2
    assert again.answers() == [Answer("p1", "a01", (OBAMA,)), Answer("p3", "a01", (MERKEL,), batch=RETEST, number=2)]
    assert [one.pair_id for one in again.answers(with_drafts=True)] == ["p1", "p2", "p3"]
    assert [one.duration_s for one in again.answers(with_times=True)] == [6.0, 2.0]
    assert again.last_hash == log.last_hash != ""


def test_times_are_kept_apart(tmp_path):
    log = store(tmp_path).log("a01")
    log.save(Draft("p1", (OBAMA,), duration_s=4.5))
    published = (tmp_path / "annotations/mentions/a01.jsonl").read_text()
    assert "4.5" not in published
    assert "2021" not in published
    kept = json.loads((tmp_path / "times/mentions/a01.jsonl").read_text())
    assert (kept["saved_at"], kept["duration_s"]) == ("2021-03-01T09:00:00+00:00", 4.5)


def test_a_time_that_cannot_be_kept_costs_no_annotation(tmp_path, caplog):
    (tmp_path / "times").write_text("in the way")
    log = store(tmp_path).log("a01")
    assert log.save(Draft("p1", (OBAMA,))).version == 1
    assert "time of a save could not be kept" in caplog.text
    assert len(store(tmp_path).answers()) == 1


def test_a_stale_base_is_refused_with_what_stands(tmp_path):
    one, other = store(tmp_path).log("a01"), store(tmp_path).log("a01")
    one.save(Draft("p1", (OBAMA,)))
    with pytest.raises(ConflictError, match="is at version 1, the change was made on version 0") as caught:
        other.save(Draft("p1", (MERKEL,)))
    assert caught.value.current.draft.annotations == (OBAMA,)
    assert other.save(Draft("p1", (MERKEL,), base=1)).version == 2
    with pytest.raises(ConflictError):
        one.save(Draft("p1", (), base=1))
    assert one.current("p1", MAIN).draft.annotations == (MERKEL,)
    with pytest.raises(ConflictError):
        one.undo("p1", MAIN, 1)
    with pytest.raises(ConflictError):
        one.save(Draft("p9", base=3))


def test_undo_walks_back_to_nothing_and_a_save_starts_anew(tmp_path):
    log = store(tmp_path).log("a01")
    for version, spans in enumerate(((OBAMA,), (OBAMA, MERKEL), (MERKEL,))):
        log.save(Draft("p1", spans, base=version))
    assert log.undo("p1", MAIN, 3).draft.annotations == (OBAMA, MERKEL)
    log = store(tmp_path).log("a01")
    assert log.undo("p1", MAIN, 4).draft.annotations == (OBAMA,)
    log.save(Draft("p1", (MERKEL,), base=5))
    assert log.undo("p1", MAIN, 6).draft.annotations == (OBAMA,)
    gone = log.undo("p1", MAIN, 7)
    assert (gone.draft.annotations, gone.draft.is_done, gone.version) == ((), False, 8)
    assert log.undo("p1", MAIN, 8) is None
    assert log.answers(with_drafts=True) == []
    assert log.undo("p2", MAIN, 0) is None
    assert store(tmp_path).log("a01").history == log.history


@given(st.lists(st.tuples(st.sampled_from(["p1", "p2"]), st.sampled_from(["save", "undo"]), st.integers(0, 3))))
@settings(max_examples=60, deadline=None)
def test_undo_is_a_stack_whatever_happens(tmp_path_factory, steps):
    log = store(tmp_path_factory.mktemp("s")).log("a01")
    stacks = {"p1": [()], "p2": [()]}
    for pair, action, at in steps:
        base = log.current(pair, MAIN).version
        if action == "save":
            stacks[pair].append((Annotation(at, at + 1, "x"),))
            log.save(Draft(pair, stacks[pair][-1], base=base))
        else:
            if len(stacks[pair]) > 1:
                stacks[pair].pop()
            log.undo(pair, MAIN, base)
        assert log.current(pair, MAIN).draft.annotations == stacks[pair][-1]
    assert store(log.path.parents[2]).log("a01").history == log.history


def test_many_are_saved_together_or_not_at_all(tmp_path):
    log = store(tmp_path).log("a01")
    log.save_many([Draft("p1", (OBAMA,)), Draft("p1", (MERKEL,), base=1), Draft("p2")], [clock()] * 3)
    assert log.current("p1", MAIN).version == 2
    before = log.path.read_bytes()
    with pytest.raises(ConflictError):
        log.save_many([Draft("p3"), Draft("p1", base=0)])
    assert log.path.read_bytes() == before
    assert log.current("p3", MAIN).version == 0


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_is_put_aside(tmp_path, caplog, cut):
    log = store(tmp_path).log("a01")
    log.save(Draft("p1", (OBAMA,)))
    log.save(Draft("p2", (MERKEL,)))
    whole = log.path.read_bytes()
    log.path.write_bytes(whole[:-cut])
    again = store(tmp_path).log("a01")
    assert [one.pair_id for one in again.answers()] == ["p1"]
    assert "never finished" in caplog.text
    assert log.path.read_bytes() == whole[:-cut]
    again.save(Draft("p3", (OBAMA,)))
    torn = (tmp_path / "annotations/mentions/a01.jsonl.torn").read_bytes()
    first = whole[: whole.index(b"\n") + 1]
    assert torn == whole[len(first) : -cut] + b"\n"
    assert [one.pair_id for one in store(tmp_path).log("a01").answers()] == ["p1", "p3"]


def test_a_last_line_of_garbage_is_put_aside_too(tmp_path):
    log = store(tmp_path).log("a01")
    log.save(Draft("p1", (OBAMA,)))
    with log.path.open("ab") as file:
        file.write(b"\0" * 50 + b"\n")
    again = store(tmp_path).log("a01")
    again.save(Draft("p2", (OBAMA,)))
    assert [one.pair_id for one in store(tmp_path).log("a01").answers()] == ["p1", "p2"]


def test_a_change_in_the_middle_is_an_error(tmp_path):
    log = store(tmp_path).log("a01")
    for pair in ("p1", "p2", "p3"):
        log.save(Draft(pair, (OBAMA,)))
    log.path.write_bytes(log.path.read_bytes().replace(b"p2", b"p9"))
    with pytest.raises(InputError, match=r"a01\.jsonl, line 2: was changed"):
        store(tmp_path).log("a01")


def test_a_line_that_went_missing_is_an_error(tmp_path):
    log = store(tmp_path).log("a01")
    for pair in ("p1", "p2", "p3"):
        log.save(Draft(pair, (OBAMA,)))
    lines = log.path.read_bytes().splitlines(keepends=True)
    log.path.write_bytes(lines[0] + lines[2] + lines[2])
    with pytest.raises(InputError, match="line 2: was changed"):
        store(tmp_path).log("a01")


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path):
    """A limit on file size stands for a full disk: the kernel writes half of the line, then refuses."""
    code = f"""
import resource, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from annotation.events import Draft
from annotation.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = Store(Path({str(tmp_path)!r})).log("a01")
log.save(Draft("p1"))
size = log.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, size + 40))
try:
    log.save(Draft("p2", note="x" * 500))
except OSError:
    assert log.path.stat().st_size == size, "a half line stayed"
    assert log.current("p2", "main").version == 0
    print("refused")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "refused\n"
    assert [one.pair_id for one in store(tmp_path).log("a01").answers()] == ["p1"]


def test_a_writer_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path):
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from annotation.events import Draft
from annotation.store import Store
log = Store(Path({str(tmp_path)!r})).log("a01")
for number in range(len(log.history.states), 100_000):
    log.save(Draft(f"p{{number}}", note="x" * 1500))
    sys.stdout.write(f"p{{number}}\\n")
    sys.stdout.flush()
"""
    acknowledged = []
    for wait_s in (0.05, 0.11, 0.02):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as writer:
            acknowledged.append(writer.stdout.readline().strip())
            time.sleep(wait_s)
            writer.send_signal(signal.SIGKILL)
            acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
    saved = [one.pair_id for one in store(tmp_path).log("a01").answers()]
    assert len(acknowledged) > 5
    assert set(acknowledged) <= set(saved)
    assert saved == [f"p{number}" for number in range(len(saved))]


def test_two_writers_take_turns_and_none_overwrites_the_other(tmp_path):
    n_each, conflicts = 25, []

    def write(name: str) -> None:
        log = store(tmp_path).log("a01")
        for number in range(n_each):
            while True:
                base = log.current("shared", MAIN).version
                try:
                    log.save(Draft("shared", base=base, note=f"{name}{number}"))
                    break
                except ConflictError:
                    conflicts.append(name)

    threads = [threading.Thread(target=write, args=(name,)) for name in "xy"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    states = store(tmp_path).log("a01").history.states["shared", MAIN]
    assert [one.version for one in states] == list(range(1, 2 * n_each + 1))
    assert sorted(one.draft.note for one in states) == sorted(f"{name}{n}" for name in "xy" for n in range(n_each))


def test_a_file_that_stays_locked_is_an_error(tmp_path, monkeypatch):
    import fcntl

    monkeypatch.setattr("annotation.journal._LOCK_WAIT_S", 0.05)
    log = store(tmp_path).log("a01")
    log.save(Draft("p1"))
    with log.path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(LockedError, match="nothing was saved"):
            log.save(Draft("p2"))
    assert log.save(Draft("p2")).version == 1


def test_a_person_can_be_forgotten_while_others_read(tmp_path):
    log = store(tmp_path).log("a01")
    log.save(Draft("p1", duration_s=1.0))
    store(tmp_path).log("a02").save(Draft("p1"))
    removed = store(tmp_path).forget("a01")
    assert [path.relative_to(tmp_path).as_posix() for path in removed] == [
        "annotations/mentions/a01.jsonl", "times/mentions/a01.jsonl",
    ]  # fmt: skip
    assert store(tmp_path).annotators() == ["a02"]
    log.refresh()
    assert log.answers() == []
    assert log.save(Draft("p1")).version == 1
    assert store(tmp_path).annotators() == ["a01", "a02"]
    with pytest.raises(UsageError):
        store(tmp_path).forget("../a02")


def test_layers_and_people_are_files_of_their_own(tmp_path):
    one = store(tmp_path)
    one.log("a01").save(Draft("p1", (OBAMA,)))
    one.log("a01", "ambiguity").save(Draft("p1", ambiguity="Abbr"))
    one.log("a02").save(Draft("p1", batch=RETEST))
    assert [(found.annotator, found.batch) for found in one.answers()] == [("a01", MAIN), ("a02", RETEST)]
    assert [found.annotator for found in one.answers(batches=[MAIN])] == ["a01"]
    assert one.log("a01", "ambiguity").current("p1", MAIN).draft.ambiguity == "Abbr"
    digests = one.digests()
    assert sorted(digests) == [
        "annotations/ambiguity/a01.jsonl", "annotations/mentions/a01.jsonl", "annotations/mentions/a02.jsonl",
    ]  # fmt: skip
    one.log("a02").save(Draft("p2"))
    assert {name for name, value in one.digests().items() if digests[name] != value} == {
        "annotations/mentions/a02.jsonl"
    }


@pytest.mark.parametrize("name", ["", "../a", "a/b", "1a", "a" * 40, "ä"])
def test_names_that_are_no_pseudonyms_are_refused(tmp_path, name):
    with pytest.raises(UsageError):
        store(tmp_path).log(name)
    with pytest.raises(UsageError):
        store(tmp_path).log("a01", name)


@pytest.mark.parametrize(
    "draft",
    [
        Draft("p1", note="x" * 9000),
        Draft("p1", note="\ud800"),
        Draft("p1", batch="night"),
        Draft("p1", (MERKEL, OBAMA)),
        Draft("p1", (replace(OBAMA, start=True),)),
        Draft("p1", (replace(OBAMA, entity=7),)),
    ],
)
def test_drafts_that_could_not_be_read_again_are_refused(tmp_path, draft):
    log = store(tmp_path).log("a01")
    with pytest.raises(InputError):
        log.save(draft)
    assert not log.path.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"event": 2}, "version 2"), ({"seq": 5}, "does not follow"), ({"version": 2}, "does not follow"),
        ({"pair_id": None}, "should name a pair"), ({"annotations": [3]}, "is no answer"),
    ],
)  # fmt: skip
def test_events_that_are_none_are_named(tmp_path, change, message):
    row = {
        "event": 1, "seq": 0, "pair_id": "p", "batch": "main", "base": 0, "version": 1, "action": "save", "shows": 1,
        "done": True, "annotations": [],
    }  # fmt: skip
    path = tmp_path / "annotations/mentions/a01.jsonl"
    Journal(path).append(lambda: [row | change])
    with pytest.raises(InputError, match=message):
        store(tmp_path).log("a01")
    path.unlink()
    del row["done"]
    Journal(path).append(lambda: [row])
    with pytest.raises(InputError, match="is no event"):
        store(tmp_path).log("a01")


def test_saves_reach_the_disk_before_they_are_acknowledged(tmp_path, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(os.fstat(file).st_size), real(file))[1])
    log = store(tmp_path).log("a01")
    log.save(Draft("p1"))
    assert log.path.stat().st_size in synced
