"""Pictures of items and entities, from artifacts of the image job."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.records.errors import ArtifactError
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import open_artifact
from pipeline.report.thumbnails import make_thumbnail, picture_type

_CACHE_BYTES = 48 << 20
_READ_AT_ONCE = 8
_READ_BUFFER_BYTES = 1 << 20
_THUMBNAIL_PX = 160


class Pictures:
    """Reads single pictures out of shards without taking in whole row groups; recent ones are kept."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Index the pictures of these artifacts; of a picture in several the first counts.

        Raises:
            ArtifactError: a folder holds no finished images.
        """
        self._lock = Lock()
        self._places: dict[str, tuple[Path, int, int]] = {}
        self._kept: OrderedDict[tuple[str, bool], bytes] = OrderedDict()
        self._size = 0
        for folder in folders:
            inner = folder / IMAGES.name
            for path in open_artifact(inner if inner.is_dir() else folder, IMAGES).paths:
                self._index(path)

    def has(self, id_: str | None) -> bool:
        """Whether there is a picture of that id."""
        return id_ in self._places

    def read(self, id_: str, *, small: bool = False) -> bytes | None:
        """A picture, or its thumbnail; None where there is none."""
        with self._lock:
            found = self._kept.get((id_, small))
            if found is None and id_ in self._places:
                found = self._load(id_, small=small)
                self._keep((id_, small), found)
            elif found is not None:
                self._kept.move_to_end((id_, small))
        return found or None

    def _index(self, path: Path) -> None:
        try:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, columns=["image_id", "width_px", "outcome"])
                    ids, outcomes = table["image_id"].to_pylist(), table["outcome"].to_pylist()
                    for row, (id_, outcome) in enumerate(zip(ids, outcomes, strict=True)):
                        if outcome == "ok":
                            self._places.setdefault(id_, (path, group, row))
        except (OSError, pa.ArrowInvalid) as error:
            raise ArtifactError(f"{path} cannot be read as a Parquet shard: {error}") from error

    def _load(self, id_: str, *, small: bool) -> bytes:
        """The bytes; empty where the row has none or they are no picture."""
        if small:
            whole = self._kept.get((id_, False)) or self._load(id_, small=False)
            return (make_thumbnail(whole, _THUMBNAIL_PX) or b"") if whole else b""
        path, group, row = self._places[id_]
        try:
            with pq.ParquetFile(path, buffer_size=_READ_BUFFER_BYTES, pre_buffer=False) as file:
                passed = 0
                for batch in file.iter_batches(_READ_AT_ONCE, row_groups=[group], columns=["image_bytes"]):
                    if row < passed + len(batch):
                        content: bytes = batch.column(0)[row - passed].as_py() or b""
                        return content if picture_type(content) else b""
                    passed += len(batch)
        except (OSError, pa.ArrowInvalid) as error:
            raise ArtifactError(f"{path} is damaged: {error}") from error
        return b""

    def _keep(self, key: tuple[str, bool], content: bytes) -> None:
        self._kept[key] = content
        self._size += len(content)
        while self._size > _CACHE_BYTES and len(self._kept) > 1:
            self._size -= len(self._kept.popitem(last=False)[1])
