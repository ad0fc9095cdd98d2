"""Entity ids and their titles on disk, memory-mapped by every worker."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.tables import as_chunked
from pipeline.records.errors import ArtifactError

_IDS, _STARTS, _TEXT = "ids.i64", "starts.i64", "titles.bin"


def write_names(folder: Path, blocks: Iterable[tuple[np.ndarray, pa.Array | pa.ChunkedArray]]) -> None:
    """Write (N,) int64 entity ids and their titles, block by block: one at a time is held.

    Raises:
        ArtifactError: an id is not above the one before it.
    """
    folder.mkdir()
    with (
        (folder / _IDS).open("wb") as ids_file,
        (folder / _STARTS).open("wb") as starts,
        (folder / _TEXT).open("wb") as text,
    ):
        starts.write(np.int64(0).tobytes())
        last, end = np.iinfo(np.int64).min, 0
        for ids, titles in blocks:
            if len(ids) and (ids[0] <= last or np.any(ids[1:] <= ids[:-1])):
                raise ArtifactError("titles/ holds an entity id twice, or out of order; the stages do not fit together")
            ends = end + pc.binary_length(as_chunked(titles).cast(pa.large_binary())).to_numpy().cumsum()
            ids_file.write(ids.tobytes())
            starts.write(ends.tobytes())
            text.write("".join(titles.to_pylist()).encode())
            if len(ids):
                last, end = ids[-1], ends[-1]


def open_names(folder: Path) -> tuple[np.ndarray, pa.LargeStringArray]:
    """Memory-map what `write_names` wrote: (E,) ascending entity ids and their titles."""
    ids, starts, text = (_map(folder / name) for name in (_IDS, _STARTS, _TEXT))
    ids = ids.view(np.int64)
    buffers = [pa.py_buffer(values) for values in (starts, text)]
    return ids, pa.LargeStringArray.from_buffers(len(ids), *buffers)


def _map(path: Path) -> np.ndarray:
    """(B,) uint8: the bytes of a file; an empty one cannot be mapped."""
    return np.memmap(path, np.uint8, "r") if path.stat().st_size else np.empty(0, np.uint8)
