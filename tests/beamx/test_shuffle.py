"""HashShuffle and HashJoin against plain dictionaries, on every local engine and in both modes."""

import functools
from collections import Counter, defaultdict

import apache_beam as beam
import pyarrow as pa
import pytest

from pipeline.beamx.arrow import decode_table, sort_table
from pipeline.beamx.engine import Engine, run_pipeline
from pipeline.beamx.shuffle import HashJoin, HashShuffle, sweep
from pipeline.records.errors import MelError
from pipeline.records.hashing import partition_rows
from tests.beamx import helpers
from tests.beamx.helpers import ENGINES, PAIRS, PLACES, Keep, add_up, by_length_4, feed, pair_batches

PARTITIONS = 8


def run_shuffle(tmp_path, tables, engine, **options):
    """{partition: table} of a shuffle run in a pipeline."""
    out, staging = tmp_path / "out", tmp_path / "staging"
    out.mkdir()
    shuffle = HashShuffle(("surface",), PARTITIONS, staging=str(staging), **options)

    def build(pipeline):
        feed(pipeline, "pairs", tables) | "Shuffle" >> shuffle | "Keep" >> beam.ParDo(Keep(str(out)))

    run_pipeline("test", build, engine)
    return {path.stem: decode_table(path.read_bytes()) for path in sorted(out.iterdir())}


def naive_group(tables, *, combine, place):
    """The same by dictionaries and sorted lists of tuples."""
    rows = [tuple(row[name] for name in PAIRS.names) for table in tables for row in table.to_pylist()]
    if combine:
        sums = Counter()
        for surface, target, n in rows:
            sums[surface, target] += n
        rows = [(*key, n) for key, n in sums.items()]
    parts = defaultdict(list)
    for row in rows:
        parts[f"{place(row[0]):05d}"].append(row)
    return {name: sorted(part, key=lambda r: (r[0].encode(), r[1].encode(), r[2])) for name, part in parts.items()}


def hash_place(surface):
    return int(partition_rows(pa.table({"surface": [surface]}), ["surface"], PARTITIONS)[0])


def as_rows(parts):
    return {name: [tuple(row.values()) for row in table.to_pylist()] for name, table in parts.items()}


@pytest.mark.parametrize("mode", ["spill", "inline"])
@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_shuffle_is_a_group_by(tmp_path, engine, mode):
    tables = pair_batches(1)
    parts = run_shuffle(tmp_path, tables, engine, mode=mode, combine=add_up, max_rows=300)
    assert as_rows(parts) == naive_group(tables, combine=True, place=hash_place)
    assert len(parts) > 4


@pytest.mark.parametrize("mode", ["spill", "inline"])
def test_rows_stay_as_they_are_without_combine(tmp_path, mode):
    tables = pair_batches(2)
    parts = run_shuffle(tmp_path, tables, ENGINES["1 worker"], mode=mode, max_rows=250)
    assert as_rows(parts) == naive_group(tables, combine=False, place=hash_place)


def test_partitioner_decides_in_place_of_the_hash(tmp_path):
    tables = pair_batches(3)
    parts = run_shuffle(tmp_path, tables, ENGINES["1 worker"], mode="spill", partitioner=by_length_4)
    assert as_rows(parts) == naive_group(tables, combine=False, place=lambda surface: min(len(surface), 3))


def test_order_of_arrival_does_not_matter(tmp_path):
    tables = pair_batches(4)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = run_shuffle(tmp_path / "a", tables, ENGINES["1 worker"], mode="spill", max_rows=100)
    other = run_shuffle(tmp_path / "b", tables[::-1], ENGINES["1 worker"], mode="inline", max_rows=10**6)
    assert one.keys() == other.keys()
    assert all(one[name].equals(other[name]) for name in one)


def test_partitioner_out_of_range_is_an_error(tmp_path):
    with pytest.raises(MelError, match="99 to 99 for 8 partitions"):
        run_shuffle(tmp_path, pair_batches(5), Engine(), mode="spill", partitioner=helpers.bad_partitioner)


def test_input_without_rows_gives_nothing(tmp_path):
    assert run_shuffle(tmp_path, [PAIRS.empty_table()], Engine(), mode="spill") == {}
    assert not (tmp_path / "staging").exists()


def test_repeated_bundles_change_nothing_and_leave_orphans_that_sweep_removes(tmp_path):
    tables = pair_batches(6)
    twice = Engine(beam_args=("--direct_runner_bundle_repeat=1",))
    parts = run_shuffle(tmp_path, tables, twice, mode="spill", combine=add_up)
    assert as_rows(parts) == naive_group(tables, combine=True, place=hash_place)
    staging = tmp_path / "staging"
    assert len(list(staging.iterdir())) >= 2
    assert sweep(staging) > 0
    assert list(staging.iterdir()) == []


