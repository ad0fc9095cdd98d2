"""Shuffled rows in files: many partitions' pieces in one file per flush."""

import hashlib
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from pipeline.beamx.arrow import decode_table, encode_table
from pipeline.records.errors import ArtifactError

_SUFFIX = ".spill"


class Piece(NamedTuple):
    """Rows of one partition: a stretch of a spill file, Arrow IPC."""

    path: str
    start: int
    size_bytes: int
    rows: int
    digest: str


def write_pieces(staging: str, parts: Iterable[tuple[int, pa.Table]]) -> list[tuple[int, Piece]]:
    """Write the tables of several partitions to one new file under `staging`.

    The file's name is never used twice: what a failed attempt left is referred to by nobody.
    """
    path = Path(staging, f"{uuid.uuid4().hex}{_SUFFIX}")
    path.parent.mkdir(parents=True, exist_ok=True)
    pieces = []
    start = 0
    with path.open("xb") as file:
        for partition, table in parts:
            data = encode_table(table)
            file.write(data)
            pieces.append((partition, Piece(str(path), start, len(data), table.num_rows, _digest(data))))
            start += len(data)
    return pieces


def read_piece(piece: Piece) -> pa.Table:
    """The rows of a piece.

    Raises:
        ArtifactError: the file is gone or not what was written.
    """
    try:
        with open(piece.path, "rb") as file:  # noqa: PTH123 - one call instead of three for many small reads
            file.seek(piece.start)
            data = file.read(piece.size_bytes)
    except OSError as error:
        raise ArtifactError(f"shuffle file {piece.path} cannot be read: {error.strerror}") from error
    if _digest(data) != piece.digest:
        place = f"bytes {piece.start} to {piece.start + piece.size_bytes}"
        raise ArtifactError(f"shuffle file {piece.path} is damaged in {place}")
    return decode_table(data)


def sweep(staging: str | Path) -> int:
    """Remove every spill file under `staging`, orphans of failed attempts included; bytes freed.

    Call it when no pipeline that shuffles there is running any more.
    """
    freed = 0
    for path in Path(staging).rglob(f"*{_SUFFIX}"):
        freed += path.stat().st_size
        path.unlink()
    return freed


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()
