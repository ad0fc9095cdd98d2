"""Stages `priors` and `store`: P(e|m), and its form for look-ups."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.beamx.engine import run_pipeline
from pipeline.beamx.spill import sweep
from pipeline.jobs.context import add_tallies, reckoning
from pipeline.jobs.kb_context import KbContext
from pipeline.jobs.stages import Stage
from pipeline.kb.store import MentionStore
from pipeline.kb.store_build import build_store
from pipeline.records import schemas
from pipeline.records.errors import ArtifactError, MelError
from pipeline.records.manifest import is_finished, open_artifact
from pipeline.records.names import DropReason, PageKind
from pipeline.transforms.count import PARTITIONS
from pipeline.transforms.priors import TALLY, GatherEvidence, PriorUnit, WeighPriors, write_names
from pipeline.transforms.resolve import ReadTables

_NAMES = "entity_names.arrow"
STORE = "store"


def priors_stage(context: KbContext) -> Stage:
    """Weigh all evidence of a surface into P(e|m)."""
    made = (schemas.SURFACE_EVIDENCE, schemas.MENTIONS)

    def run(work: Path) -> dict[str, Any]:
        _gather_evidence(context, work)
        names = work / _NAMES
        if not names.is_file():
            _write_names(context, names)
        _weigh(context, work, names)
        names.unlink()
        mentions = open_artifact(work / schemas.MENTIONS.name, schemas.MENTIONS)
        tally = add_tallies(work / TALLY)
        n_in = tally.get("pairs", 0)
        return {
            **reckoning(n_in, mentions.rows, {str(DropReason.NO_WEIGHT): tally.get("no_weight", 0)}),
            "rows": {schema.name: open_artifact(work / schema.name, schema).rows for schema in made},
            "surfaces": tally.get("surfaces", 0),
            "red_entities": pc.count_distinct(
                context.read_all(schemas.RED_ENTITIES, ("entity_id",))["entity_id"]
            ).as_py(),
        }

    return Stage("priors", context.plan.ids["priors"], tuple(map(context.artifact, made)), run)


def store_stage(context: KbContext) -> Stage:
    """Compile mentions/ and titles/ for look-ups."""
    stage_id = context.plan.ids["store"]

    def run(work: Path) -> dict[str, Any]:
        weights = {f"w_{name}": weight for name, weight in asdict(context.plan.options.weights).items()}
        about = {"stage_id": stage_id, "wiki": context.plan.siteinfo.wiki, "lang": context.plan.siteinfo.lang}
        return dict(build_store(context.workspace.out, work / STORE, options={**weights, **about}))

    def is_whole() -> bool:
        try:
            MentionStore.open(context.workspace.out / STORE)
        except ArtifactError:
            return False
        return True

    return Stage("store", stage_id, (), run, folders=(STORE,), is_done=is_whole)


def _gather_evidence(context: KbContext, work: Path) -> None:
    folder = work / schemas.SURFACE_EVIDENCE.name
    if is_finished(folder):
        return
    paths = context.open(schemas.EVIDENCE).paths

    def build(pipeline: beam.Pipeline) -> None:
        evidence = pipeline | "Read evidence" >> ReadTables(paths)
        _ = evidence | "Gather" >> GatherEvidence(
            str(folder), context.plan.options.prior, mode=context.engine.shuffle, staging=context.shuffle_folder
        )

    sweep(context.shuffle_folder)
    watch = context.watch("evidence", work, schemas.SURFACE_EVIDENCE, range(PARTITIONS))
    run_pipeline("evidence", build, context.engine, watch=watch)
    sweep(context.shuffle_folder)
    context.finish(work, schemas.SURFACE_EVIDENCE, "priors")


def _weigh(context: KbContext, work: Path, names: Path) -> None:
    folder = work / schemas.MENTIONS.name
    if is_finished(folder):
        return
    counts = {path.stem: str(path) for path in context.open(schemas.COUNTS).paths}
    evidence = {path.stem: str(path) for path in (work / schemas.SURFACE_EVIDENCE.name).glob("part-*.parquet")}
    parts = [f"part-{number:05d}" for number in range(PARTITIONS)]
    units = [PriorUnit(number, counts.get(part), evidence.get(part)) for number, part in enumerate(parts)]

    def build(pipeline: beam.Pipeline) -> None:
        partitions = pipeline | "Partitions" >> beam.Create(units, reshuffle=False)
        _ = partitions | "Weigh" >> WeighPriors(str(folder), str(names), context.plan.options.prior)

    watch = context.watch("priors", work, schemas.MENTIONS, range(PARTITIONS))
    run_pipeline("priors", build, context.engine, watch=watch)
    context.finish(work, schemas.MENTIONS, "priors", range(PARTITIONS))


def _write_names(context: KbContext, path: Path) -> None:
    """Write ids and titles of all entities, red ones too.

    Raises:
        MelError: two red titles share an id.
    """
    titles = context.read_all(schemas.TITLES, ("title_key", "page_id", "kind"))
    articles = titles.filter(pc.equal(titles["kind"], PageKind.ARTICLE.value))
    red = context.read_all(schemas.RED_ENTITIES)
    red = red.group_by(["entity_id", "title"], use_threads=False).aggregate([])
    ids = np.concatenate([red["entity_id"].to_numpy(), articles["page_id"].to_numpy()])
    names = pa.concat_arrays([red["title"].combine_chunks(), articles["title_key"].combine_chunks()])
    order = np.argsort(ids, kind="stable")
    ids, names = ids[order], names.take(pa.array(order))
    twice = np.flatnonzero(ids[1:] == ids[:-1])
    if len(twice):
        pair = names.slice(int(twice[0]), 2).to_pylist()
        raise MelError(f"the red links {pair[0]!r} and {pair[1]!r} have one id; run without --keep-red-links")
    temporary = path.with_suffix(".part")
    write_names(temporary, ids, names)
    temporary.rename(path)
