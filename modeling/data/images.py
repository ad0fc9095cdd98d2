"""Pictures by id, out of artifacts of the image job."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.records.digest import file_digest, options_digest
from pipeline.records.errors import ArtifactError
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import MANIFEST, open_artifact

_READ_AT_ONCE = 64


class ImageStore:
    """Finds usable pictures in one or more images/ artifacts; of a picture in several the first counts."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Index the pictures with bytes.

        Raises:
            ArtifactError: a folder holds no finished images.
        """
        self._places: dict[str, tuple[Path, int, int]] = {}
        manifests = []
        for folder in folders:
            inner = folder / IMAGES.name
            reader = open_artifact(inner if inner.is_dir() else folder, IMAGES)
            manifests.append(file_digest(reader.folder / MANIFEST))
            for path in reader.paths:
                self._index(path)
        self._digest = options_digest(manifests)

    @property
    def digest(self) -> str:
        """Digest of the artifacts' manifests, which name the digest of every shard."""
        return self._digest

    def __contains__(self, image_id: object) -> bool:
        """Whether there are bytes for that id."""
        return image_id in self._places

    def __len__(self) -> int:
        """Number of usable pictures."""
        return len(self._places)

    def read(self, image_ids: Sequence[str]) -> dict[str, bytes]:
        """Bytes (jpg or png) of those that are there, each row group read once.

        Raises:
            ArtifactError: a shard is damaged.
        """
        groups: dict[tuple[Path, int], dict[int, str]] = {}
        for id_ in dict.fromkeys(image_ids):
            if id_ in self._places:
                path, group, row = self._places[id_]
                groups.setdefault((path, group), {})[row] = id_
        found: dict[str, bytes] = {}
        for (path, group), rows in sorted(groups.items()):
            found |= _read_rows(path, group, rows)
        return {id_: found[id_] for id_ in dict.fromkeys(image_ids) if id_ in found}

    def _index(self, path: Path) -> None:
        try:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, columns=["image_id", "outcome"])
                    ids, outcomes = table["image_id"].to_pylist(), table["outcome"].to_pylist()
                    for row, (id_, outcome) in enumerate(zip(ids, outcomes, strict=True)):
                        if outcome == "ok":
                            self._places.setdefault(id_, (path, group, row))
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
