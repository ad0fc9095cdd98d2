"""Link counts sent through redirects to entities, and entities with their in-links."""

from pathlib import Path

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pytest

from pipeline.beamx.engine import Engine, run_pipeline
from pipeline.beamx.sink import finish_artifact
from pipeline.beamx.units import UnitLog
from pipeline.kb.red_links import RedRule
from pipeline.records import schemas
from pipeline.records.digest import red_entity_id
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import Schema
from pipeline.records.shards import write_shard
from pipeline.transforms.resolve import N_SPANS, EntityUnit, MakeEntities, ReadTables, ResolveCounts, SpanOf

RED, GONE = red_entity_id("Red"), red_entity_id("Gone")
COUNTS = [
    # surface, target, context, in_template, n_links, n_pages
    ("lions", "Lion", "prose", False, 3, 2),
    ("lions", "Panthera leo", "prose", False, 2, 1),
    ("list", "Lion (disambiguation)", "prose", False, 5, 4),
    ("red", "Red", "prose", False, 7, 6),
    ("old", "Old name", "list", True, 1, 1),
]
INLINKS = [("Lion", 3, 2), ("Panthera leo", 2, 1), ("Lion (disambiguation)", 5, 4), ("Red", 7, 6), ("Old name", 1, 1)]


def targets(*, keep_red_links: bool) -> list[tuple]:
    """What titles stand for: a page, a redirect to it, a list page, a redirect to a missing page."""
    return [
        ("Lion", 20_000, "", None),
        ("Panthera leo", 20_000, "", None),
        ("Lion (disambiguation)", None, "not_a_candidate", None),
        ("Old name", GONE if keep_red_links else None, "" if keep_red_links else "red_link", "Gone"),
    ]


def write(folder: Path, schema: Schema, *shards: list[tuple]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, rows in enumerate(shards):
        table = pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema.arrow)
        paths.append(folder / f"part-{number:05d}.parquet")
        write_shard(table, paths[-1], schema)
    return paths


def resolve(folder: Path, *, keep_red_links: bool, mode: str = "spill") -> dict[str, list[tuple]]:
    """Rows of the three artifacts, and the dropped occurrences by reason."""
    work = folder / "work"
    paths = {
        "counts": write(folder / "counts", schemas.TARGET_COUNTS, COUNTS[:2], COUNTS[2:]),
        "inlinks": write(folder / "inlinks", schemas.INLINK_COUNTS, INLINKS),
        "targets": write(folder / "targets", schemas.TARGETS, targets(keep_red_links=keep_red_links)),
    }

    def build(pipeline: beam.Pipeline) -> None:
        tables = {tag: pipeline | f"Read {tag}" >> ReadTables(files) for tag, files in paths.items()}
        _ = tables | "Resolve" >> ResolveCounts(
            str(work),
            span_bits=14,
            red=RedRule(keep_red_links, "(disambiguation)"),
            mode=mode,
            staging=str(work / "shuffle"),
        )

    run_pipeline("resolve", build, Engine())
    found = {}
    for schema in (schemas.COUNTS, schemas.ENTITY_INLINKS, schemas.RED_ENTITIES):
        finish_artifact(work / schema.name, schema, "test")
        rows = open_artifact(work / schema.name, schema).table().to_pylist()
        found[schema.name] = sorted(tuple(row.values()) for row in rows)
    lost: dict[str, int] = {}
    for record in UnitLog(work / "_tally").finished().values():
        for reason, n in record.items():
            lost[reason] = lost.get(reason, 0) + n
    return {**found, "dropped": sorted(lost.items())}


@pytest.mark.parametrize("mode", ["spill", "inline"])
def test_links_go_through_redirects_and_others_are_dropped_by_reason(tmp_path, mode):
    assert resolve(tmp_path, keep_red_links=False, mode=mode) == {
        "counts": [("lions", 20_000, "prose", False, 5, 3)],
        "entity_inlinks": [(20_000, 5, 3)],
        "red_entities": [],
        "dropped": [("not_a_candidate", 5), ("red_link", 8)],
    }


def test_red_links_become_entities_where_they_are_kept(tmp_path):
    assert resolve(tmp_path, keep_red_links=True) == {
        "counts": sorted([
            ("lions", 20_000, "prose", False, 5, 3),
            ("red", RED, "prose", False, 7, 6),
            ("old", GONE, "list", True, 1, 1),
        ]),
        "entity_inlinks": sorted([(20_000, 5, 3), (RED, 7, 6), (GONE, 1, 1)]),
        "red_entities": sorted([(RED, "Red"), (GONE, "Gone")]),
        "dropped": [("not_a_candidate", 5)],
    }  # fmt: skip


def test_spans_of_page_ids_come_first_and_red_entities_last():
    ids = [0, 16_383, 16_384, (256 << 14) - 1, -1, RED]
    assert SpanOf(14)(pa.table({"entity_id": ids})).tolist() == [0, 0, 1, 255, N_SPANS - 1, N_SPANS - 1]
    assert np.issubdtype(SpanOf(14)(pa.table({"entity_id": ids})).dtype, np.integer)


def article(page_id: int, title: str) -> tuple:
    return (page_id, title, f"Q{page_id}", f"{title} is one.", ["Cats"], None, None, None, page_id + 1000, None)


def make_entities(units: list[EntityUnit], folder: Path) -> list[dict]:
    def build(pipeline: beam.Pipeline) -> None:
        spans = pipeline | "Spans" >> beam.Create(units, reshuffle=False)
        _ = spans | "Entities" >> MakeEntities(str(folder))

    run_pipeline("entities", build, Engine())
    finish_artifact(folder, schemas.ENTITIES, "test")
    return open_artifact(folder, schemas.ENTITIES).table().to_pylist()


def test_articles_get_their_in_links_and_unlinked_ones_zeros(tmp_path):
    first, second = write(
        tmp_path / "articles", schemas.ARTICLES, [article(1, "Lion"), article(2, "Tiger")], [article(20_000, "Puma")]
    )
    (inlinks,) = write(tmp_path / "inlinks", schemas.ENTITY_INLINKS, [(2, 5, 3)])
    units = [EntityUnit(0, str(first), str(inlinks)), EntityUnit(1, str(second), None)]
    rows = make_entities(units, tmp_path / "entities")
    assert [(row["entity_id"], row["title"], row["n_inlinks"], row["n_pages_in"]) for row in rows] == [
        (1, "Lion", 0, 0),
        (2, "Tiger", 5, 3),
        (20_000, "Puma", 0, 0),
    ]
    assert {row["kind"] for row in rows} == {"article"}
    assert [row["qid"] for row in rows] == ["Q1", "Q2", "Q20000"]


def test_pages_left_out_are_no_entities(tmp_path):
    articles = [article(1, "Lion"), article(2, "Tiger"), article(3, "Lion")]
    (path,) = write(tmp_path / "articles", schemas.ARTICLES, articles)
    rows = make_entities([EntityUnit(0, str(path), None, (3,))], tmp_path / "entities")
    assert [row["entity_id"] for row in rows] == [1, 2]


def test_a_missing_shard_is_named(tmp_path):
    with pytest.raises(ArtifactError, match=r"nowhere\.parquet cannot be read"):
        make_entities([EntityUnit(0, str(tmp_path / "nowhere.parquet"), None)], tmp_path / "entities")
