"""Links of whole shards to counts per surface and title as written."""

from pathlib import Path

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.beamx.engine import Engine, run_pipeline
from pipeline.beamx.sink import finish_artifact
from pipeline.beamx.units import UnitLog
from pipeline.kb import counting
from pipeline.records import schemas
from pipeline.records import shards as shard_files
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import open_artifact
from pipeline.records.shards import write_shard
from pipeline.transforms.count import CountLinks

LINKS = [
    # page_id, page_title, target, fragment, surface, context, in_template, n
    [
        (1, "Africa", "Lion", "", "lions", "prose", False, 2),
        (1, "Africa", "Lion", "Habitat", "lions", "prose", False, 1),
        (1, "Africa", "Lion", "", "lions", "table", False, 1),
        (1, "Africa", "Tiger", "", " \u00a0", "prose", False, 4),
    ],
    [
        (70_000, "Zoo", "Lion", "", "lions ", "prose", False, 1),
        (70_000, "Zoo", "Lion", "", "lions", "prose", False, 5),
        (70_000, "Zoo", "E\u0301cole", "", "e\u0301cole", "list", True, 1),
    ],
]


def write_links(folder: Path, shards: list[list[tuple]]) -> list[str]:
    paths = []
    for number, rows in enumerate(shards):
        table = pa.table([list(column) for column in zip(*rows, strict=True)], schema=schemas.LINKS.arrow)
        write_shard(table, folder / f"part-{number:05d}.parquet", schemas.LINKS)
        paths.append(str(folder / f"part-{number:05d}.parquet"))
    return paths


def count(paths: list[str], work: Path, mode: str = "spill") -> tuple[list[dict], list[dict], dict[str, dict]]:
    """Rows of both artifacts, and what each shard dropped."""

    def build(pipeline: beam.Pipeline) -> None:
        created = pipeline | "Paths" >> beam.Create(paths, reshuffle=False)
        _ = created | "Count" >> CountLinks(str(work), mode=mode, staging=str(work / "shuffle"))

    run_pipeline("count", build, Engine())
    rows = []
    for schema in (schemas.TARGET_COUNTS, schemas.INLINK_COUNTS):
        finish_artifact(work / schema.name, schema, "test")
        table = open_artifact(work / schema.name, schema).table()
        rows.append(sorted(table.to_pylist(), key=lambda row: tuple(map(str, row.values()))))
    return rows[0], rows[1], UnitLog(work / "_tally").finished()


@pytest.mark.parametrize("mode", ["spill", "inline"])
def test_links_of_all_shards_are_added_up_by_surface_key(tmp_path, mode):
    counts, inlinks, dropped = count(write_links(tmp_path, LINKS), tmp_path / "work", mode)
    names = ("surface", "target", "context", "in_template", "n_links", "n_pages")
    assert {tuple(row[name] for name in names) for row in counts} == {
        ("lions", "Lion", "prose", False, 9, 2),
        ("lions", "Lion", "table", False, 1, 1),
        ("\u00e9cole", "E\u0301cole", "list", True, 1, 1),
    }
    assert len(counts) == 3
    assert {(row["target"], row["n_links"], row["n_pages"]) for row in inlinks} == {
        ("Lion", 10, 2),
        ("E\u0301cole", 1, 1),
    }
    assert dropped == {"part-00000": {"empty_surface": 4}, "part-00001": {"empty_surface": 0}}


def test_occurrences_in_are_those_out_and_dropped(tmp_path):
    counts, _, dropped = count(write_links(tmp_path, LINKS), tmp_path / "work")
    n_in = sum(row[-1] for rows in LINKS for row in rows)
    assert n_in == sum(row["n_links"] for row in counts) + sum(record["empty_surface"] for record in dropped.values())


def test_bytes_do_not_depend_on_how_pages_lie_in_shards(tmp_path):
    seen = []
    for number, shards in enumerate((LINKS, [[row for rows in LINKS for row in rows]])):
        folder = tmp_path / f"cut-{number}"
        folder.mkdir()
        count(write_links(folder, shards), folder / "work")
        found = (folder / "work").glob("*_counts/*.parquet")
        seen.append({str(path.relative_to(folder)): path.read_bytes() for path in found})
    assert seen[0] == seen[1]
    assert seen[0]


def test_slices_of_a_shard_add_up_to_it(tmp_path, monkeypatch):
    """Row groups of two rows, slices of two: the same bytes, pages counted once."""
    folders = [tmp_path / "whole", tmp_path / "sliced"]
    rows = [row for shard in LINKS for row in shard]
    for folder in folders:
        folder.mkdir()
        if folder.name == "sliced":
            monkeypatch.setattr(shard_files, "ROW_GROUP_ROWS", 2)
        paths = write_links(folder, [rows])
        monkeypatch.undo()
        if folder.name == "sliced":
            assert pq.ParquetFile(paths[0]).num_row_groups == 4
            monkeypatch.setattr(counting.whole_pages, "__defaults__", (2,))
        assert count(paths, folder / "work")[2] == {"part-00000": {"empty_surface": 4}}
    seen = [{p.relative_to(f): p.read_bytes() for p in (f / "work").glob("*_counts/*.parquet")} for f in folders]
    assert seen[0] == seen[1]
    assert seen[0]


def test_a_wiki_without_links_leaves_two_empty_artifacts(tmp_path):
    assert count([], tmp_path / "work") == ([], [], {})


def test_a_damaged_shard_is_named(tmp_path):
    paths = write_links(tmp_path, LINKS)
    Path(paths[1]).write_bytes(Path(paths[1]).read_bytes()[:-4])
    with pytest.raises(ArtifactError, match=r"part-00001\.parquet cannot be read"):
        count(paths, tmp_path / "work")


def test_rows_of_a_shard_lie_in_the_order_of_the_schema(tmp_path):
    rows = [(1, "P", "Lion", "", surface, "prose", False, 1) for surface in ("b", "a", "c")]
    count(write_links(tmp_path, [rows]), tmp_path / "work")
    (path,) = (tmp_path / "work" / "target_counts").glob("*.parquet")
    assert pq.read_table(path)["surface"].to_pylist() == ["a", "b", "c"]
