"""Stages `count` and `resolve`: from links as written to counts per entity."""

from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.beamx.engine import run_pipeline
from pipeline.beamx.sink import ShardWriter, shard_name
from pipeline.beamx.spill import sweep
from pipeline.jobs.kb_context import KbContext, add_tallies, reckoning
from pipeline.jobs.stages import Stage
from pipeline.kb.evidence import hatnote_evidence, item_evidence, redirect_evidence, title_evidence
from pipeline.kb.naming import Naming
from pipeline.records import schemas
from pipeline.records.manifest import is_finished, open_artifact
from pipeline.records.names import DropReason
from pipeline.records.schemas import Schema
from pipeline.transforms.count import PARTITIONS, CountLinks
from pipeline.transforms.resolve import EntityUnit, MakeEntities, ReadTables, ResolveCounts

_NAMED = (
    schemas.TITLES,
    schemas.REDIRECTS,
    schemas.DISAMBIGUATION,
    schemas.HATNOTES,
    schemas.TARGETS,
    schemas.EVIDENCE,
)
_COUNTED = (schemas.COUNTS, schemas.ENTITY_INLINKS, schemas.RED_ENTITIES)
_ROWS_A_SHARD = 1 << 20
_FROM_TITLES = 10_000
"""Shard number from which on red titles met in redirects, items and hatnotes are written."""


def count_stage(context: KbContext) -> Stage:
    """Add links up per surface and title as written."""
    made = (schemas.TARGET_COUNTS, schemas.INLINK_COUNTS)

    def run(work: Path) -> dict[str, Any]:
        links = context.open(schemas.LINKS)

        def build(pipeline: beam.Pipeline) -> None:
            paths = pipeline | "Links" >> beam.Create([str(path) for path in links.paths], reshuffle=False)
            _ = paths | "Count" >> CountLinks(str(work), mode=context.engine.shuffle, staging=context.shuffle_folder)

        sweep(context.shuffle_folder)
        watch = context.watch("count", work, schemas.TARGET_COUNTS, range(PARTITIONS))
        run_pipeline("count", build, context.engine, watch=watch)
        sweep(context.shuffle_folder)
        rows = {schema.name: context.finish(work, schema, "count") for schema in made}
        n_in = sum(pc.sum(table["n"]).as_py() or 0 for table in links.tables(["n"]))
        n_out = _sum(work / schemas.TARGET_COUNTS.name, schemas.TARGET_COUNTS, "n_links")
        return {**reckoning(n_in, n_out, add_tallies(work / "_tally")), "rows": rows}

    return Stage("count", context.plan.ids["count"], tuple(map(context.artifact, made)), run)


def resolve_stage(context: KbContext) -> Stage:
    """Send titles, items, hatnotes and counts through redirects; write entities."""
    made = (*_NAMED, *_COUNTED, schemas.ENTITIES)

    def run(work: Path) -> dict[str, Any]:
        duplicates = _name_titles(context, work)
        _resolve_counts(context, work)
        _make_entities(context, work)
        rows = {schema.name: _rows(work, schema) for schema in made}
        n_in = sum(pc.sum(t["n_links"]).as_py() or 0 for t in context.open(schemas.TARGET_COUNTS).tables(["n_links"]))
        n_out = _sum(work / schemas.COUNTS.name, schemas.COUNTS, "n_links")
        figures = reckoning(n_in, n_out, add_tallies(work / "_tally"))
        return {**figures, "rows": rows, str(DropReason.DUPLICATE_TITLE): duplicates}

    return Stage("resolve", context.plan.ids["resolve"], tuple(map(context.artifact, made)), run)


