"""WriteShards: fixed names, each partition once, manifest from the completion records."""

import apache_beam as beam
import pyarrow as pa
import pytest

from pipeline.beamx.engine import Engine, run_pipeline
from pipeline.beamx.sink import ShardWriter, WriteShards, finish_artifact, finished_partitions
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import INLINK_COUNTS
from tests.beamx.helpers import ENGINES

ROWS = tuple[int, pa.Table]
NUMBERS = [0, 3, 5, 63]


def counts(number):
    """Rows of partition `number`, not in order; none for 5."""
    names = [] if number == 5 else [f"Title {number} {i}" for i in (2, 0, 1)]
    ones = pa.array([1] * len(names), pa.int64())
    return number, pa.table({"target": pa.array(names, pa.string()), "n_links": ones, "n_pages": ones})


def write(folder, engine, numbers=NUMBERS):
    def build(pipeline):
        tables = (
            pipeline | beam.Create(numbers) | beam.Reshuffle() | "Count" >> beam.Map(counts).with_output_types(ROWS)
        )
        tables | "Write" >> WriteShards(str(folder), INLINK_COUNTS)

    run_pipeline("count", build, engine)


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference") / "counts"
    write(folder, Engine())
    finish_artifact(folder, INLINK_COUNTS, "stage")
    return contents(folder)


ALL_ENGINES = ENGINES | {"repeated bundles": Engine(beam_args=("--direct_runner_bundle_repeat=1",))}


@pytest.mark.parametrize("engine", ALL_ENGINES.values(), ids=ALL_ENGINES)
def test_the_same_bytes_on_every_engine(tmp_path, engine, reference):
    write(tmp_path, engine)
    assert finish_artifact(tmp_path, INLINK_COUNTS, "stage") == 9
    assert contents(tmp_path) == reference
    assert sorted(reference) == ["_SUCCESS", "_manifest.json", *(f"part-{n:05d}.parquet" for n in (0, 3, 63))]
    reader = open_artifact(tmp_path, INLINK_COUNTS)
    assert reader.rows == 9
    assert reader.table().column("target").to_pylist()[:3] == ["Title 0 0", "Title 0 1", "Title 0 2"]
    assert not (tmp_path / "_units").exists()


def test_a_broken_run_goes_on(tmp_path, reference):
    write(tmp_path, Engine(), [0, 5])
    before = (tmp_path / "part-00000.parquet").stat()
    assert finished_partitions(tmp_path) == [0, 5]
    write(tmp_path, Engine())
    after = (tmp_path / "part-00000.parquet").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    finish_artifact(tmp_path, INLINK_COUNTS, "stage")
    assert contents(tmp_path) == reference


@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_shard_is_written_again(tmp_path, reference, damage):
    write(tmp_path, Engine())
    path = tmp_path / "part-00003.parquet"
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-1] if damage == "cut" else data[:-1] + b"X")
    assert finished_partitions(tmp_path) == [0, 5, 63]
    write(tmp_path, Engine())
    finish_artifact(tmp_path, INLINK_COUNTS, "stage")
    assert contents(tmp_path) == reference


def test_left_overs_do_not_stay(tmp_path, reference):
    write(tmp_path, Engine())
    (tmp_path / "part-00099.parquet").write_bytes(b"of another run")
    (tmp_path / ".part-00003.parquet.4711.part").write_bytes(b"half")
    finish_artifact(tmp_path, INLINK_COUNTS, "stage")
    assert contents(tmp_path) == reference


def test_a_partition_that_became_empty_loses_its_file(tmp_path):
    writer = ShardWriter(str(tmp_path), INLINK_COUNTS)
    (tmp_path / "part-00005.parquet").write_bytes(b"of another run")
    assert writer.write(*counts(5)) is None
    assert list(tmp_path.glob("*.parquet")) == []


def test_no_partition_at_all_is_an_empty_artifact(tmp_path):
    assert finish_artifact(tmp_path / "new", INLINK_COUNTS, "stage") == 0
    assert open_artifact(tmp_path / "new", INLINK_COUNTS).table().num_rows == 0


def test_a_table_of_another_schema_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="lacks the columns n_links, n_pages"):
        ShardWriter(str(tmp_path), INLINK_COUNTS).write(1, pa.table({"target": ["a"]}))


def test_a_partition_in_tables_has_the_bytes_of_one(tmp_path):
    _, table = counts(3)
    table = table.sort_by("target")
    one = ShardWriter(str(tmp_path / "one"), INLINK_COUNTS).write(3, table)
    parts = (table.slice(start, 1) for start in (0, 0, 1, 2, 3))
    next(parts)
    assert ShardWriter(str(tmp_path / "two"), INLINK_COUNTS).write_all(3, parts) == one
    assert ShardWriter(str(tmp_path / "two"), INLINK_COUNTS).write_all(3, iter_that_must_not_run()) == one


def iter_that_must_not_run():
    raise AssertionError("a finished partition is made again")
    yield
