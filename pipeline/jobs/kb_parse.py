"""Stages `extract` and `compact`: from the dump to shards."""

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
from pipeline.jobs.stages import Stage
from pipeline.records import schemas
from pipeline.records.manifest import read_shard
from pipeline.records.schemas import Schema
from pipeline.records.shards import Shard, concat, is_intact
from pipeline.transforms.compact import CompactSpans
from pipeline.transforms.compact_span import CompactUnit, plan_compaction, span_bits
from pipeline.transforms.extract import ExtractRanges
from pipeline.transforms.extract_range import ARTIFACTS, ExtractOptions

_UNITS = "_units"
_PAGE_PROPS = "page_props.arrow"


def extract_stage(context: KbContext) -> Stage:
    """Read every range once; each leaves its own small shards (the unit of resume)."""

    def run(work: Path) -> dict[str, Any]:
        options = _extract_options(context, work)
        units = {unit.dump_range.unit: unit for unit in plan_units(context.plan)}
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
        return _add_units(log.finished(), context.plan.options.max_error_rate)

    stage_id = context.plan.ids["extract"]
    stage = Stage("extract", stage_id, (), run, is_done=lambda: stage.work(context.workspace).is_dir() or compacted())

    def compacted() -> bool:
        record = context.workspace.log.record("compact")
        return record is not None and record["id"] == context.plan.ids["compact"]

    return stage


def compact_stage(context: KbContext) -> Stage:
    """Merge the shards of ranges by fixed spans of page ids."""
    extracted = (*ARTIFACTS, schemas.ERRORS)

    def run(work: Path) -> dict[str, Any]:
        source = context.workspace.staging / f"extract-{context.plan.ids['extract'][:16]}"
        shards = [shard for record in UnitLog(source / _UNITS).finished().values() for shard in record["shards"]]
        bits = span_bits(max((shard["max_id"] for shard in shards if "max_id" in shard), default=0))
        units = plan_compaction(shards, source, bits)
        _run_compaction(context, work, units)
        _write_errors(work, source, shards)
        rows = {schema.name: context.finish(work, schema, "compact") for schema in extracted}
        n_staged = sum(shard["rows"] for shard in shards)
        return {**reckoning(n_staged, sum(rows.values()), {}), "span_bits": bits, "rows": rows}

    artifacts = tuple(context.artifact(schema) for schema in extracted)
    return Stage("compact", context.plan.ids["compact"], artifacts, run)


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


def _add_units(records: dict[str, dict[str, Any]], max_error_rate: float) -> dict[str, Any]:
    """The reckoning of all units, refused when too many pages died."""
    sums: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for record in records.values():
        sums.update({name: record[name] for name in ("in", "out", "dead", "links", "bytes")})
        dropped.update(record["dropped"])
        outcomes.update(record["outcomes"])
    check_error_rate(sums["dead"], sums["in"], max_error_rate)
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
    paths = [source / shard["artifact"] / shard["name"] for shard in shards if shard["artifact"] == schemas.ERRORS.name]
    table = concat([read_shard(path) for path in paths], schemas.ERRORS)
    ShardWriter(str(work / schemas.ERRORS.name), schemas.ERRORS).write(0, table)
