"""Every command as a user types it, on simulated projects."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from annotation.__main__ import COMMANDS, main
from annotation.assignment import read_assignment
from annotation.gold_dataset import pair_row, read_rows, write_rows
from annotation.pairs_source import read_source
from annotation.project import open_project, read_secrets
from annotation.records import MAIN
from annotation.store import Store
from tests.support.commands import call_main
from tests.support.projects import corpus_pair, write_corpus

ROOT = Path(__file__).parents[2]
OTHER_ARGUMENTS = {"serve", "bundle", "report", "init", "split", "stats", "simulate", "card"}
"""Commands whose first argument is no project, or that other tests have."""


run = partial(call_main, main)


def figure(out: str, name: str) -> str:
    """The value of a line of a summary."""
    return next(line.removeprefix(name).strip() for line in out.splitlines() if line.startswith(f"{name}  "))


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Path:
    """A project whose annotators and experts have done all their work."""
    folder = tmp_path_factory.mktemp("campaign") / "demo"
    assert main(["simulate", str(folder), "--synthetic", "150", "--annotators", "5", "--seed", "1"]) == 0
    assert main(["simulate", str(folder), "--experts"]) == 0
    assert main(["gold", str(folder), "--out", str(folder.parent / "set")]) == 0
    return folder


def copy(folder: Path, to: Path) -> Path:
    import shutil

    shutil.copytree(folder, to)
    return to


def test_the_overview_lists_all_commands_and_a_typo_is_named(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert all(f"  {name} " in out for name in COMMANDS)
    assert run(capsys)[0] == 2
    code, _, error = run(capsys, "asign", "x")
    assert code == 2
    assert error == "error: 'asign' is no command; did you mean assign? (python -m annotation --help lists them)\n"
    code, _, error = run(capsys, "assign", "x", "--anotators", "3")
    assert code == 2
    assert "did you mean --annotators" in error


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in OTHER_ARGUMENTS])
def test_a_folder_that_is_no_project_is_an_error(capsys, tmp_path, name):
    more = {"assign": ["--annotators", "2"], "export": ["native", "--out", "x"],
            "import": ["native", "x", "--annotator", "a01"], "forget": ["a01"]}  # fmt: skip
    code, _, error = run(capsys, name, tmp_path, *more.get(name, []))
    assert code == 2
    assert error == f"error: {tmp_path} is no annotation project: it has no project.json (annotation init makes one)\n"


def test_init_makes_a_project_from_a_corpus(capsys, tmp_path):
    write_corpus(tmp_path / "corpus", [corpus_pair(1, "Obama in Berlin"), corpus_pair(2, "no", status="dropped")])
    code, out, error = run(capsys, "init", tmp_path / "corpus", "--out", tmp_path / "p", "--title-policy", "exclude")
    assert code == 0
    assert figure(out, "pairs") == "1"
    assert error == "note: 1 pairs with another status than kept were left out\n"
    assert open_project(tmp_path / "p").settings.title_policy == "exclude"
    code, _, error = run(capsys, "init", tmp_path / "corpus", "--out", tmp_path)
    assert code == 2
    assert "holds other things" in error
    code, _, error = run(capsys, "init", tmp_path / "nothing", "--out", tmp_path / "q")
    assert (code, error) == (2, f"error: {tmp_path / 'nothing'} does not exist\n")
    assert not (tmp_path / "q").exists()


def test_assign_prints_loads_and_gives_everybody_a_token(capsys, tmp_path):
    pairs = [corpus_pair(number, f"caption {number}", article=number) for number in range(26)]
    write_corpus(tmp_path / "corpus", pairs)
    run(capsys, "init", tmp_path / "corpus", "--out", tmp_path / "p")
    plan = ("assign", tmp_path / "p", "--annotators", 13, "--seed", 1)
    assert run(capsys, *plan, "--dry-run")[0] == 0
    assert not (tmp_path / "p/assignment.json").exists()
    code, out, _ = run(capsys, *plan)
    assert code == 0
    assert "a13            0     4       0    4" in out
    assert figure(out, "pairs that two annotators share") == "0 to 1"
    first = (tmp_path / "p/assignment.json").read_bytes()
    tokens = read_secrets(tmp_path / "p")
    assert len({one["token"] for one in tokens.values()}) == 15
    assert all(len(one["token"]) >= 32 for one in tokens.values())
    code, _, error = run(capsys, *plan)
    assert (code, error.count("is assigned already")) == (2, 1)
    assert run(capsys, *plan, "--again")[0] == 0
    assert (tmp_path / "p/assignment.json").read_bytes() == first
    assert read_secrets(tmp_path / "p") == tokens
    assert run(capsys, "assign", tmp_path / "p", "--add", 2)[0] == 0
    assert read_assignment(tmp_path / "p").annotators[-1] == "a15"
    assert "say either --annotators" in run(capsys, "assign", tmp_path / "p")[2]


def test_a_new_assignment_takes_nobodys_work_away(capsys, done, tmp_path):
    folder = copy(done, tmp_path / "p")
    code, _, error = run(capsys, "assign", folder, "--annotators", 3, "--again")
    assert code == 2
    assert "5 people have begun to annotate" in error


def test_simulate_does_the_rest_of_the_work(capsys, tmp_path):
    folder = tmp_path / "p"
    assert run(capsys, "simulate", folder, "--synthetic", 40, "--annotators", 3, "--share", 0.5)[0] == 0
    code, out, _ = run(capsys, "simulate", folder, "--noise", "low", "--miss", 0.5)
    assert code == 0
    done_now = [line.split()[1:] for line in out.splitlines() if line.startswith("a0")]
    assert all(int(now) == int(total) // 2 for now, total in done_now)
    assert len(Store(folder).answers(batches=[MAIN])) == 80
    code, out, _ = run(capsys, "simulate", "nowhere", "--plan", "--annotators", 4)
    assert code == 0
    assert "pairs that it takes" in out
    assert not Path("nowhere").exists()


def test_agree_prints_named_figures_and_gates(capsys, done, tmp_path):
    code, out, _ = run(
        capsys, "agree", done, "--draws", 50, "--people", "--json", tmp_path / "a.json",
        "--gate", "md.token.bio=0.5", "el.matched=0.999",
    )  # fmt: skip
    assert code == 2
    assert "the paper has 88.98 %" in out
    assert "wanted 0.5\n" in out
    assert "wanted 0.999  FAILED" in out
    assert "a01 a02" in out
    value = json.loads((tmp_path / "a.json").read_text())
    measures = {one["definition"]: one for one in value["measures"]}
    assert measures["md.token.bio"]["paper"] == 0.8898
    assert len(value["annotator_pairs"]["cells"]) == 10
    assert sorted(value["files"]) == [f"annotations/mentions/a0{number}.jsonl" for number in range(1, 6)]
    repeats = {one["definition"]: one for one in value["repeats"]}
    assert 0.7 < repeats["md.token.bio"]["figures"][0]["value"] < 1
    assert repeats["md.token.bio"]["n_pairings"] == len(Store(done).answers(batches=["retest"])) == 15
    assert value["worst_guidelines"][0]["n"] >= value["worst_guidelines"][1]["n"]
    assert sum(map(sum, value["type_confusion"]["spans"])) == measures["type.union"]["n"]
    assert run(capsys, "agree", done, "--draws", 0, "--gate", "md.token.bio=0.5", "--definition", "el.nil")[0] == 0
    code, out, _ = run(capsys, "agree", done, "--draws", 50, "--people", "--json", "-")
    assert json.loads(out)["measures"] == value["measures"]
    assert value["gates"][0] == {"definition": "md.token.bio", "least": 0.5, "passed": True,
                                 "value": measures["md.token.bio"]["figures"][0]["value"]}  # fmt: skip
    assert "is refused" in run(capsys, "agree", done, "--gate", "md.span.union=0.1")[2]
    assert "is no gate" in run(capsys, "agree", done, "--gate", "high")[2]
    code, out, error = run(capsys, "agree", done, "--draws", 0, "--json", "-", "--gate", "el.matched=0.999")
    [gate] = json.loads(out)["gates"]
    assert (code, gate["definition"], gate["passed"], "FAILED" in error) == (2, "el.matched", False, True)
    code, _, error = run(capsys, "agree", done, "--batch", "pilot")
    assert (code, "no pair has the answers of two people" in error) == (2, True)


def test_the_runner_is_the_same_command(done):
    command = [sys.executable, "runners/agreement_report.py", str(done), "--draws", "0", "--json", "-"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
                            env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    assert json.loads(answer.stdout)["facts"]["annotators"] == 5


def test_adjudicate_goes_out_to_a_table_and_comes_back(capsys, done, tmp_path):
    folder = copy(done, tmp_path / "p")
    assert "open" in run(capsys, "adjudicate", folder)[1]
    for path in (folder / "decisions").iterdir():
        path.unlink()
    code, out, _ = run(capsys, "adjudicate", folder, "--export", tmp_path / "q.tsv")
    assert code == 0
    lines = (tmp_path / "q.tsv").read_text("utf-8-sig").splitlines()
    head = lines[0].split("\t")
    assert f"{len(lines) - 1} disputes were written" in out
    costs = {}
    for line in lines[1:]:
        row = dict(zip(head, line.split("\t"), strict=True))
        costs[row["pair_id"]] = costs.get(row["pair_id"], 0) + int(row["cost"])
    assert list(costs.values()) == sorted(costs.values(), reverse=True)
    filled = [lines[0], *(f"{line[:-2]}1\tannotator_error\t" for line in lines[1:])]
    (tmp_path / "q.tsv").write_text("\n".join(filled), encoding="utf-8")
    code, out, _ = run(capsys, "adjudicate", folder, "--import", tmp_path / "q.tsv")
    assert code == 0
    assert f"{len(lines) - 1} decisions were read" in out
    assert sorted(path.name for path in (folder / "decisions").iterdir()) == ["e01.jsonl", "e02.jsonl"]
    assert run(capsys, "gold", folder)[0] == 0
    one = run(capsys, "adjudicate", folder, "--export", tmp_path / "e.tsv", "--expert", "e01")
    assert "0 disputes were written" in one[1]
    assert "is nobody's adjudicator" in run(capsys, "adjudicate", folder, "--export", "x", "--expert", "e09")[2]


def test_gold_waits_for_decisions_unless_told(capsys, done, tmp_path):
    folder = copy(done, tmp_path / "p")
    (folder / "decisions/e01.jsonl").unlink()
    code, _, error = run(capsys, "gold", folder, "--out", tmp_path / "set")
    assert code == 2
    assert "are not decided: annotation adjudicate them" in error
    code, _, _ = run(capsys, "gold", folder, "--incomplete", "--out", tmp_path / "set")
    assert code == 0
    assert len(read_rows(tmp_path / "set")[0]) < 150


def test_split_verify_and_stats_follow_gold(capsys, done, tmp_path):
    data_set = copy(done.parent / "set", tmp_path / "set")
    assert run(capsys, "split", data_set, "--seed", 3, "--out", data_set)[0] == 0
    assert {row.split for row in read_rows(data_set)[0]} == {"train", "valid", "test"}
    code, out, _ = run(capsys, "split", "verify", data_set)
    assert (code, "No leaks." in out) == (0, True)
    code, out, _ = run(capsys, "split", data_set, "--preset", "paper", "--out", tmp_path / "paper")
    assert code == 0
    sizes = [len([row for row in read_rows(tmp_path / "paper")[0] if row.split == name]) for name in ("train", "test")]
    assert sizes == [120, 15]
    code, out, _ = run(capsys, "split", "verify", tmp_path / "paper", "--permutations", 0)
    assert (code, "Leaks" in out, "article" in out) == (1, True, True)
    code, out, _ = run(capsys, "split", "verify", tmp_path / "paper", "--lock", data_set / "splits.lock.json", "--json")
    assert (code, json.loads(out)["leaks"]) == (0, [])
    code, out, _ = run(capsys, "split", data_set, "--keep", data_set / "splits.lock.json", "--lock", tmp_path / "new")
    assert json.loads((tmp_path / "new").read_text())["splits"] == json.loads(
        (data_set / "splits.lock.json").read_text()
    )["splits"]  # fmt: skip
    code, out, _ = run(capsys, "gold", done, "--splits", data_set / "splits.lock.json", "--out", tmp_path / "again")
    assert {row.pair_id: row.split for row in read_rows(tmp_path / "again")[0]} == {
        row.pair_id: row.split for row in read_rows(data_set)[0]
    }
    code, out, _ = run(capsys, "stats", data_set)
    assert code == 0
    assert "Table 3: splits" in out
    assert "Table 7: visual clues" in out
    code, out, _ = run(capsys, "stats", data_set, "--json")
    assert json.loads(out)["table_3"][-1]["n_pairs"] == 150


def test_check_finds_and_mends(capsys, done, tmp_path):
    from dataclasses import replace

    from annotation.events import Draft

    folder = copy(done, tmp_path / "p")
    assert run(capsys, "check", "--list")[0] == 0
    code, _, _ = run(capsys, "check", folder, "--only", "S002", "T002", "E006")
    assert code == 0
    log = Store(folder).log("a01")
    answer = next(one for one in log.answers() if one.annotations)
    now = log.current(answer.pair_id, answer.batch)
    wrong = (replace(answer.annotations[0], type="PER"), *answer.annotations[1:])
    log.save(Draft(answer.pair_id, wrong, answer.batch, now.version))
    code, out, _ = run(capsys, "check", folder, "--only", "T002", "--annotator", "a01")
    assert code == 1
    assert f"annotations/mentions/a01.jsonl:{answer.pair_id}:1 T002 [*]" in out
    code, out, _ = run(capsys, "check", folder, "--fix", "--only", "T002", "T001", "--json")
    assert code == 0
    assert json.loads(out)["findings"] == []
    log.refresh()
    mended = log.current(answer.pair_id, answer.batch)
    assert mended.draft.annotations[0].type == "Person"
    assert (mended.draft.origin, mended.version) == ("check --fix", now.version + 2)
    assert log.undo(answer.pair_id, answer.batch, mended.version).draft.annotations == wrong
    assert run(capsys, "check", folder, "--what", "gold", "--only", "S001", "S002", "S010")[0] == 0
    assert "--fix mends annotations only" in run(capsys, "check", folder, "--what", "gold", "--fix")[2]
    assert "is no check" in run(capsys, "check", folder, "--only", "X001")[2]


@pytest.mark.parametrize("name", ["native", "passages", "mentions", "elevant"])
def test_what_is_exported_comes_back(capsys, done, tmp_path, name):
    folder = copy(done, tmp_path / "p")
    code, _, error = run(capsys, "export", folder, name, "--what", "a01", "--out", tmp_path / "x")
    assert code == 0
    assert ("cannot hold" in error) == (name != "native")
    code, _, _ = run(capsys, "import", folder, name, tmp_path / "x", "--annotator", "b01")
    assert code == 0
    store = Store(folder)
    before = {one.pair_id: one for one in store.log("a01").answers() if one.batch == MAIN}
    after = {one.pair_id: one for one in store.log("b01").answers()}
    if name == "mentions":
        before = {key: one for key, one in before.items() if one.annotations}
    assert set(after) == set(before)
    for key, one in after.items():
        want = before[key].annotations
        assert [(span.span, span.surface) for span in one.annotations] == [(span.span, span.surface) for span in want]
        entities = [span.entity if name != "elevant" or span.is_nil else None for span in want]
        assert [span.entity for span in one.annotations] == entities
        if name == "native":
            assert one.annotations == want
        assert [span.type for span in one.annotations] == [span.type for span in want]
    code, out, _ = run(capsys, "import", folder, name, tmp_path / "x", "--annotator", "b01")
    assert figure(out, "new or changed") == "0"


@pytest.mark.parametrize("name", ["kgmel", "melbench"])
def test_formats_without_places_find_them_again(capsys, done, tmp_path, name):
    assert run(capsys, "export", done, name, "--out", tmp_path / "x")[0] == 0
    code, out, _ = run(capsys, "import", done, name, tmp_path / "x", "--annotator", "b01", "--dry-run")
    assert code == 0
    assert figure(out, "captions found in the project") == "150"
    assert "b01" not in Store(done).annotators()


def test_files_of_others_are_not_taken_for_ours(capsys, done, tmp_path):
    (tmp_path / "x.json").write_text('[["another caption here", "", "", []]]')
    code, _, error = run(capsys, "import", done, "passages", tmp_path / "x.json", "--annotator", "b01")
    assert (code, "holds none of the project's captions" in error) == (1, True)
    pair = next(iter(open_project(done).pairs.values()))
    (tmp_path / "y").write_text(json.dumps({"pair_id": pair.pair_id, "caption": f"A {pair.caption}", "mentions": []}))
    assert "holds none" in run(capsys, "import", done, "native", tmp_path / "y", "--annotator", "b01")[2]
    assert "holds no annotations of a99" in run(capsys, "export", done, "native", "--what", "a99", "--out", "x")[2]


def test_forget_leaves_nothing_of_a_person(capsys, done, tmp_path):
    folder = copy(done, tmp_path / "p")
    code, out, error = run(capsys, "forget", folder, "a03")
    assert (code, "nothing was removed" in error) == (0, True)
    assert "annotations/mentions/a03.jsonl" in out
    assert (folder / "annotations/mentions/a03.jsonl").exists()
    code, _, error = run(capsys, "forget", folder, "a03", "--yes")
    assert (code, "run annotation gold again" in error) == (0, True)
    for path in folder.rglob("*"):
        assert "a03" not in path.name
        if path.is_file():
            assert '"a03"' not in path.read_text(), path
    assert run(capsys, "agree", folder, "--draws", 0)[0] == 0
    assert "holds nothing of a03" in run(capsys, "forget", folder, "a03")[2]
    assert run(capsys, "forget", folder, "e01", "--yes")[0] == 0
    assert not (folder / "decisions/e01.jsonl").exists()
    assert run(capsys, "assign", folder, "--add", 1)[0] == 0
    after = read_assignment(folder)
    assert after.annotators[-1] == "a06"
    assert all(len(people) == 2 for people in after.seats.values())


def test_a_command_that_finds_another_at_work_says_so(capsys, done):
    from annotation.locking import project_lock

    with project_lock(done):
        code, _, error = run(capsys, "gold", done)
    assert (code, "is being changed by another command" in error) == (1, True)


def test_a_split_that_cannot_have_its_sizes_says_why(capsys, tmp_path):
    for name, articles in (("tied", [1] * 18 + [2, 3]), ("free", range(20))):
        pairs = [corpus_pair(number, f"caption {number} of {at}", article=at) for number, at in enumerate(articles)]
        rows = [pair_row(one, "all") for one in read_source(write_corpus(tmp_path / name, pairs)).pairs]
        write_rows(tmp_path / f"{name}-set", rows, [], {})
        code, _, error = run(capsys, "split", tmp_path / f"{name}-set", "--ratio", "2:1:1")
        assert code == 0
        assert error == (
            "note: sizes are not what was asked: 18 pairs hang together and cannot be parted\n"
            if name == "tied"
            else ""
        )
