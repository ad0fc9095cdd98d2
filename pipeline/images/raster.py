"""Pillow's side: open, pick the frame, turn upright, to sRGB."""

import io
import warnings
from dataclasses import dataclass, field

import PIL

# Imported for their registration: Image.open would load every plug-in there is to find them.
from PIL import (
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from pipeline.images.colour import to_rgb
from pipeline.images.damage import DAMAGE, describe
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import ImageError, Reason

BACKEND = f"pillow-{PIL.__version__}"
_PLUGINS = {
    "jpg": JpegImagePlugin.JpegImageFile.format,
    "png": PngImagePlugin.PngImageFile.format,
    "apng": PngImagePlugin.PngImageFile.format,
    "gif": GifImagePlugin.GifImageFile.format,
    "webp": WebPImagePlugin.WebPImageFile.format,
    "tif": TiffImagePlugin.TiffImageFile.format,
}
_ANIMATED = frozenset({"apng", "gif", "webp"})
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_UNIFORM_SPREAD = 8
"""A frame whose channels each spread no further counts as one colour: lossy WebP leaves noise."""


@dataclass(slots=True)
class Picture:
    """A decoded RGB picture before it is resized."""

    pixels: Image.Image
    width_px: int
    height_px: int
    backend: str
    frame_index: int | None = None
    frame_time_s: float | None = None
    is_flattened: bool = False
    steps: list[str] = field(default_factory=list)


def decode_raster(data: bytes, kind: str, options: NormalizeOptions) -> Picture:
    """The picture of a raster file: first page, first frame that is not one colour, upright, sRGB.

    Raises:
        ImageError: broken or too_many_pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(data, kind, options)
    except Image.DecompressionBombError as error:
        raise ImageError(Reason.TOO_MANY_PIXELS, describe(error)) from error
    except DAMAGE as error:
        raise ImageError(Reason.BROKEN, describe(error)) from error


def _decode(data: bytes, kind: str, options: NormalizeOptions) -> Picture:
    frame: int | None
    with Image.open(io.BytesIO(data), formats=[_PLUGINS[kind] or ""]) as opened:
        width, height = opened.size
        if width * height > options.max_pixels:
            raise ImageError(Reason.TOO_MANY_PIXELS, f"{width} x {height} px; allowed are {options.max_pixels} in all")
        turn = _TURNS.get(_orientation(opened)) if kind != "tif" else None  # the TIFF plug-in turns by itself
        if kind == "jpg":
            _draft(opened, options.side_px)
        if kind in _ANIMATED and getattr(opened, "is_animated", False):
            frame, rgb, steps = _first_frame(opened, options)
        else:
            frame = 0 if kind == "tif" and getattr(opened, "n_frames", 1) > 1 else None
            opened.load()
            if kind == "tif":
                width, height = opened.size
            rgb, steps = to_rgb(opened, options.background_rgb)
    if turn is not None:
        rgb = rgb.transpose(turn)
        steps.append(f"turn:{turn.name.lower()}")
        if turn not in (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.ROTATE_180):
            width, height = height, width
    flat = "flatten" in steps
    return Picture(rgb, width, height, BACKEND, frame_index=frame, is_flattened=flat, steps=steps)


def _draft(opened: Image.Image, side_px: int) -> None:
    """Let the JPEG decoder skip detail that the resize would throw away."""
    width, height = opened.size
    scale = side_px / max(width, height)
    if scale < 1:
        # Twice the size wanted, so that the resize still averages.
        opened.draft(None, (max(1, int(width * scale * 2)), max(1, int(height * scale * 2))))


def _orientation(opened: Image.Image) -> int:
    try:
        return int(opened.getexif().get(_ORIENTATION_TAG, 1))
    except DAMAGE:
        return 1  # damaged EXIF data says nothing about the pixels


def _first_frame(opened: Image.Image, options: NormalizeOptions) -> tuple[int, Image.Image, list[str]]:
    """Index, pixels and steps of the first frame of more than one colour; frame 0 where none is."""
    # A copy, since the next seek may change or spoil the pixels in place.
    rgb, steps = to_rgb(opened.copy(), options.background_rgb)
    first = (0, rgb, steps)
    area = opened.width * opened.height
    index = 0
    while _is_uniform(rgb):
        index += 1
        if index >= options.max_frames or (index + 1) * area > options.max_pixels:
            return first
        try:
            opened.seek(index)
            frame = opened.copy()
        except EOFError:
            return first
        rgb, steps = to_rgb(frame, options.background_rgb)
    return index, rgb, steps


def _is_uniform(rgb: Image.Image) -> bool:
    return all(greatest - least <= _UNIFORM_SPREAD for least, greatest in map(_range_of, rgb.split()))


def _range_of(channel: Image.Image) -> tuple[float, float]:
    least, greatest = channel.getextrema()
    assert isinstance(least, float | int)
    assert isinstance(greatest, float | int)
    return least, greatest
