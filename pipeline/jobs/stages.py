"""Stages of a job: which are finished, which have to run."""

import logging
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.beamx.units import UnitLog
from pipeline.records.artifacts import Artifact
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import SUCCESS, is_finished, open_artifact, publish

STAGING = ".staging"
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of one output: artifacts where readers find them, staging beside."""

    out: Path

    @property
    def staging(self) -> Path:
        """Everything that readers do not need."""
        return self.out / STAGING

    @property
    def artifacts(self) -> Path:
        """Artifacts that only later stages read."""
        return self.staging / "artifacts"

    @property
    def log(self) -> UnitLog:
        """Completion records of stages."""
        return UnitLog(self.staging / "stages")

    def place(self, artifact: Artifact) -> Path:
        """Where a finished artifact lies."""
        return (self.artifacts if artifact.staging else self.out) / artifact.name


@dataclass(frozen=True, slots=True)
class Stage:
    """One link of the chain.

    Attributes:
        stage_id: digest of the upstream id and of the stage's own options.
        artifacts: what it leaves, each a folder of shards.
        run: writes every artifact into `work/<name>` and returns the stage's figures.
        folders: other folders of the output that it leaves, each with its `_SUCCESS`.
        is_done: further condition for being skipped.
    """

    name: str
    stage_id: str
    artifacts: tuple[Artifact, ...]
    run: Callable[[Path], dict[str, Any]]
    folders: tuple[str, ...] = ()
    is_done: Callable[[], bool] = field(default=lambda: True)

    def work(self, workspace: Workspace) -> Path:
        """Folder in which the stage works until it is finished."""
        return workspace.staging / f"{self.name}-{self.stage_id[:16]}"


@dataclass(frozen=True, slots=True)
class StageReport:
    """How a stage ended: its figures, its wall time, and whether an earlier run had done it."""

    name: str
    figures: dict[str, Any]
    seconds: float
    was_done: bool


def run_stages(
    stages: Sequence[Stage], workspace: Workspace, *, before: Callable[[Stage], None] = lambda _: None
) -> list[StageReport]:
    """Run the stages that are not finished under their id, in order; `before` hears of each that runs."""
    reports = []
    for stage in stages:
        record = workspace.log.record(stage.name)
        if record is not None and is_done(stage, workspace):
            reports.append(StageReport(stage.name, record["figures"], record["seconds"], was_done=True))
            continue
        (workspace.out / SUCCESS).unlink(missing_ok=True)
        before(stage)
        reports.append(_run(stage, workspace))
    return reports


def done_stages(stages: Sequence[Stage], workspace: Workspace) -> tuple[str, ...]:
    """Names of the stages that `run_stages` would skip."""
    return tuple(
        stage.name for stage in stages if workspace.log.record(stage.name) is not None and is_done(stage, workspace)
    )


def _run(stage: Stage, workspace: Workspace) -> StageReport:
    work = stage.work(workspace)
    for old in workspace.staging.glob(f"{stage.name}-*"):
        if old != work:
            shutil.rmtree(old)
    workspace.log.forget(stage.name)
    work.mkdir(parents=True, exist_ok=True)
    _LOGGER.debug("stage %s begins as %s", stage.name, stage.stage_id)
    begun = time.monotonic()
    figures = stage.run(work)
    seconds = round(time.monotonic() - begun, 3)
    for artifact in stage.artifacts:
        publish(work / artifact.name, workspace.place(artifact))
    for folder in stage.folders:
        publish(work / folder, workspace.out / folder)
    workspace.log.finish(stage.name, {"id": stage.stage_id, "figures": figures, "seconds": seconds})
    if stage.artifacts or stage.folders:
        shutil.rmtree(work)
    return StageReport(stage.name, figures, seconds, was_done=False)


def is_done(stage: Stage, workspace: Workspace) -> bool:
    """Whether an earlier run finished the stage under its id and what it left is still there."""
    record = workspace.log.record(stage.name)
    if record is None or record.get("id") != stage.stage_id or not stage.is_done():
        return False
    if not all(is_finished(workspace.out / folder) for folder in stage.folders):
        return False
    return all(_is_written(artifact, stage.stage_id, workspace) for artifact in stage.artifacts)


def _is_written(artifact: Artifact, stage_id: str, workspace: Workspace) -> bool:
    try:
        reader = open_artifact(workspace.place(artifact), artifact.schema)
    except ArtifactError:
        return False
    return reader.stage_id == stage_id and all(
        path.is_file() and path.stat().st_size == shard.size_bytes
        for path, shard in zip(reader.paths, reader.shards, strict=True)
    )
