"""Stages `priors` and `store`: P(e|m), and its form for look-ups."""

import shutil
from collections.abc import Iterator
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
from pipeline.kb.entity_names import open_names, write_names
from pipeline.kb.store import MentionStore
from pipeline.kb.store_build import build_store
from pipeline.records import schemas
from pipeline.records.errors import ArtifactError, MelError
from pipeline.records.manifest import is_finished, open_artifact
from pipeline.records.names import DropReason, PageKind
from pipeline.transforms.count import PARTITIONS
from pipeline.transforms.priors import TALLY, GatherEvidence, PriorUnit, WeighPriors
from pipeline.transforms.resolve import ReadTables

_NAMES = "entity_names"
STORE = "store"


def priors_stage(context: KbContext) -> Stage:
    """Weigh all evidence of a surface into P(e|m)."""
    made = (schemas.SURFACE_EVIDENCE, schemas.MENTIONS)

    def run(work: Path) -> dict[str, Any]:
        _gather_evidence(context, work)
        names = work / _NAMES
        shutil.rmtree(names, ignore_errors=True)  # halves that a killed run left
        write_names(names, _names(context))
        _weigh(context, work, names)
        mentions = open_artifact(work / schemas.MENTIONS.name, schemas.MENTIONS)
        tally = add_tallies(work / TALLY)
        n_in = tally.get("pairs", 0)
        return {
            **reckoning(n_in, mentions.rows, {str(DropReason.NO_WEIGHT): tally.get("no_weight", 0)}),
            "rows": {schema.name: open_artifact(work / schema.name, schema).rows for schema in made},
            "surfaces": tally.get("surfaces", 0),
            "red_entities": int(np.searchsorted(open_names(names)[0], 0)),
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


def _names(context: KbContext) -> Iterator[tuple[np.ndarray, pa.ChunkedArray]]:
    """Ids and titles by ascending id: red ones, which are negative, then a shard of articles at a time.

    Raises:
        MelError: two red titles share an id.
    """
    red = context.read_all(schemas.RED_ENTITIES).group_by(["entity_id", "title"], use_threads=False).aggregate([])
    red = red.sort_by("entity_id")
    ids = red["entity_id"].to_numpy()
    twice = np.flatnonzero(ids[1:] == ids[:-1])
    if len(twice):
        pair = red["title"].slice(int(twice[0]), 2).to_pylist()
        raise MelError(f"the red links {pair[0]!r} and {pair[1]!r} have one id; run without --keep-red-links")
    yield ids, red["title"]
    for titles in context.open(schemas.TITLES).tables(("title_key", "page_id", "kind")):
        articles = titles.filter(pc.equal(titles["kind"], PageKind.ARTICLE.value)).sort_by("page_id")
        yield articles["page_id"].to_numpy(), articles["title_key"]
