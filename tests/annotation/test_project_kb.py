"""One knowledge base a project: noted at first use, held to afterwards."""

import json
import shutil

import pytest

from annotation.__main__ import main
from annotation.events import Draft
from annotation.pairs import ProjectPair
from annotation.project_kb import KB, project_kb
from annotation.store import Store
from pipeline.console.main import run_command
from pipeline.records.errors import ArtifactError, UsageError
from tests.support.projects import small_project, span
from tests.support.stores import SmallKB

CAPTION = "Hillary speaks in Rome"


def small(folder, **redirects):
    SmallKB({"Hillary": {1: (9, 0, 0, 0, 0)}}, {1: ("Hillary Clinton", 9)}, redirects).store(folder)
    return folder


@pytest.fixture
def kb(tmp_path):
    return small(tmp_path / "kb", **{"Hillary Rodham Clinton": 1})


@pytest.fixture
def folder(tmp_path):
    project = small_project(tmp_path / "p", [ProjectPair("p1", CAPTION)])
    for name, title in (("a01", "Hillary Clinton"), ("a02", "Hillary Rodham Clinton")):
        Store(project.folder).log(name).save(Draft("p1", (span(CAPTION, "Hillary", entity=title),)))
    return project.folder


def run(capsys, *words):
    code = run_command(main, [str(word) for word in words])
    out, error = capsys.readouterr()
    assert "Traceback" not in error
    return code, out, error


def test_the_first_one_is_noted_and_then_used_without_being_named(capsys, folder, kb):
    assert "1 disputes in 1 pairs are not decided" in run(capsys, "gold", folder)[2]
    assert not (folder / KB).exists()
    assert run(capsys, "adjudicate", folder, "--kb", kb)[0] == 0
    assert json.loads((folder / KB).read_text())["path"] == str(kb)
    assert run(capsys, "gold", folder)[0] == 0, "behind redirects both agree"


def test_commands_that_only_look_note_nothing_down_but_are_held_to_it(capsys, folder, kb, tmp_path):
    other = small(tmp_path / "other")
    for command in (("agree", "--draws", 0), ("check", "--only", "E005"), ("report", "--draws", 0)):
        run(capsys, command[0], folder, *command[1:], "--kb", other)
        assert not (folder / KB).exists()
    project_kb(folder, kb)
    for command in (("agree", "--draws", 0), ("check",), ("report", "--draws", 0), ("adjudicate",), ("gold",)):
        code, _, error = run(capsys, command[0], folder, *command[1:], "--kb", other)
        assert (code, f"{other} is not the knowledge base that {folder} was worked on with" in error) == (2, True)
    told = run(capsys, "agree", folder, "--draws", 0, "--definition", "el.matched")[1]
    assert "100.00 %" in told, "the noted one is used"
    assert run(capsys, "agree", folder, "--draws", 0, "--kb", other, "--replace-kb")[0] == 0
    assert json.loads((folder / KB).read_text())["path"] == str(kb)


def test_replacing_and_moving(folder, kb, tmp_path):
    assert project_kb(folder, None) is None
    assert project_kb(folder, kb) == kb
    moved = tmp_path / "moved"
    shutil.move(kb, moved)
    with pytest.raises(UsageError, match="which is not there; say --kb with its folder"):
        project_kb(folder, None)
    assert project_kb(folder, moved) == moved, "the same store elsewhere"
    assert project_kb(folder, None) == moved
    other = small(tmp_path / "other")
    with pytest.raises(UsageError, match="--replace-kb takes it all the same"):
        project_kb(folder, other)
    assert project_kb(folder, other, replace=True) == other
    assert project_kb(folder, None) == other
    assert project_kb(folder, None, replace=True) is None
    assert project_kb(folder, None) is None
    assert not (folder / KB).exists()


def test_what_is_no_knowledge_base_and_damage(folder, kb, tmp_path):
    with pytest.raises(ArtifactError, match="holds no finished store"):
        project_kb(folder, tmp_path)
    assert project_kb(folder, kb / "store") == kb / "store", "a store alone will do"
    (folder / KB).write_text("{", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"kb.json is damaged"):
        project_kb(folder, kb)
    (folder / KB).write_text('{"version": 9}', encoding="utf-8")
    with pytest.raises(ArtifactError, match="of version 9"):
        project_kb(folder, kb)
