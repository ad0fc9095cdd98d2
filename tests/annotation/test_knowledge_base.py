"""What a knowledge base changes: redirects in comparisons, ids and ambiguity in the data set."""

import pytest

from annotation.__main__ import main
from annotation.campaign import read_campaign
from annotation.events import Draft
from annotation.gold_dataset import read_rows
from annotation.pairs import ProjectPair
from annotation.records import NIL
from annotation.store import Store
from pipeline.console.main import run_command
from pipeline.records.errors import ArtifactError
from tests.support.projects import small_project, span
from tests.support.stores import SmallKB

CAPTION = "Hillary meets Nobody"


@pytest.fixture
def kb(tmp_path):
    small = SmallKB(
        mentions={"Hillary": {1: (9, 0, 0, 0, 0), 2: (1, 0, 0, 0, 0)}},
        entities={1: ("Hillary Clinton", 9), 2: ("Edmund Hillary", 1)},
        redirects={"Hillary Rodham Clinton": 1},
    )
    small.store(tmp_path / "kb")
    return tmp_path / "kb"


@pytest.fixture
def project(tmp_path):
    project = small_project(tmp_path / "p", [ProjectPair("p1", CAPTION)])
    nobody = span(CAPTION, "Nobody", entity=NIL)
    for name, title in (("a01", "Hillary Clinton"), ("a02", "Hillary Rodham Clinton")):
        Store(project.folder).log(name).save(Draft("p1", (span(CAPTION, "Hillary", entity=title), nobody)))
    return project


def test_redirects_are_the_same_entity_only_with_a_knowledge_base(project, kb):
    assert len(read_campaign(project.folder).undecided) == 1
    campaign = read_campaign(project.folder, kb)
    assert campaign.undecided == []
    assert campaign.rules.redirects == {"Hillary Rodham Clinton": "Hillary Clinton"}
    assert campaign.rules.redirects_name.startswith("kb")
    with pytest.raises(ArtifactError):
        read_campaign(project.folder, project.folder)


def test_gold_gets_ids_and_ambiguity(project, kb, tmp_path):
    command = ["gold", str(project.folder), "--kb", str(kb), "--out", str(tmp_path / "set")]
    assert run_command(main, command) == 0
    told = {
        row.surface: (row.entity_id, row.entity, row.is_nil, row.ambiguity) for row in read_rows(tmp_path / "set")[1]
    }
    assert told == {"Hillary": (1, "Hillary Clinton", False, 2), "Nobody": (None, None, True, 0)}


def test_agree_and_check_look_into_it(project, kb, capsys):
    for flags, value in (([], "50.00 %"), (["--kb", str(kb)], "100.00 %")):
        run_command(main, ["agree", str(project.folder), "--draws", "0", "--definition", "el.matched", *flags])
        assert value in capsys.readouterr().out
    assert run_command(main, ["check", str(project.folder), "--kb", str(kb), "--only", "E005"]) == 1
    assert "a02.jsonl:p1:1 E005 [*]" in capsys.readouterr().out
    assert run_command(main, ["check", str(project.folder), "--kb", str(kb), "--only", "E005", "--fix"]) == 0
    assert read_campaign(project.folder).undecided == []
