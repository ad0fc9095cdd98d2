"""Group and join Arrow rows by hash partition."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import apache_beam as beam
import pyarrow as pa

from pipeline.beamx.arrow import register_table_coder
from pipeline.beamx.partitions import (
    MAX_BYTES,
    MAX_PARTITIONS,
    MAX_ROWS,
    Combine,
    MergeOne,
    MergeTags,
    Partitioner,
    Plan,
    split,
)
from pipeline.beamx.spill import sweep

Mode = Literal["spill", "inline"]
MODES = ("spill", "inline")

__all__ = ["MODES", "Combine", "HashJoin", "HashShuffle", "Partitioner", "sweep"]


class HashShuffle(beam.PTransform):  # type: ignore[misc]
    """Bring rows with equal keys together: PCollection[pa.Table] to PCollection[tuple[int, pa.Table]].

    One sorted table comes out for each partition that has rows, the same whatever the mode, the engine, the number of
    workers and the order of arrival. All tables must have one schema.

    Args:
        key: columns that decide the partition (their hash) and lead the order of the rows.
        partitions: how many, at most 65,536; a constant of the artifact, not of the machine.
        mode: `spill` writes rows to files under `staging` and groups references to them (one machine, or a shared file
            system): memory is bounded by one partition a worker. `inline` sends the rows through Beam.
        staging: folder for `spill`; see `sweep`.
        combine: associative function that adds rows up, schema kept.
        partitioner: partition of each row, in place of the hash.
    """

    def __init__(
        self,
        key: tuple[str, ...],
        partitions: int,
        *,
        mode: str,
        staging: str,
        combine: Combine | None = None,
        partitioner: Partitioner | None = None,
        max_rows: int = MAX_ROWS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        super().__init__()
        self.mode = _check(key, partitions, mode)
        where = staging if mode == "spill" else None
        self.plan = Plan(tuple(key), partitions, where, combine, partitioner, max_rows, max_bytes)

    def expand(self, tables: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Split, group, merge."""
        register_table_coder()
        return (
            split(tables, "Split", self.plan, 0, self.mode)
            | "Group" >> beam.GroupByKey()
            | "Merge" >> beam.ParDo(MergeOne(self.plan)).with_output_types(tuple[int, pa.Table])
        )


class HashJoin(beam.PTransform):  # type: ignore[misc]
    """Bring rows of several inputs together: {tag: PCollection[pa.Table]} to (partition, {tag: pa.Table}).

    Each table is sorted as by `HashShuffle`. A partition comes out when any input has rows in it; the tables of the
    others are then empty, with the schema of `schemas`.

    Args:
        keys: key columns of each tag; equal in number and type, so that equal values meet.
        schemas: Arrow schema of each tag.
        combine: by tag, where wanted.
        partitioners: by tag, where wanted: then they have to agree between the tags.
    """

    def __init__(
        self,
        keys: Mapping[str, tuple[str, ...]],
        partitions: int,
        *,
        mode: str,
        staging: str,
        schemas: Mapping[str, pa.Schema],
        combine: Mapping[str, Combine] | None = None,
        partitioners: Mapping[str, Partitioner] | None = None,
        max_rows: int = MAX_ROWS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        super().__init__()
        _check_join(keys, schemas)
        where = staging if mode == "spill" else None
        self.schemas = dict(schemas)
        self.plans: dict[str, Plan] = {}
        for tag, key in keys.items():
            self.mode = _check(key, partitions, mode)
            add_up, place = (combine or {}).get(tag), (partitioners or {}).get(tag)
            self.plans[tag] = Plan(tuple(key), partitions, where, add_up, place, max_rows, max_bytes)

    def expand(self, inputs: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Split each input, group all of them at once, merge by tag."""
        if set(inputs) != set(self.plans):
            raise ValueError(f"the join has the inputs {sorted(self.plans)}, but was given {sorted(inputs)}")
        register_table_coder()
        parts = [
            split(inputs[tag], f"Split {tag}", plan, number, self.mode)
            for number, (tag, plan) in enumerate(self.plans.items())
        ]
        merge = beam.ParDo(MergeTags(self.plans, self.schemas)).with_output_types(tuple[int, dict[str, pa.Table]])
        return parts | "Flatten" >> beam.Flatten() | "Group" >> beam.GroupByKey() | "Merge" >> merge


def _check(key: Sequence[str], partitions: int, mode: str) -> Mode:
    if isinstance(key, str) or not key:
        raise ValueError(f"the key is a tuple of column names, got {key!r}")
    if not 1 <= partitions <= MAX_PARTITIONS:
        raise ValueError(f"partitions must lie between 1 and {MAX_PARTITIONS}, got {partitions}")
    if mode == "spill":
        return "spill"
    if mode == "inline":
        return "inline"
    raise ValueError(f"the shuffle mode must be one of {', '.join(MODES)}, got {mode!r}")


def _check_join(keys: Mapping[str, Sequence[str]], schemas: Mapping[str, pa.Schema]) -> None:
    if not keys or set(keys) != set(schemas):
        raise ValueError(f"a join needs keys and a schema for each input: {sorted(keys)} against {sorted(schemas)}")
    types = {tag: [str(schemas[tag].field(name).type) for name in key] for tag, key in keys.items()}
    if len({tuple(value) for value in types.values()}) > 1:
        raise ValueError(f"the key columns of a join must agree in number and type: {types}")
