"""Stages `extract` and `compact`: from the dump to shards."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import apache_beam as beam

from pipeline.beamx.deadletters import check_error_rate
from pipeline.beamx.engine import run_pipeline
from pipeline.beamx.progress import Watch
from pipeline.beamx.sink import ShardWriter, finished_partitions
from pipeline.beamx.units import UnitLog
from pipeline.dump.page_props import build_page_props
from pipeline.jobs.kb_context import KbContext, reckoning
from pipeline.jobs.kb_plan import plan_units
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
from pipeline.transforms.extract_range import ARTIFACTS, ExtractOptions, ExtractUnit

_UNITS = "_units"
_PLAN = "_plan.json"
_PAGE_PROPS = "page_props.arrow"


def extract_stage(context: KbContext, compact: Stage) -> Stage:
    """Read every range once; each leaves its own small shards (the unit of resume).

    Done when `compact` is, which merged those shards, or when every range of the plan is there, whole.
    """

    def run(work: Path) -> dict[str, Any]:
        options = _extract_options(context, work)
        units = {unit.dump_range.unit: unit for unit in plan_units(context.plan)}
        _keep_plan(work, list(units.values()))
        log = UnitLog(work / _UNITS)
        finished = _finished_units(log, work)
        left = [unit for name, unit in units.items() if name not in finished]
        weights = {name: unit.dump_range.size_bytes for name, unit in units.items()}
        figures = {"pages": "in", "dead letters": "dead"}
        if left:

            def build(pipeline: beam.Pipeline) -> None:
                created = pipeline | "Ranges" >> beam.Create(left, reshuffle=False)
                _ = created | "Extract" >> ExtractRanges(options, log.folder)

            watch = Watch("extract", log, weights, figures=figures, rate="bytes")
            run_pipeline("extract", build, context.engine, watch=watch)
        records = _planned_records(work)
        return _checked_figures(records, work, context.plan.options.max_error_rate)

    def is_whole() -> bool:
        work = stage.work(context.workspace)
        if is_done(compact, context.workspace):
            return True
        if not (work / _PLAN).is_file():
            return False
        return set(_planned_units(work)) <= _finished_units(UnitLog(work / _UNITS), work)

    stage = Stage("extract", context.plan.ids["extract"], (), run, is_done=is_whole)
    return stage


def compact_stage(context: KbContext) -> Stage:
    """Merge the shards of ranges by fixed spans of page ids."""
    extracted = (*ARTIFACTS, schemas.ERRORS)

    def run(work: Path) -> dict[str, Any]:
        source = context.workspace.staging / f"extract-{context.plan.ids['extract'][:16]}"
        shards = [shard for record in _planned_records(source).values() for shard in record["shards"]]
        bits = span_bits(max((shard["max_id"] for shard in shards if "max_id" in shard), default=0))
        units = plan_compaction(shards, source, bits)
        _run_compaction(context, work, units)
        _write_errors(work, source, shards)
        numbers = {schema.name: [unit.number for unit in units.get(schema.name, ())] for schema in extracted}
        rows = {schema.name: context.finish(work, schema, "compact", numbers[schema.name]) for schema in extracted}
        n_staged = sum(shard["rows"] for shard in shards)
        return {**reckoning(n_staged, sum(rows.values()), {}), "span_bits": bits, "rows": rows}

    artifacts = tuple(context.artifact(schema) for schema in extracted)
    return Stage("compact", context.plan.ids["compact"], artifacts, run)


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


def forget_ranges(context: KbContext) -> None:
    """Remove the shards of ranges, once `compact` has merged them."""
    for folder in context.workspace.staging.glob("extract-*"):
        shutil.rmtree(folder)


def _extract_options(context: KbContext, work: Path) -> ExtractOptions:
    plan = context.plan
    page_props = None
    if plan.page_props is not None:
        page_props = work / _PAGE_PROPS
        if not page_props.is_file():
            build_page_props(plan.page_props, page_props)
    return ExtractOptions(
        folder=str(work),
        siteinfo=plan.siteinfo,
        headers=plan.headers,
        page_props=None if page_props is None else str(page_props),
        namespaces=plan.options.namespaces,
        lead=plan.options.lead,
    )


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


def _checked_figures(records: dict[str, dict[str, Any]], work: Path, max_error_rate: float) -> dict[str, Any]:
    figures = _add_units(records)
    _check_errors(figures, records, work, max_error_rate)
    return figures


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


def _is_of_errors(shard: dict[str, Any]) -> bool:
    return bool(shard["artifact"] == schemas.ERRORS.name)


def _add_units(records: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The reckoning of all units."""
    sums: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for record in records.values():
        sums.update({name: record[name] for name in ("in", "out", "dead", "links", "bytes")})
        dropped.update(record["dropped"])
        outcomes.update(record["outcomes"])
    figures = reckoning(sums["in"], sums["out"], dict(sorted(dropped.items())), sums["dead"])
    return {
        **figures,
        "ranges": len(records),
        "links": sums["links"],
        "outcomes": dict(sorted(outcomes.items())),
    }


def _run_compaction(context: KbContext, work: Path, units: dict[str, tuple[CompactUnit, ...]]) -> None:
    left: list[tuple[Schema, list[CompactUnit]]] = []
    for schema in ARTIFACTS:
        done = set(finished_partitions(work / schema.name))
        todo = [unit for unit in units.get(schema.name, ()) if unit.number not in done]
        if todo:
            left.append((schema, todo))

    def build(pipeline: beam.Pipeline) -> None:
        for schema, todo in left:
            spans = pipeline | f"Spans of {schema.name}" >> beam.Create(todo, reshuffle=False)
            _ = spans | f"Compact {schema.name}" >> CompactSpans(schema, str(work / schema.name))

    if left:
        links = [unit.number for unit in units.get(schemas.LINKS.name, ())]
        run_pipeline("compact", build, context.engine, watch=context.watch("compact", work, schemas.LINKS, links))


def _write_errors(work: Path, source: Path, shards: list[dict[str, Any]]) -> None:
    paths = [source / shard["artifact"] / shard["name"] for shard in shards if _is_of_errors(shard)]
    table = concat([read_shard(path) for path in paths], schemas.ERRORS)
    ShardWriter(str(work / schemas.ERRORS.name), schemas.ERRORS).write(0, table)
