"""The one entrance: bytes of any file to one clean picture."""

import hashlib

from pipeline.images.encoding import encode, fitted, output_format
from pipeline.images.hashing import perceptual_hash
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import Failure, ImageError, NormalizedImage, Outcome, Reason
from pipeline.images.raster import Picture, decode_raster
from pipeline.images.sniff import NOT_DRAWN, RASTER, VIDEO, sniff
from pipeline.images.svg import decode_svg
from pipeline.images.video import decode_video


def normalize(data: bytes, *, name: str, options: NormalizeOptions | None = None) -> Outcome:
    """An RGB jpg or png with the stated longest side, or a named failure.

    Safe against references and bombs that can be foreseen; use `isolated.Isolated` for files of strangers,
    since a decoder may hang, crash or eat memory. Same input, options and library versions: same bytes.

    Args:
        data: the whole file.
        name: for messages alone; the type is found by content.
        options: see NormalizeOptions.
    """
    options = options or NormalizeOptions()
    try:
        kind = _kind(data, options)
        picture = _decode(data, kind, options)
        return _finish(picture, data, kind, options)
    except ImageError as error:
        return Failure(error.reason, f"{name}: {error}")
    except MemoryError:
        return Failure(Reason.OUT_OF_MEMORY, f"{name}: more memory needed than allowed")


def _kind(data: bytes, options: NormalizeOptions) -> str:
    if not data:
        raise ImageError(Reason.EMPTY, "the file is empty")
    if len(data) > options.max_bytes:
        raise ImageError(Reason.TOO_LARGE, f"{len(data)} bytes; allowed are {options.max_bytes}")
    kind = sniff(data)
    if not kind:
        raise ImageError(Reason.NOT_AN_IMAGE, f"begins with {data[:16]!r}")
    if kind == "audio":
        raise ImageError(Reason.AUDIO, "holds sound alone")
    if kind in NOT_DRAWN:
        raise ImageError(Reason.UNSUPPORTED_TYPE, f"is a {kind} file")
    return kind


def _decode(data: bytes, kind: str, options: NormalizeOptions) -> Picture:
    if kind in RASTER:
        return decode_raster(data, kind, options)
    return decode_video(data, kind, options) if kind in VIDEO else decode_svg(data, options)


def _finish(picture: Picture, data: bytes, kind: str, options: NormalizeOptions) -> NormalizedImage:
    small = fitted(picture.pixels, options.side_px)
    form = output_format(kind, options)
    image_bytes = encode(small, form, options)
    return NormalizedImage(
        image_bytes=image_bytes,
        format=form,
        width_px=small.width,
        height_px=small.height,
        size_bytes=len(image_bytes),
        sha256=hashlib.sha256(image_bytes).hexdigest(),
        perceptual_hash=perceptual_hash(small),
        original_format=kind,
        original_width_px=picture.width_px,
        original_height_px=picture.height_px,
        original_size_bytes=len(data),
        source_sha256=hashlib.sha256(data).hexdigest(),
        frame_index=picture.frame_index,
        frame_time_s=picture.frame_time_s,
        is_video=kind in VIDEO,
        is_override=kind in VIDEO and options.frame_time_s is not None,
        background=options.background if picture.is_flattened else None,
        backend=picture.backend,
        steps=(*picture.steps, "resize") if small is not picture.pixels else tuple(picture.steps),
    )
