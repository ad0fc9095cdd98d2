"""Fetched files and what became of each wanted one."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from pipeline.beamx.units import UnitLog
from pipeline.net.errors import PASSING
from pipeline.records.digest import options_digest
from pipeline.records.images import ImageOutcome, WantedImage

_PASSING = frozenset(str(reason) for reason in PASSING)


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """How the fetching of one file ended.

    Attributes:
        wish: digest of the addresses that were to be tried; another wish makes the record void.
        outcome: ok, missing or failed.
        url: address of the bytes, or the last one that was tried.
        path: where the bytes lie: relative to the store, or to the folder of local files.
        is_thumb: the bytes are a thumbnail.
    """

    wish: str
    outcome: str
    reason: str = ""
    message: str = ""
    url: str = ""
    repo: str = ""
    path: str = ""
    sha256: str = ""
    size_bytes: int = 0
    is_thumb: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether there are bytes."""
        return self.outcome == ImageOutcome.OK

    @property
    def is_passing(self) -> bool:
        """Whether another run may have more luck."""
        return self.outcome == ImageOutcome.FAILED and self.reason in _PASSING


_FIELDS = {field.name for field in fields(FetchRecord)}
"""Records of another version of the program do not count."""


class FileStore:
    """Fetched files by their address, and one record for each wanted file."""

    def __init__(self, staging: Path) -> None:
        self.folder = staging / "files"
        self.log = UnitLog(staging / "fetched")

    def records(self) -> dict[str, FetchRecord]:
        """All records by image id."""
        found = self.log.finished().items()
        return {image_id: FetchRecord(**value) for image_id, value in found if set(value) == _FIELDS}

    def note(self, image_id: str, record: FetchRecord) -> None:
        """Leave the record of one file."""
        self.log.finish(image_id, asdict(record))

    def path_of(self, url: str) -> Path:
        """Where the bytes of an address lie, or shall lie; names never come from titles."""
        name = hashlib.blake2b(url.encode(), digest_size=16).hexdigest()
        return self.folder / name[:2] / name

    def has(self, record: FetchRecord) -> bool:
        """Whether the bytes of a record are there."""
        path = self.folder / record.path
        return path.is_file() and path.stat().st_size == record.size_bytes

    def relative(self, path: Path) -> str:
        """The path as records have it."""
        return path.relative_to(self.folder).as_posix()


def wish_of(*parts: object) -> str:
    """Digest of what decides a record."""
    return options_digest([str(part) for part in parts])


def fetched_digest(images: Iterable[WantedImage], records: dict[str, FetchRecord]) -> str:
    """Digest of all outcomes: what the next stage's rows depend on."""
    parts = []
    for image in images:
        one = records[image.image_id]
        parts.append([image.image_id, one.outcome, one.reason, one.message, one.url, one.repo, one.sha256])
    return options_digest(parts)
