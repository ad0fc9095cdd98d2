"""Row hashes that are equal in every process, on every machine."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

# Odd 64-bit constants of splitmix64 and of murmur3's finaliser (public domain).
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_TEXT = np.uint64(0xD6E8FEB86659FD93)
_NULL = np.uint64(0x2545F4914F6CDD1D)
_WORD = 8


def hash_rows(table: pa.Table, columns: Sequence[str]) -> U64:
    """One uint64 a row from the values of `columns`: strings, integers, booleans, nulls.

    Depends on the values and their order alone, never on chunks, slices, the process or the byte order of the machine.
    Equal numbers of different integer types are equal.

    Raises:
        TypeError: a column has another type.
    """
    rows = np.zeros(table.num_rows, dtype=np.uint64)
    for name in columns:
        rows = _mix(rows * _MIX_1 + _hash_column(table.column(name), name))
    return rows


def partition_rows(table: pa.Table, columns: Sequence[str], partitions: int) -> I64:
    """The hash partition of each row, from 0."""
    return (hash_rows(table, columns) % np.uint64(partitions)).astype(np.int64)


def _hash_column(column: pa.ChunkedArray, name: str) -> U64:
    hashes = [_hash_array(chunk, name) for chunk in column.chunks if len(chunk)]
    return np.concatenate(hashes) if hashes else np.zeros(0, dtype=np.uint64)


def _hash_array(array: pa.Array, name: str) -> U64:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        hashes = _hash_texts(array)
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        numbers = array.cast(pa.uint64() if kind == pa.uint64() else pa.int64()).fill_null(0)
        hashes = _mix(numbers.to_numpy(zero_copy_only=False).view(np.uint64) + _GOLDEN)
    elif pa.types.is_null(kind):
        hashes = np.zeros(len(array), dtype=np.uint64)
    else:
        raise TypeError(f"rows cannot be hashed by the column {name} of type {kind}")
    if array.null_count:
        hashes = np.where(array.is_null().to_numpy(zero_copy_only=False), _NULL, hashes)
    return hashes


def _hash_texts(array: pa.Array) -> U64:
    """Hash of each text's UTF-8 bytes, eight bytes a step over all texts that are long enough."""
    offsets, data = _text_buffers(array)
    starts, lengths = offsets[:-1], np.diff(offsets)
    # Any eight bytes as one little-endian number, wherever they start.
    words = np.ndarray((len(data) - _WORD + 1,), dtype="<u8", buffer=data, strides=(1,))
    hashes = _mix(lengths.astype(np.uint64) + _TEXT)
    rows = np.flatnonzero(lengths > 0)
    step = 0
    while len(rows):
        word = words[starts[rows] + step].astype(np.uint64)
        left = lengths[rows] - step
        word &= _TAIL_MASKS[np.minimum(left, _WORD)]
        hashes[rows] = _mix((hashes[rows] ^ word) * _GOLDEN)
        step += _WORD
        rows = rows[left > _WORD]
    return hashes


_TAIL_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(_WORD + 1)], dtype=np.uint64)


def _text_buffers(array: pa.Array) -> tuple[I64, npt.NDArray[np.uint8]]:
    """Offsets of the array's own rows from 0, and their bytes with eight spare ones behind."""
    width = np.int64 if pa.types.is_large_string(array.type) else np.int32
    _, offset_buffer, data_buffer = array.buffers()
    offsets = np.frombuffer(offset_buffer, dtype=width, count=len(array) + 1, offset=array.offset * width().itemsize)
    first, last = int(offsets[0]), int(offsets[-1])
    data = np.zeros(last - first + _WORD, dtype=np.uint8)
    if last > first:
        data[: last - first] = np.frombuffer(data_buffer, dtype=np.uint8, count=last - first, offset=first)
    return offsets.astype(np.int64) - first, data


def _mix(values: U64) -> U64:
    """Finaliser of splitmix64: every input bit reaches every output bit."""
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    return values ^ (values >> np.uint64(31))