def _name_titles(context: KbContext, work: Path) -> int:
    """Write everything that titles alone decide; the number of pages whose title another page has."""
    pages = context.read_all(schemas.PAGES, ("page_id", "title", "kind"))
    redirects = context.read_all(schemas.RAW_REDIRECTS)
    naming = Naming(pages, redirects, keep_red_links=context.plan.options.keep_red_links)
    if all(is_finished(work / schema.name) for schema in _NAMED):
        return naming.n_duplicates
    tables = {
        schemas.TITLES: naming.titles(),
        schemas.REDIRECTS: naming.redirects(),
        schemas.DISAMBIGUATION: naming.items(context.read_all(schemas.RAW_DISAMBIGUATION)),
        schemas.HATNOTES: naming.hatnotes(context.read_all(schemas.RAW_HATNOTES)),
    }
    for schema, table in tables.items():
        context.write_spans(table, schema, work / schema.name)
    evidence = [
        title_evidence(tables[schemas.TITLES]),
        redirect_evidence(tables[schemas.REDIRECTS], naming),
        item_evidence(tables[schemas.DISAMBIGUATION], naming),
        hatnote_evidence(tables[schemas.HATNOTES], naming),
    ]
    _write_slices(pa.concat_tables(evidence), schemas.EVIDENCE, work)
    _write_slices(naming.targets(), schemas.TARGETS, work)
    _write_red(naming, tables, work)
    for schema in _NAMED:
        context.finish(work, schema, "resolve")
    return naming.n_duplicates


def _write_slices(table: pa.Table, schema: Schema, work: Path) -> None:
    """Write a table that is only read whole, in shards of bounded size."""
    writer = ShardWriter(str(work / schema.name), schema)
    for number, start in enumerate(range(0, table.num_rows, _ROWS_A_SHARD)):
        writer.write(number, table.slice(start, _ROWS_A_SHARD))


def _write_red(naming: Naming, tables: dict[Schema, pa.Table], work: Path) -> None:
    """Write the red entities that redirects, items and hatnotes name."""
    ends = (schemas.REDIRECTS, schemas.DISAMBIGUATION, schemas.HATNOTES)
    titles = pa.concat_tables([tables[schema].select(["resolved"]) for schema in ends])["resolved"].drop_null()
    entity_id = naming.resolve(titles).entity_id
    is_red = pc.fill_null(pc.less(entity_id, 0), False)
    red = pa.table({"entity_id": entity_id.filter(is_red), "title": titles.filter(is_red)})
    red = red.group_by(["entity_id", "title"], use_threads=False).aggregate([])
    ShardWriter(str(work / schemas.RED_ENTITIES.name), schemas.RED_ENTITIES).write(_FROM_TITLES, red)


def _resolve_counts(context: KbContext, work: Path) -> None:
    if all(is_finished(work / schema.name) for schema in _COUNTED):
        return
    inputs = {
        "counts": context.open(schemas.TARGET_COUNTS).paths,
        "inlinks": context.open(schemas.INLINK_COUNTS).paths,
        "targets": sorted((work / schemas.TARGETS.name).glob("part-*.parquet")),
    }

    def build(pipeline: beam.Pipeline) -> None:
        tables = {tag: pipeline | f"Read {tag}" >> ReadTables(paths) for tag, paths in inputs.items()}
        _ = tables | "Resolve" >> ResolveCounts(
            str(work),
            span_bits=context.span_bits,
            keep_red_links=context.plan.options.keep_red_links,
            mode=context.engine.shuffle,
            staging=context.shuffle_folder,
        )

    sweep(context.shuffle_folder)
    watch = context.watch("resolve", work, schemas.COUNTS, range(PARTITIONS))
    run_pipeline("resolve", build, context.engine, watch=watch)
    sweep(context.shuffle_folder)
    for schema in _COUNTED:
        context.finish(work, schema, "resolve")


def _make_entities(context: KbContext, work: Path) -> None:
    if is_finished(work / schemas.ENTITIES.name):
        return
    units = []
    for path in context.open(schemas.ARTICLES).paths:
        number = int(path.stem.removeprefix("part-"))
        inlinks = work / schemas.ENTITY_INLINKS.name / shard_name(number)
        units.append(EntityUnit(number, str(path), str(inlinks) if inlinks.is_file() else None))

    def build(pipeline: beam.Pipeline) -> None:
        spans = pipeline | "Spans" >> beam.Create(units, reshuffle=False)
        _ = spans | "Entities" >> MakeEntities(str(work / schemas.ENTITIES.name))

    if units:
        watch = context.watch("entities", work, schemas.ENTITIES, [unit.number for unit in units])
        run_pipeline("entities", build, context.engine, watch=watch)
    context.finish(work, schemas.ENTITIES, "resolve")


def _rows(work: Path, schema: Schema) -> int:
    return open_artifact(work / schema.name, schema).rows


def _sum(folder: Path, schema: Schema, column: str) -> int:
    return sum(pc.sum(table[column]).as_py() or 0 for table in open_artifact(folder, schema).tables([column]))
