"""Row hashes: values alone decide, and partitions come out even."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.hashing import hash_rows, partition_rows

TEXTS = st.lists(st.none() | st.text(max_size=40), max_size=30)


def column(values, kind=None):
    return pa.table({"x": pa.array(values, type=kind)})


def slow_hash(text):
    """The text hash by Python's own numbers."""
    mask = (1 << 64) - 1

    def mix(v):
        v = ((v ^ (v >> 30)) * 0xBF58476D1CE4E5B9) & mask
        v = ((v ^ (v >> 27)) * 0x94D049BB133111EB) & mask
        return v ^ (v >> 31)

    if text is None:
        return mix(0x2545F4914F6CDD1D)
    data = text.encode()
    value = mix((len(data) + 0xD6E8FEB86659FD93) & mask)
    for start in range(0, len(data), 8):
        word = int.from_bytes(data[start : start + 8], "little")
        value = mix(((value ^ word) * 0x9E3779B97F4A7C15) & mask)
    return mix(value)


@given(TEXTS)
def test_texts_hash_as_a_plain_loop_does(values):
    assert hash_rows(column(values, pa.string()), ["x"]).tolist() == [slow_hash(value) for value in values]


@given(TEXTS, st.integers(0, 30), st.integers(0, 30))
def test_slices_chunks_and_text_widths_do_not_matter(values, cut, start):
    whole = hash_rows(column(values, pa.string()), ["x"])
    chunked = pa.chunked_array([values[:cut], [], values[cut:]], type=pa.string())
    assert np.array_equal(hash_rows(pa.table({"x": chunked}), ["x"]), whole)
    assert np.array_equal(hash_rows(column(values, pa.string()).slice(start), ["x"]), whole[start:])
    assert np.array_equal(hash_rows(column(values, pa.large_string()), ["x"]), whole)
    coded = pa.table({"x": pa.array(values, type=pa.string()).dictionary_encode()})
    assert np.array_equal(hash_rows(coded, ["x"]), whole)


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(-3, 3), st.booleans()), max_size=40))
def test_equal_rows_and_only_they_have_equal_hashes(rows):
    table = pa.table(
        {"a": [r[0] for r in rows], "b": pa.array([r[1] for r in rows], pa.int64()), "c": [r[2] for r in rows]}
    )
    if not rows:
        return
    hashes = hash_rows(table, ["a", "b", "c"]).tolist()
    assert len(set(hashes)) == len(set(rows))
    assert len(set(zip(hashes, rows, strict=True))) == len(set(rows))


def test_empty_null_and_zero_differ():
    hashes = [
        *hash_rows(column(["", None, "\0", "\0\0"], pa.string()), ["x"]).tolist(),
        *hash_rows(column([0], pa.int64()), ["x"]).tolist(),
    ]
    assert len(set(hashes)) == 5
    # A null is a null, whatever its column's type.
    nulls = [hash_rows(column([None], kind), ["x"])[0] for kind in (pa.string(), pa.int64(), pa.bool_(), pa.null())]
    assert len(set(nulls)) == 1


def test_integers_of_all_widths_agree():
    wanted = hash_rows(column([-1, 0, 7], pa.int64()), ["x"])
    assert np.array_equal(hash_rows(column([-1, 0, 7], pa.int32()), ["x"]), wanted)
    assert np.array_equal(hash_rows(column([7], pa.uint8()), ["x"]), wanted[2:])


def test_borders_between_columns_count():
    first = hash_rows(pa.table({"a": ["ab"], "b": ["c"]}), ["a", "b"])
    second = hash_rows(pa.table({"a": ["a"], "b": ["bc"]}), ["a", "b"])
    assert first[0] != second[0]


def test_values_are_fixed_for_ever():
    """Shards of a finished KB are named by these: a change would break every join with them."""
    table = pa.table(
        {"a": ["Austin", "", "北京 and a longer text", None], "b": [1, -1, 0, None], "c": [True, False, None, True]}
    )
    assert hash_rows(table, ["a", "b", "c"]).tolist() == FIXED


FIXED = [12495462776392811546, 788562412965316189, 8196109926595390893, 16361198883177419460]


def test_another_process_agrees():
    code = (
        "import pyarrow as pa; from pipeline.records.hashing import hash_rows;"
        "print(hash_rows(pa.table({'x': ['Austin', 'Łódź', None]}), ['x']).tolist())"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": "."},
    )
    assert out.stdout.strip() == str(hash_rows(column(["Austin", "Łódź", None]), ["x"]).tolist())


@pytest.mark.parametrize("partitions", [7, 64, 256])
def test_partitions_are_balanced(partitions):
    names = [f"{a} {b}" for a in ("New", "List of", "北", "", "University of", "a") for b in range(17_000)]
    counts = np.bincount(partition_rows(column(names), ["x"], partitions), minlength=partitions)
    mean = len(names) / partitions
    # Five standard deviations of a fair draw.
    assert abs(counts - mean).max() < 5 * mean**0.5
    numbers = column(list(range(100_000)))
    counts = np.bincount(partition_rows(numbers, ["x"], partitions), minlength=partitions)
    assert abs(counts - 100_000 / partitions).max() < 5 * (100_000 / partitions) ** 0.5


def test_hashes_do_not_collide_on_real_like_texts():
    names = [f"{i:x} ({j})" for i in range(1000) for j in range(100)]
    assert len(np.unique(hash_rows(column(names), ["x"]))) == len(names)


def test_other_types_are_refused():
    with pytest.raises(TypeError, match="column x of type double"):
        hash_rows(column([0.5]), ["x"])
