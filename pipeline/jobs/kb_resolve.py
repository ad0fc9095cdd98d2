"""Stages `count` and `resolve`: from links as written to counts per entity."""

from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow.compute as pc

from pipeline.beamx.engine import run_pipeline
from pipeline.beamx.sink import shard_name
from pipeline.beamx.spill import sweep
from pipeline.jobs.context import add_tallies, reckoning
from pipeline.jobs.kb_context import KbContext
from pipeline.jobs.kb_naming import NAMED, Named, name_titles
from pipeline.jobs.stages import Stage
from pipeline.kb.red_links import RedRule
from pipeline.records import schemas
from pipeline.records.manifest import is_finished, open_artifact
from pipeline.records.names import DropReason
from pipeline.records.schemas import Schema
from pipeline.titles.wiki import Wiki
from pipeline.transforms.count import PARTITIONS, CountLinks
from pipeline.transforms.resolve import EntityUnit, MakeEntities, ReadTables, ResolveCounts

_COUNTED = (schemas.COUNTS, schemas.ENTITY_INLINKS, schemas.RED_ENTITIES)


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
    made = (*NAMED, *_COUNTED, schemas.ENTITIES)

    def run(work: Path) -> dict[str, Any]:
        named = _name_titles(context, work)
        _resolve_counts(context, work)
        _make_entities(context, work, named.duplicates)
        rows = {schema.name: _rows(work, schema) for schema in made}
        n_in = sum(pc.sum(t["n_links"]).as_py() or 0 for t in context.open(schemas.TARGET_COUNTS).tables(["n_links"]))
        n_out = _sum(work / schemas.COUNTS.name, schemas.COUNTS, "n_links")
        figures = reckoning(n_in, n_out, add_tallies(work / "_tally"))
        twice = {str(DropReason.DUPLICATE_TITLE): named.n_articles} if named.n_articles else {}
        entities = reckoning(context.open(schemas.ARTICLES).rows, rows[schemas.ENTITIES.name], twice)
        return {**figures, "rows": rows, "of_rows": {**named.reckonings, schemas.ENTITIES.name: entities}}

    return Stage("resolve", context.plan.ids["resolve"], tuple(map(context.artifact, made)), run)


def _name_titles(context: KbContext, work: Path) -> Named:
    """Write everything that titles alone decide."""
    is_done = all(is_finished(work / schema.name) for schema in NAMED)
    named = name_titles(context.open, work, span_bits=context.span_bits, red=_red_rule(context), is_done=is_done)
    if not is_done:
        for schema in NAMED:
            context.finish(work, schema, "resolve")
    return named


def _red_rule(context: KbContext) -> RedRule:
    templates = Wiki.for_siteinfo(context.plan.siteinfo).templates
    return RedRule(context.plan.options.keep_red_links, templates.disambiguation_suffix)


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
            red=_red_rule(context),
            mode=context.engine.shuffle,
            staging=context.shuffle_folder,
        )

    sweep(context.shuffle_folder)
    watch = context.watch("resolve", work, schemas.COUNTS, range(PARTITIONS))
    run_pipeline("resolve", build, context.engine, watch=watch)
    sweep(context.shuffle_folder)
    for schema in _COUNTED:
        context.finish(work, schema, "resolve")


def _make_entities(context: KbContext, work: Path, without: tuple[int, ...]) -> None:
    if is_finished(work / schemas.ENTITIES.name):
        return
    twice: dict[int, list[int]] = {}
    for page_id in without:
        twice.setdefault(page_id >> context.span_bits, []).append(page_id)
    units = []
    for path in context.open(schemas.ARTICLES).paths:
        number = int(path.stem.removeprefix("part-"))
        inlinks = work / schemas.ENTITY_INLINKS.name / shard_name(number)
        found = str(inlinks) if inlinks.is_file() else None
        units.append(EntityUnit(number, str(path), found, tuple(twice.get(number, ()))))

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
