"""Resizes to the stated side and writes jpg or png."""

import io

from PIL import Image

from pipeline.images.options import NormalizeOptions

_DRAWN = frozenset({"svg", "png", "apng", "gif"})
_REDUCING_GAP = 2.0


def fitted(picture: Image.Image, side_px: int) -> Image.Image:
    """The picture with its longest side at most `side_px`; never blown up."""
    width, height = picture.size
    longest = max(width, height)
    if longest <= side_px:
        return picture
    size = max(1, round(width * side_px / longest)), max(1, round(height * side_px / longest))
    return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=_REDUCING_GAP)


def output_format(kind: str, options: NormalizeOptions) -> str:
    """`jpg` or `png` for a source of this kind."""
    if options.format != "auto":
        return options.format
    return "png" if kind in _DRAWN else "jpg"


def encode(picture: Image.Image, form: str, options: NormalizeOptions) -> bytes:
    """The bytes of an RGB picture, free of metadata."""
    out = io.BytesIO()
    picture.info = {}
    if form == "png":
        picture.save(out, "PNG", compress_level=6)
    else:
        picture.save(out, "JPEG", quality=options.jpeg_quality, subsampling="4:2:0")
    return out.getvalue()
