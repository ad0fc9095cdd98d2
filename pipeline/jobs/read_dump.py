"""Stages `extract` and `compact` of any job: from a dump to shards."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam

from pipeline.beamx.deadletters import check_error_rate
from pipeline.beamx.engine import run_pipeline
from pipeline.beamx.progress import Watch
from pipeline.beamx.sink import ShardWriter, finished_partitions
from pipeline.beamx.units import UnitLog
from pipeline.jobs.context import JobContext, reckoning
from pipeline.jobs.stages import Stage, is_done
from pipeline.records import schemas
from pipeline.records.digest import options_digest
from pipeline.records.errors import MelError
from pipeline.records.manifest import read_shard, write_json
from pipeline.records.schemas import Schema
from pipeline.records.shards import Shard, concat, is_intact
from pipeline.transforms.compact import CompactSpans
from pipeline.transforms.compact_span import CompactUnit, plan_compaction, span_bits
from pipeline.transforms.extract import ExtractRanges
from pipeline.transforms.read_range import ExtractUnit, RangeReader

_UNITS = "_units"
_PLAN = "_plan.json"


@dataclass(frozen=True, slots=True)
class DumpReading:
    """How one job reads a dump.

    Attributes:
        units: the ranges to read.
        reader: makes ready what readers need in the working folder, and says how a worker makes one (a pickle).
        schemas: artifacts that readers stage; the first column of each is the page's id.
        sums: further counts of the completion records, added up in the figures.
        tallies: further counts by name in the records, added up by name.
    """

    units: Callable[[], list[ExtractUnit]]
    reader: Callable[[Path], Callable[[], RangeReader]]
    schemas: tuple[Schema, ...]
    max_error_rate: float
    sums: tuple[str, ...] = ()
    tallies: tuple[str, ...] = ("outcomes",)


def reading_stages(context: JobContext, reading: DumpReading) -> tuple[Stage, Stage]:
    """`extract`, which reads every range, and `compact`, which merges what that left."""
    compact = _compact_stage(context, reading)
    return _extract_stage(context, reading, compact), compact


def forget_ranges(context: JobContext) -> None:
    """Remove the shards of ranges, once `compact` has merged them."""
    for folder in context.workspace.staging.glob("extract-*"):
        shutil.rmtree(folder)


def _extract_stage(context: JobContext, reading: DumpReading, compact: Stage) -> Stage:
    """Read every range once; each leaves its own small shards (the unit of resume).

    Done when `compact` is, which merged those shards, or when every range of the plan is there, whole.
    """

    def run(work: Path) -> dict[str, Any]:
        reader = reading.reader(work)
        units = {unit.dump_range.unit: unit for unit in reading.units()}
        _keep_plan(work, list(units.values()))
        log = UnitLog(work / _UNITS)
        finished = _finished_units(log, work)
        left = [unit for name, unit in units.items() if name not in finished]
        weights = {name: unit.dump_range.size_bytes for name, unit in units.items()}
        figures = {"pages": "in", "dead letters": "dead"}
        if left:

            def build(pipeline: beam.Pipeline) -> None:
                created = pipeline | "Ranges" >> beam.Create(left, reshuffle=False)
                _ = created | "Extract" >> ExtractRanges(reader, log.folder)

            watch = Watch("extract", log, weights, figures=figures, rate="bytes")
            run_pipeline("extract", build, context.engine, watch=watch)
        records = _planned_records(work)
        added = _add_units(records, reading)
        _check_errors(added, records, work, reading.max_error_rate)
        return added

    def is_whole() -> bool:
        work = stage.work(context.workspace)
        if is_done(compact, context.workspace):
            return True
        if not (work / _PLAN).is_file():
            return False
        return set(_planned_units(work)) <= _finished_units(UnitLog(work / _UNITS), work)

    stage = Stage("extract", context.ids["extract"], (), run, is_done=is_whole)
    return stage


def _compact_stage(context: JobContext, reading: DumpReading) -> Stage:
    """Merge the shards of ranges by fixed spans of page ids."""
    extracted = (*reading.schemas, schemas.ERRORS)

    def run(work: Path) -> dict[str, Any]:
        source = context.workspace.staging / f"extract-{context.ids['extract'][:16]}"
        shards = [shard for record in _planned_records(source).values() for shard in record["shards"]]
        bits = span_bits(max((shard["max_id"] for shard in shards if "max_id" in shard), default=0))
        units = plan_compaction(shards, source, bits)
        _run_compaction(context, reading, work, units)
        _write_errors(work, source, shards)
        numbers = {schema.name: [unit.number for unit in units.get(schema.name, ())] for schema in extracted}
        rows = {schema.name: context.finish(work, schema, "compact", numbers[schema.name]) for schema in extracted}
        n_staged = sum(shard["rows"] for shard in shards)
        return {**reckoning(n_staged, sum(rows.values()), {}), "span_bits": bits, "rows": rows}

    artifacts = tuple(context.artifact(schema) for schema in extracted)
    return Stage("compact", context.ids["compact"], artifacts, run)


def _keep_plan(work: Path, units: list[ExtractUnit]) -> None:
    """Note the ranges that make up the stage; what an earlier run left of another cut of the dump goes."""
    cut = [[u.dump_range.unit, u.dump_range.start, u.dump_range.end, u.max_pages] for u in units]
    plan = {"digest": options_digest(cut), "units": [unit.dump_range.unit for unit in units]}
    path = work / _PLAN
    if path.is_file() and json.loads(path.read_text(encoding="utf-8"))["digest"] != plan["digest"]:
        shutil.rmtree(work / _UNITS, ignore_errors=True)
    write_json(path, plan)


def _planned_units(work: Path) -> list[str]:
    units: list[str] = json.loads((work / _PLAN).read_text(encoding="utf-8"))["units"]
    return units


def _planned_records(work: Path) -> dict[str, dict[str, Any]]:
    """The completion records of all ranges of the plan.

    Raises:
        MelError: a range left none.
    """
    planned = _planned_units(work)
    records = UnitLog(work / _UNITS).finished()
    missing = [unit for unit in planned if unit not in records]
    if missing:
        raise MelError(
            f"extract: {len(missing):,} of {len(planned):,} ranges left no record, the first is {missing[0]}; "
            f"do all workers see the folder {work}?"
        )
    return {unit: records[unit] for unit in planned}


def _finished_units(log: UnitLog, work: Path) -> set[str]:
    """Units whose record is there and whose shards are intact; the others are forgotten."""
    finished = set()
    for unit, record in log.finished().items():
        if all(is_intact(work / shard["artifact"] / shard["name"], _shard(shard)) for shard in record["shards"]):
            finished.add(unit)
        else:
            log.forget(unit)
    return finished


def _shard(value: dict[str, Any]) -> Shard:
    return Shard(value["name"], value["rows"], value["size_bytes"], value["sha256"])


def _check_errors(
    figures: dict[str, Any], records: dict[str, dict[str, Any]], work: Path, max_error_rate: float
) -> None:
    """Refuse a dump of which too many pages failed; the message has the commonest reason and one example."""
    shards = [shard["name"] for record in records.values() for shard in record["shards"] if _is_of_errors(shard)]
    if not shards:
        return
    folder = work / schemas.ERRORS.name
    letters = concat([read_shard(folder / name) for name in sorted(shards)], schemas.ERRORS).to_pylist()
    reason, n = Counter(letter["reason"] for letter in letters).most_common(1)[0]
    example = next(letter for letter in letters if letter["reason"] == reason)
    story = f"most often {reason} ({n:,}), as on {example['title']!r}: {example['message']}; all are in {folder}"
    check_error_rate(figures["dead"], figures["in"], max_error_rate, story)


def _is_of_errors(shard: Mapping[str, Any]) -> bool:
    return bool(shard["artifact"] == schemas.ERRORS.name)


def _add_units(records: dict[str, dict[str, Any]], reading: DumpReading) -> dict[str, Any]:
    """The reckoning of all units."""
    sums: Counter[str] = Counter()
    tallies: dict[str, Counter[str]] = {name: Counter() for name in ("dropped", *reading.tallies)}
    for record in records.values():
        sums.update({name: record[name] for name in ("in", "out", "dead", *reading.sums)})
        for name, tally in tallies.items():
            tally.update(record[name])
    ordered = {name: dict(sorted(tally.items())) for name, tally in tallies.items()}
    figures = reckoning(sums["in"], sums["out"], ordered.pop("dropped"), sums["dead"])
    return {**figures, "ranges": len(records), **{name: sums[name] for name in reading.sums}, **ordered}


def _run_compaction(
    context: JobContext, reading: DumpReading, work: Path, units: dict[str, tuple[CompactUnit, ...]]
) -> None:
    left: list[tuple[Schema, list[CompactUnit]]] = []
    for schema in reading.schemas:
        done = set(finished_partitions(work / schema.name))
        todo = [unit for unit in units.get(schema.name, ()) if unit.number not in done]
        if todo:
            left.append((schema, todo))

    def build(pipeline: beam.Pipeline) -> None:
        for schema, todo in left:
            spans = pipeline | f"Spans of {schema.name}" >> beam.Create(todo, reshuffle=False)
            _ = spans | f"Compact {schema.name}" >> CompactSpans(schema, str(work / schema.name))

    if left:
        widest = max(reading.schemas, key=lambda schema: len(units.get(schema.name, ())))
        numbers = [unit.number for unit in units.get(widest.name, ())]
        run_pipeline("compact", build, context.engine, watch=context.watch("compact", work, widest, numbers))


def _write_errors(work: Path, source: Path, shards: list[dict[str, Any]]) -> None:
    paths = [source / shard["artifact"] / shard["name"] for shard in shards if _is_of_errors(shard)]
    table = concat([read_shard(path) for path in paths], schemas.ERRORS)
    ShardWriter(str(work / schemas.ERRORS.name), schemas.ERRORS).write(0, table)
