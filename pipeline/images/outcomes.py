"""What becomes of one file: a picture or a named failure."""

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, get_args


class Reason(StrEnum):
    """Why a file gave no picture."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    """More bytes than allowed."""
    NOT_AN_IMAGE = "not_an_image"
    """The content is of no known type, or text such as an error page."""
    UNSUPPORTED_TYPE = "unsupported_type"
    """A known type that is not drawn here (pdf, djvu, …)."""
    AUDIO = "audio"
    BROKEN = "broken"
    """Truncated or damaged."""
    TOO_MANY_PIXELS = "too_many_pixels"
    UNSAFE_SVG = "unsafe_svg"
    """Declares XML entities."""
    EXTERNAL_REFERENCE = "external_reference"
    """An SVG that draws something from outside itself."""
    SVG_RECURSION = "svg_recursion"
    TOO_COMPLEX = "too_complex"
    """An SVG of too many elements once its references are followed."""
    NO_SVG_BACKEND = "no_svg_backend"
    NO_FFMPEG = "no_ffmpeg"
    NO_FRAME = "no_frame"
    """A video of which no frame could be decoded."""
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out_of_memory"


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that gave no picture, with one sentence for the reader."""

    reason: Reason
    message: str


class ImageError(Exception):
    """Raised inside `pipeline.images`; `normalize` turns it into a `Failure`."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class NormalizedImage:
    """One clean RGB picture and how it came about.

    Attributes:
        format: `jpg` or `png`.
        sha256: of `image_bytes`; `source_sha256` is that of the file given.
        perceptual_hash: dHash, 64 bits as 16 hexadecimal digits (see `hashing.py`).
        original_format: by content: jpg, png, apng, gif, webp, tif, svg, ogg, webm, mp4, mpeg.
        original_width_px: as shown, that is, after the EXIF orientation; for an SVG its nominal size.
        frame_index: the frame taken; None for a file of one picture.
        frame_time_s: the moment asked of a video; None for anything else.
        is_override: the caller named the moment.
        background: what transparent parts stand on; None where nothing was transparent. An SVG always has one.
        backend: the libraries that decoded, with versions.
        steps: what was done to the pixels, in order.
    """

    image_bytes: bytes
    format: str
    width_px: int
    height_px: int
    size_bytes: int
    sha256: str
    perceptual_hash: str
    original_format: str
    original_width_px: int
    original_height_px: int
    original_size_bytes: int
    source_sha256: str
    frame_index: int | None
    frame_time_s: float | None
    is_video: bool
    is_override: bool
    background: str | None
    backend: str
    steps: tuple[str, ...]


Outcome = NormalizedImage | Failure


def to_parts(outcome: Outcome) -> tuple[dict[str, Any], bytes]:
    """A JSON object and the bytes beside it: how an outcome crosses a pipe."""
    if isinstance(outcome, Failure):
        return {"reason": outcome.reason.value, "message": outcome.message}, b""
    value = asdict(outcome)
    return value, value.pop("image_bytes")


def from_parts(value: object, body: bytes) -> Outcome:
    """The outcome of `to_parts`; the writer is not trusted.

    Raises:
        ValueError: the object is no outcome.
    """
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for all nonsense
    if "reason" in value:
        return Failure(Reason(value["reason"]), str(value.get("message", "")))
    wanted = {field.name: field.type for field in fields(NormalizedImage) if field.name != "image_bytes"}
    if set(value) != set(wanted):
        raise ValueError("not the fields of an image")
    for name, kind in wanted.items():
        if not _fits(value[name], kind):
            raise ValueError(f"{name} is no {kind}")
    return NormalizedImage(image_bytes=body, **{**value, "steps": tuple(value["steps"])})


def _fits(value: object, kind: object) -> bool:
    if kind == tuple[str, ...]:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    allowed = get_args(kind) or (kind,)
    return type(value) in allowed or (type(value) is int and float in allowed)
