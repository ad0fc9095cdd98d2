"""Vectors of entities in Parquet shards: writing and reading them."""

import os
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from modeling.data.ranking import Ids
from modeling.retrieval.dense import Shards, Vectors, VectorShard, prepare_shard
from pipeline.records.errors import ArtifactError
from pipeline.records.shards import Shard, describe_shard

SCHEMA = "vectors"
VERSION = 1
GROUP_ROWS = 16 * 1024
_NUMBER_BYTES = 4
RESIDENT_BYTES = 4 << 30
"""Vectors up to this size are held in the memory of the machine."""
_CUDA_SHARE = 0.6
"""Of a GPU's free memory; what is left is for encoders and blocks of scores."""


def vectors_schema(width: int) -> pa.Schema:
    """Columns of a shard: `entity_id`, ascending, and `vector`, `width` little-endian float32 numbers."""
    fields = [
        pa.field("entity_id", pa.int64(), nullable=False),
        pa.field("vector", pa.binary(width * _NUMBER_BYTES), nullable=False),
    ]
    return pa.schema(fields, metadata={"mel.schema": SCHEMA, "mel.version": str(VERSION), "mel.width": str(width)})


def write_vectors(path: Path, ids: Ids, vectors: Vectors) -> Shard:
    """Write one shard by temporary name and rename; equal vectors give equal bytes.

    Args:
        path: the shard.
        ids: (N,) entity ids, ascending, each once.
        vectors: (N, D) float32, finite and none of them zero: an entity without vector is left out.

    Raises:
        ArtifactError: ids or vectors are not so.
    """
    check_vectors(ids, vectors, path)
    schema = vectors_schema(vectors.shape[1])
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    settings = {"compression": "none", "use_dictionary": False, "write_page_checksum": True, "version": "2.6"}
    try:
        with pq.ParquetWriter(temporary, schema, write_statistics=["entity_id"], **settings) as writer:
            for start in range(0, len(ids), GROUP_ROWS):
                rows = slice(start, start + GROUP_ROWS)
                writer.write_table(_table(ids[rows], vectors[rows], schema), row_group_size=GROUP_ROWS)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return describe_shard(path, len(ids))


def check_vectors(ids: Ids, vectors: Vectors, place: Path) -> None:
    """Refuse what must not stand in a shard.

    Raises:
        ArtifactError: ids are not ascending, or a vector is zero or not finite.
    """
    if vectors.ndim != 2 or ids.shape != vectors.shape[:1]:
        raise ArtifactError(f"{place}: {ids.shape} entity ids do not fit vectors of shape {vectors.shape}")
    if len(ids) and not bool((np.diff(ids) > 0).all()):
        raise ArtifactError(f"{place}: the entity ids of vectors must ascend, each once")
    lengths = np.linalg.norm(vectors, axis=1)
    bad = np.flatnonzero(~np.isfinite(lengths) | (lengths == 0))
    if len(bad):
        what = "zero" if lengths[bad[0]] == 0 else "not finite"
        raise ArtifactError(f"{place}: the vector of entity {ids[bad[0]]} is {what}; leave such entities out")


