"""Row types of the image job; columns are described in `images_schemas`."""

from dataclasses import dataclass
from enum import StrEnum


class ImageOutcome(StrEnum):
    """How one wanted file ended; `reason` says more."""

    OK = "ok"
    MISSING = "missing"
    """No such file, neither on Commons nor on the wiki itself."""
    FAILED = "failed"
    WITHHELD = "withheld"
    """A usable picture whose bytes are left out, since they may not be passed on (`--redistributable-only`)."""


class WithheldReason(StrEnum):
    """Why the bytes of a usable picture are left out."""

    NOT_REDISTRIBUTABLE = "not_redistributable"
    RIGHTS_UNKNOWN = "rights_unknown"


@dataclass(frozen=True, slots=True)
class WantedImage:
    """One file to get, however often it is used.

    `repo` is the repository that is known to have the file that the wiki shows; '' = not known.
    """

    image_id: str
    wiki: str
    file_title: str
    n_uses: int
    caption: str
    used_by: str
    repo: str = ""


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One wanted file and what became of it."""

    image_id: str
    repo: str
    file_title: str
    source_url: str
    outcome: str
    reason: str
    message: str
    original_format: str
    original_width_px: int
    original_height_px: int
    source_sha256: str
    source_size_bytes: int
    width_px: int
    height_px: int
    format: str
    image_bytes: bytes | None
    size_bytes: int
    sha256: str
    perceptual_hash: str
    frame_index: int | None
    frame_time_s: float | None
    is_video: bool
    is_override: bool
    background: str | None
    steps: str
    backend: str
    licence: str | None
    author: str | None
    description_url: str | None
    redistributable: bool | None
