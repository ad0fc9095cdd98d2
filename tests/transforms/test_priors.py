"""Evidence gathered by surface and weighed into P(e|m)."""

from pathlib import Path

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pytest

from pipeline.beamx.engine import Engine, run_pipeline
from pipeline.beamx.sink import finish_artifact, shard_name
from pipeline.beamx.units import UnitLog
from pipeline.kb.entity_names import write_names
from pipeline.kb.priors import PAPER_PRESET, PriorOptions, Weights
from pipeline.records import schemas
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import Schema
from pipeline.records.shards import write_shard
from pipeline.transforms.count import PARTITIONS
from pipeline.transforms.priors import TALLY, GatherEvidence, PriorUnit, WeighPriors

LION, LIONS, RED = 1, 2, -5
NAMES = {RED: "Red lions", LION: "Lion", LIONS: "Detroit Lions"}
EVIDENCE = [
    ("Lions", LION, "redirect", 2),
    ("Lions", LIONS, "disambiguation", 1),
    ("Lions", LIONS, "surname", 1),
    ("Lion", LION, "title", 1),
    ("Lion", RED, "hatnote", 3),
]
COUNTS = [
    # surface, entity_id, context, in_template, n_links, n_pages
    ("Lions", LION, "prose", False, 2, 2),
    ("Lions", LIONS, "prose", False, 1, 1),
    ("Lions", LIONS, "table", False, 30, 1),
    ("LION\u00c9", LION, "table", True, 4, 1),
]


def write(path: Path, schema: Schema, rows: list[tuple]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema.arrow)
    write_shard(table, path, schema)
    return str(path)


def gather(folder: Path, options: PriorOptions, mode: str = "spill") -> list[tuple]:
    table = pa.table([list(column) for column in zip(*EVIDENCE, strict=True)], schema=schemas.EVIDENCE.arrow)

    def build(pipeline: beam.Pipeline) -> None:
        tables = pipeline | "Slices" >> beam.Create([table.slice(0, 2), table.slice(2)], reshuffle=False)
        _ = tables | "Gather" >> GatherEvidence(str(folder), options, mode=mode, staging=str(folder / "shuffle"))

    run_pipeline("evidence", build, Engine())
    finish_artifact(folder, schemas.SURFACE_EVIDENCE, "test")
    rows = open_artifact(folder, schemas.SURFACE_EVIDENCE).table().to_pylist()
    return sorted(tuple(row.values()) for row in rows)


def weigh(folder: Path, options: PriorOptions) -> tuple[dict[tuple[str, str], dict], dict[str, dict]]:
    """Rows of mentions by surface and entity title, and the tally of each partition."""
    gather(folder / "evidence", options)
    names = folder / "names"
    write_names(names, [(np.array([one]), pa.array([NAMES[one]])) for one in sorted(NAMES)])
    counts = write(folder / "counts.parquet", schemas.COUNTS, COUNTS)
    evidence = open_artifact(folder / "evidence", schemas.SURFACE_EVIDENCE).table()
    together = folder / "together.parquet"
    write_shard(evidence, together, schemas.SURFACE_EVIDENCE)
    units = [PriorUnit(0, counts, str(together)), PriorUnit(1, None, None)]

    def build(pipeline: beam.Pipeline) -> None:
        created = pipeline | "Partitions" >> beam.Create(units, reshuffle=False)
        _ = created | "Weigh" >> WeighPriors(str(folder / "mentions"), str(names), options)

    run_pipeline("priors", build, Engine())
    finish_artifact(folder / "mentions", schemas.MENTIONS, "test")
    rows = open_artifact(folder / "mentions", schemas.MENTIONS).table().to_pylist()
    return {(row["surface"], row["entity"]): row for row in rows}, UnitLog(folder / TALLY).finished()


@pytest.mark.parametrize("mode", ["spill", "inline"])
def test_evidence_of_a_surface_comes_together_with_a_column_a_source(tmp_path, mode):
    assert gather(tmp_path / "evidence", PriorOptions(), mode) == [
        ("Lion", RED, 0, 0, 0, 3),
        ("Lion", LION, 0, 0, 1, 0),
        ("Lions", LION, 2, 0, 0, 0),
        ("Lions", LIONS, 0, 2, 0, 0),
    ]
    shards = {path.name for path in (tmp_path / "evidence").glob("*.parquet")}
    assert shards <= {shard_name(number) for number in range(PARTITIONS)}


def test_items_of_other_kinds_of_page_do_not_count(tmp_path):
    rows = gather(tmp_path / "evidence", PAPER_PRESET)
    assert ("Lions", LIONS, 0, 1, 0, 0) in rows


def test_weights_of_one_give_the_plain_sum(tmp_path):
    rows, tally = weigh(tmp_path, PriorOptions())
    assert {key: round(row["p"], 12) for key, row in rows.items()} == {
        ("Lions", "Lion"): round(4 / 37, 12),
        ("Lions", "Detroit Lions"): round(33 / 37, 12),
        ("Lion", "Lion"): 0.25,
        ("Lion", "Red lions"): 0.75,
        ("LION\u00c9", "Lion"): 1.0,
    }
    assert {row["kind"] for (_, entity), row in rows.items() if entity == "Red lions"} == {"red"}
    assert rows["LION\u00c9", "Lion"]["surface_folded"] == "lion\u00e9"
    assert tally == {
        "part-00000": {"pairs": 5, "no_weight": 0, "surfaces": 3},
        "part-00001": {"pairs": 0, "no_weight": 0, "surfaces": 0},
    }


def test_contexts_and_weights_that_leave_nothing_leave_no_row(tmp_path):
    rows, tally = weigh(tmp_path, PriorOptions(Weights(hatnote=0), contexts=("prose",)))
    assert {key: row["p"] for key, row in rows.items()} == {
        ("Lions", "Lion"): 4 / 7,
        ("Lions", "Detroit Lions"): 3 / 7,
        ("Lion", "Lion"): 1.0,
    }
    assert tally["part-00000"] == {"pairs": 5, "no_weight": 2, "surfaces": 2}


def test_linking_pages_in_place_of_links(tmp_path):
    rows, _ = weigh(tmp_path, PriorOptions(Weights(0, 0, 0, 0), count="pages"))
    assert {key: row["n_link"] for key, row in rows.items()} == {
        ("Lions", "Lion"): 2,
        ("Lions", "Detroit Lions"): 2,
        ("LION\u00c9", "Lion"): 1,
    }


def test_rows_of_a_partition_lie_by_surface_then_falling_p(tmp_path):
    weigh(tmp_path, PriorOptions())
    table = open_artifact(tmp_path / "mentions", schemas.MENTIONS).table().to_pylist()
    assert table == sorted(table, key=lambda row: (row["surface"].encode(), -row["p"], row["entity_id"]))


def test_a_missing_shard_is_named(tmp_path):
    write_names(tmp_path / "names", [(np.array([1]), pa.array(["Lion"]))])

    def build(pipeline: beam.Pipeline) -> None:
        units = pipeline | "Unit" >> beam.Create([PriorUnit(0, str(tmp_path / "gone.parquet"), None)], reshuffle=False)
        _ = units | "Weigh" >> WeighPriors(str(tmp_path / "mentions"), str(tmp_path / "names"), PriorOptions())

    with pytest.raises(ArtifactError, match=r"gone\.parquet cannot be read"):
        run_pipeline("priors", build, Engine())