class VectorFolder:
    """The shards `part-*.parquet` of a folder, read a row group at a time."""

    def __init__(self, folder: Path, width: int | None = None) -> None:
        """Look at the shards' heads.

        Args:
            folder: where they lie.
            width: numbers a vector that the caller's model gives; None for whatever is there.

        Raises:
            ArtifactError: there is none, one is damaged, or they are of another kind or width.
        """
        self.paths = sorted(folder.glob("part-*.parquet"))
        if not self.paths:
            raise ArtifactError(f"{folder} holds no shards of vectors; build the index again")
        heads = [_read_head(path) for path in self.paths]
        self.width, self._rows = heads[0][0], sum(rows for _, rows in heads)
        for path, (found, _) in zip(self.paths, heads, strict=True):
            expected = self.width if width is None else width
            if found != expected:
                raise ArtifactError(
                    f"{path} holds vectors of width {found}, not {expected}: the index was built with another model"
                )

    def __len__(self) -> int:
        """Number of vectors."""
        return self._rows

    def __iter__(self) -> Iterator[tuple[Ids, Vectors]]:
        """(ids (N,), vectors (N, D)) of each row group, ids ascending over all of them.

        Raises:
            ArtifactError: a shard is damaged, or the ids do not ascend.
        """
        return ((ids, vectors) for _, ids, vectors in self._groups())

    def load(self, device: str = "cpu", precision: str = "fp32") -> list[VectorShard]:
        """All vectors on a device, a shard a file, ready for many searches."""
        found = []
        for _, groups in groupby(self._groups(), key=itemgetter(0)):
            _, ids, vectors = zip(*groups, strict=True)
            whole = np.concatenate(ids), np.concatenate(vectors)  # large blocks are searched quicker than row groups
            found.append(prepare_shard(*whole, device=device, precision=precision))
        return found

    def _groups(self) -> Iterator[tuple[Path, Ids, Vectors]]:
        last: int | None = None
        for path in self.paths:
            for ids, vectors in _read_groups(path, self.width):
                if len(ids) and (not bool((np.diff(ids) > 0).all()) or (last is not None and ids[0] <= last)):
                    raise ArtifactError(f"{path}: the entity ids do not ascend; build the index again")
                last = int(ids[-1]) if len(ids) else last
                yield path, ids, vectors


def resident(vectors: VectorFolder, device: str, precision: str = "fp32") -> Shards:
    """The vectors on the device where they have room there, else the folder, to be read again for each search."""
    size = len(vectors) * (vectors.width * (_NUMBER_BYTES + (2 if precision == "bf16" else 0)) + 8)
    return vectors.load(device, precision) if size <= _room(device) else vectors


def _room(device: str) -> int:
    if torch.device(device).type == "cuda":
        return int(_CUDA_SHARE * torch.cuda.mem_get_info(device)[0])
    return RESIDENT_BYTES


def _table(ids: Ids, vectors: Vectors, schema: pa.Schema) -> pa.Table:
    numbers = pa.py_buffer(np.ascontiguousarray(vectors, "<f4"))
    packed = pa.FixedSizeBinaryArray.from_buffers(schema.field("vector").type, len(ids), [None, numbers])
    return pa.table([pa.array(ids, pa.int64()), packed], schema=schema)


def _read_head(path: Path) -> tuple[int, int]:
    try:
        with pq.ParquetFile(path) as file:
            head, rows, schema = file.schema_arrow.metadata or {}, file.metadata.num_rows, file.schema_arrow
    except (OSError, pa.ArrowInvalid) as error:
        raise ArtifactError(f"{path} cannot be read as a shard of vectors: {error}") from error
    kind = (head.get(b"mel.schema", b"").decode(), head.get(b"mel.version", b"").decode())
    if kind != (SCHEMA, str(VERSION)):
        raise ArtifactError(f"{path} holds {kind[0] or 'something else'} {kind[1]}, not {SCHEMA} {VERSION}")
    width = int(head[b"mel.width"])
    if not schema.equals(vectors_schema(width)):
        raise ArtifactError(f"{path} has the columns {schema.names}, not those of {SCHEMA}")
    return width, int(rows)


def _read_groups(path: Path, width: int) -> Iterator[tuple[Ids, Vectors]]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for number in range(file.num_row_groups):
                for batch in file.read_row_group(number).to_batches():
                    ids: Ids = batch.column("entity_id").to_numpy()
                    yield ids, _numbers(batch.column("vector"), width)
    except (OSError, pa.ArrowInvalid) as error:
        raise ArtifactError(f"{path} is damaged: {error}") from error


def _numbers(packed: pa.FixedSizeBinaryArray, width: int) -> Vectors:
    start = packed.offset * width
    flat: Vectors = np.frombuffer(packed.buffers()[1], "<f4")
    return flat[start : start + len(packed) * width].reshape(len(packed), width)
