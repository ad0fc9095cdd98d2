"""Which stages run again: those whose id changed, and all after an unfinished one."""

import pyarrow as pa
import pytest

from pipeline.beamx.sink import ShardWriter, finish_artifact
from pipeline.jobs.stages import Stage, Workspace, run_stages
from pipeline.records import kb, schemas
from pipeline.records.artifacts import Artifact
from pipeline.records.manifest import SUCCESS, open_artifact

INLINKS = Artifact(schemas.INLINK_COUNTS, kb.InlinkCount, "count", ())
RED = Artifact(schemas.RED_ENTITIES, kb.RedEntity, "resolve", (), staging=True)


class Kitchen:
    """Two stages that note when they run."""

    def __init__(self, out):
        self.workspace = Workspace(out)
        self.ran = []
        self.breaks = None

    def stage(self, artifact, stage_id):
        def run(work):
            self.ran.append(artifact.name)
            if self.breaks == artifact.name:
                raise RuntimeError("the oven is cold")
            values = {"n_pages": 1, "n_links": 2, "target": "A", "entity_id": -1, "title": "A"}
            row = {name: [values[name]] for name in artifact.schema.names}
            ShardWriter(str(work / artifact.name), artifact.schema).write(0, pa.table(row))
            return {"rows": finish_artifact(work / artifact.name, artifact.schema, stage_id)}

        return Stage(artifact.name, stage_id, (artifact,), run)

    def cook(self, first="a", second="b"):
        self.ran = []
        return run_stages([self.stage(INLINKS, first), self.stage(RED, second)], self.workspace)


@pytest.fixture
def kitchen(tmp_path):
    return Kitchen(tmp_path / "out")


def test_a_second_run_does_nothing_and_reports_the_same_figures(kitchen):
    first = kitchen.cook()
    second = kitchen.cook()
    assert kitchen.ran == []
    assert [(r.name, r.figures, r.was_done) for r in second] == [(r.name, r.figures, True) for r in first]
    assert open_artifact(kitchen.workspace.place(INLINKS), INLINKS.schema).rows == 1


def test_a_changed_id_runs_its_stage_again(kitchen):
    kitchen.cook()
    kitchen.cook(second="c")
    assert kitchen.ran == ["red_entities"]


def test_a_broken_stage_runs_again_and_the_one_before_it_does_not(kitchen):
    kitchen.breaks = "red_entities"
    with pytest.raises(RuntimeError):
        kitchen.cook()
    kitchen.breaks = None
    kitchen.cook()
    assert kitchen.ran == ["red_entities"]


@pytest.mark.parametrize("damage", ["missing", "shorter", "unfinished"])
def test_a_damaged_artifact_is_made_again(kitchen, damage):
    kitchen.cook()
    folder = kitchen.workspace.place(INLINKS)
    shard = folder / "part-00000.parquet"
    if damage == "missing":
        shard.unlink()
    elif damage == "shorter":
        shard.write_bytes(shard.read_bytes()[:-1])
    else:
        (folder / SUCCESS).unlink()
    kitchen.cook()
    assert kitchen.ran == ["inlink_counts"]


def test_success_of_the_whole_goes_before_a_stage_runs(kitchen):
    kitchen.cook()
    (kitchen.workspace.out / SUCCESS).touch()
    kitchen.cook()
    assert (kitchen.workspace.out / SUCCESS).exists()
    kitchen.cook(second="c")
    assert not (kitchen.workspace.out / SUCCESS).exists()


def test_work_folders_of_other_ids_go(kitchen):
    kitchen.breaks = "red_entities"
    with pytest.raises(RuntimeError):
        kitchen.cook(second="old")
    assert (kitchen.workspace.staging / "red_entities-old").is_dir()
    kitchen.breaks = None
    kitchen.cook(second="new")
    assert not (kitchen.workspace.staging / "red_entities-old").exists()
