"""What every stage of a job works with."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.beamx.engine import Engine
from pipeline.beamx.progress import Watch
from pipeline.beamx.sink import UNITS, finish_artifact, finished_partitions
from pipeline.beamx.units import UnitLog
from pipeline.jobs.stages import Workspace
from pipeline.records.artifacts import Artifact
from pipeline.records.errors import MelError
from pipeline.records.manifest import Reader, open_artifact
from pipeline.records.schemas import Schema
from pipeline.records.shards import empty_table


@dataclass(frozen=True, slots=True)
class JobContext:
    """The folders, the engine, the stage ids and the artifacts of one run."""

    workspace: Workspace
    engine: Engine
    ids: Mapping[str, str]
    artifacts: tuple[Artifact, ...]

    @property
    def shuffle_folder(self) -> str:
        """Where shuffles keep their files."""
        return str(self.workspace.staging / "shuffle")

    @property
    def span_bits(self) -> int:
        """Bits of the spans of page ids, as `compact` chose them."""
        return int(self.figures("compact")["span_bits"])

    def figures(self, stage: str) -> dict[str, Any]:
        """What a finished stage counted."""
        record = self.workspace.log.record(stage)
        assert record is not None
        return dict(record["figures"])

    def artifact(self, schema: Schema) -> Artifact:
        """The artifact of a schema."""
        return next(artifact for artifact in self.artifacts if artifact.name == schema.name)

    def open(self, schema: Schema) -> Reader:
        """An artifact that an earlier stage finished."""
        return open_artifact(self.workspace.place(self.artifact(schema)), schema)

    def read_all(self, schema: Schema, columns: Iterable[str] | None = None) -> pa.Table:
        """All rows of such an artifact, or some of their columns."""
        wanted = schema.names if columns is None else list(columns)
        return pa.concat_tables([empty_table(schema).select(wanted), *self.open(schema).tables(wanted)])

    def finish(self, work: Path, schema: Schema, stage: str, numbers: Iterable[int] = ()) -> int:
        """Write the manifest of an artifact of a stage; its number of rows.

        Raises:
            MelError: a shard of `numbers` was not written.
        """
        missing = set(numbers) - set(finished_partitions(work / schema.name))
        if missing:
            raise MelError(
                f"{stage}: {len(missing):,} shards of {schema.name}/ were not written, the first is {min(missing)}; "
                f"do all workers see the folder {work}?"
            )
        return finish_artifact(work / schema.name, schema, self.ids[stage])

    def watch(self, label: str, work: Path, schema: Schema, numbers: Iterable[int]) -> Watch:
        """Progress over the shards of one artifact."""
        weights = {f"part-{number:05d}": 1 for number in numbers}
        return Watch(label, UnitLog(work / schema.name / UNITS), weights, figures={"rows": "rows"}, unit="shards")


def add_tallies(folder: Path) -> dict[str, int]:
    """Dropped rows by reason, added up over the completion records of a folder."""
    total: Counter[str] = Counter()
    for record in UnitLog(folder).finished().values():
        total.update(record)
    return {reason: n for reason, n in sorted(total.items()) if n}


def reckoning(n_in: int, n_out: int, dropped: Mapping[str, int], dead: int = 0) -> dict[str, Any]:
    """Figures of a stage: in = out + dropped + dead."""
    return {"in": n_in, "out": n_out, "dropped": dict(dropped), "dead": dead}