def places(seed):
    names = ["Austin", "Łódź", "北京", "word 1", "word 2", "", *(f"nowhere {i}" for i in range(20))]
    ids = [seed * 100 + i for i in range(len(names))]
    return [pa.table([names[:4], ids[:4]], schema=PLACES), pa.table([names[4:], ids[4:]], schema=PLACES)]


@pytest.mark.parametrize("mode", ["spill", "inline"])
@pytest.mark.parametrize("engine", [ENGINES["1 worker"], ENGINES["2 processes"]], ids=["1 worker", "2 processes"])
def test_join_brings_equal_keys_together(tmp_path, engine, mode):
    pairs, targets = pair_batches(7), places(1)
    out = tmp_path / "out"
    out.mkdir()
    join = HashJoin(
        {"pairs": ("target",), "places": ("target",)},
        32,
        mode=mode,
        staging=str(tmp_path / "staging"),
        schemas={"pairs": PAIRS, "places": PLACES},
        combine={"pairs": add_up},
    )

    def build(pipeline):
        inputs = {"pairs": feed(pipeline, "pairs", pairs), "places": feed(pipeline, "places", targets)}
        inputs | "Join" >> join | "Keep" >> beam.ParDo(Keep(str(out)))

    run_pipeline("test", build, engine)
    found = {path.stem: decode_table(path.read_bytes()) for path in sorted(out.iterdir())}
    check_join(found, pairs, targets)


def check_join(found, pairs, targets):
    wanted = {}
    for tag, tables, key, order in (
        ("pairs", [add_up(pa.concat_tables(pairs))], 1, (1, 0, 2)),
        ("places", targets, 0, (0, 1)),
    ):
        rows = [tuple(row.values()) for table in tables for row in table.to_pylist()]
        for row in rows:
            place = partition_rows(pa.table({"k": [row[key]]}), ["k"], 32)[0]
            wanted.setdefault(f"{place:05d}", {"pairs": [], "places": []})[tag].append(row)
        for part in wanted.values():
            part[tag].sort(key=lambda row, order=order: tuple(_bytes(row[i]) for i in order))
    got = defaultdict(dict)
    for name, table in found.items():
        partition, _, tag = name.partition("-")
        got[partition][tag] = [tuple(row.values()) for row in table.to_pylist()]
        assert table.schema.equals(PAIRS if tag == "pairs" else PLACES)
    assert got == wanted
    sides = [(bool(part["pairs"]), bool(part["places"])) for part in wanted.values()]
    assert set(sides) == {(True, False), (False, True), (True, True)}


def _bytes(value):
    return value.encode() if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mode": "disk"}, "must be one of spill, inline"),
        ({"partitions": 0}, "between 1 and 65536"),
        ({"key": "surface"}, "tuple of column names"),
        ({"key": ()}, "tuple of column names"),
    ],
)
def test_shuffle_checks_its_arguments(change, message):
    arguments = {"key": ("surface",), "partitions": 8, "mode": "spill"} | change
    with pytest.raises(ValueError, match=message):
        HashShuffle(arguments.pop("key"), arguments.pop("partitions"), staging="x", **arguments)


def test_join_checks_key_types_and_tags():
    make = functools.partial(HashJoin, partitions=8, mode="inline", staging="x")
    with pytest.raises(ValueError, match="agree in number and type"):
        make({"a": ("target",), "b": ("page_id",)}, schemas={"a": PLACES, "b": PLACES})
    with pytest.raises(ValueError, match="a schema for each input"):
        make({"a": ("target",)}, schemas={"b": PLACES})


def test_a_damaged_spill_file_is_named(tmp_path):
    from pipeline.beamx.spill import read_piece, write_pieces

    [(_, piece)] = write_pieces(str(tmp_path), [(3, places(1)[0])])
    assert read_piece(piece).equals(places(1)[0])
    path = tmp_path / piece.path.rpartition("/")[2]
    path.write_bytes(path.read_bytes()[:-3] + b"xyz")
    with pytest.raises(MelError, match=r"is damaged in bytes 0 to"):
        read_piece(piece)
    path.unlink()
    with pytest.raises(MelError, match="cannot be read: No such file"):
        read_piece(piece)


def test_sort_puts_nulls_last_and_compares_lists():
    table = pa.table({"k": ["b", None, "a", "a"], "texts": [["x"], ["y"], ["b", "c"], ["b"]]})
    assert sort_table(table, ["k"]).to_pylist() == [
        {"k": "a", "texts": ["b"]},
        {"k": "a", "texts": ["b", "c"]},
        {"k": "b", "texts": ["x"]},
        {"k": None, "texts": ["y"]},
    ]
