"""Pictures by id, out of artifacts of the image job."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.records.digest import file_digest, options_digest
from pipeline.records.errors import ArtifactError
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import MANIFEST, Reader, open_artifact

_READ_AT_ONCE = 64


class ImageStore:
    """Finds usable pictures in one or more images/ artifacts; of a picture in several the first counts.

    A picture takes 24 bytes: its id of 16 letters in a sorted array, and its row among all rows.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        """Index the pictures with bytes.

        Raises:
            ArtifactError: a folder holds no finished images.
        """
        readers = [_open(folder) for folder in folders]
        self._digest = options_digest([file_digest(reader.folder / MANIFEST) for reader in readers])
        self._groups: list[tuple[Path, int]] = []
        starts, ids, rows = [0], [np.empty(0, "S1")], [np.empty(0, np.int64)]
        for path in (path for reader in readers for path in reader.paths):
            for number, (n_rows, usable, names) in enumerate(_read_ids(path)):
                self._groups.append((path, number))
                ids.append(names)
                rows.append(starts[-1] + usable)
                starts.append(starts[-1] + n_rows)
        self._starts = np.array(starts)
        self._ids, first = np.unique(np.concatenate(ids), return_index=True)
        self._rows = np.concatenate(rows)[first]

    @property
    def digest(self) -> str:
        """Digest of the artifacts' manifests, which name the digest of every shard."""
        return self._digest

    def __contains__(self, image_id: object) -> bool:
        """Whether there are bytes for that id."""
        return isinstance(image_id, str) and self._row(image_id) is not None

    def __len__(self) -> int:
        """Number of usable pictures."""
        return len(self._ids)

    def read(self, image_ids: Sequence[str]) -> dict[str, bytes]:
        """Bytes (jpg or png) of those that are there, each row group read once.

        Raises:
            ArtifactError: a shard is damaged.
        """
        groups: dict[int, dict[int, str]] = {}
        for id_ in dict.fromkeys(image_ids):
            row = self._row(id_)
            if row is not None:
                group = int(np.searchsorted(self._starts, row, "right")) - 1
                groups.setdefault(group, {})[row - int(self._starts[group])] = id_
        found: dict[str, bytes] = {}
        for group, rows in sorted(groups.items()):
            found |= _read_rows(*self._groups[group], rows)
        return {id_: found[id_] for id_ in dict.fromkeys(image_ids) if id_ in found}

    def _row(self, image_id: str) -> int | None:
        name = image_id.encode()
        place = int(np.searchsorted(self._ids, name))
        return int(self._rows[place]) if place < len(self._ids) and self._ids[place] == name else None


def _open(folder: Path) -> Reader:
    inner = folder / IMAGES.name
    return open_artifact(inner if inner.is_dir() else folder, IMAGES)


def _read_ids(path: Path) -> Iterator[tuple[int, npt.NDArray[np.int64], npt.NDArray[np.bytes_]]]:
    """(rows, places of the usable ones, their ids) of each row group."""
    try:
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=["image_id", "outcome"])
                usable = np.flatnonzero(pc.equal(table["outcome"], "ok").to_numpy())
                names = table["image_id"].take(usable).to_pylist()
                yield table.num_rows, usable, np.array([name.encode() for name in names], "S")
    except (OSError, pa.ArrowInvalid) as error:
        raise ArtifactError(f"{path} cannot be read as a Parquet shard: {error}") from error


def _read_rows(path: Path, group: int, rows: dict[int, str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    passed = 0
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(_READ_AT_ONCE, row_groups=[group], columns=["image_bytes"]):
                for row in range(passed, passed + len(batch)):
                    content = batch.column(0)[row - passed].as_py() if row in rows else None
                    if content is not None:
                        found[rows[row]] = content
                passed += len(batch)
    except (OSError, pa.ArrowInvalid) as error:
        raise ArtifactError(f"{path} is damaged: {error}") from error
    return found
