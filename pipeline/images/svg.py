"""An SVG to pixels, by cairosvg or pyvips, whichever loads."""

import base64
import binascii
import importlib
import io
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

from PIL import Image

from pipeline.images.damage import DAMAGE, describe
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import ImageError, Reason
from pipeline.images.raster import Picture
from pipeline.images.sniff import sniff
from pipeline.images.svg_check import check_svg

_MAX_EMBEDDED_PIXELS = 50_000_000
_EMBEDDED = frozenset({"jpg", "png", "gif", "webp"})


def decode_svg(data: bytes, options: NormalizeOptions) -> Picture:
    """An SVG drawn with its longest side at `side_px` on the background; nothing outside it is read.

    Raises:
        ImageError: see `check_svg`; broken; no_svg_backend.
    """
    size = check_svg(data, options)
    scale = options.side_px / max(size.width, size.height)
    side = max(1, round(size.width * scale)), max(1, round(size.height * scale))
    name = svg_backend(options.svg_backend)
    damage: tuple[type[Exception], ...] = (*DAMAGE, *_errors_of(name))
    try:
        if name == "cairosvg":
            pixels = _by_cairosvg(data, (size.width, size.height), side, options)
        else:
            pixels = _by_pyvips(data, scale, side, options)
    except RecursionError as error:
        raise ImageError(Reason.SVG_RECURSION, "references or groups are nested too deep") from error
    except damage as error:
        raise ImageError(Reason.BROKEN, describe(error)) from error
    width, height = max(1, round(size.width)), max(1, round(size.height))
    return Picture(pixels, width, height, svg_version(name), is_flattened=True, steps=["draw"])


@cache
def svg_backend(wanted: str = "auto") -> str:
    """`cairosvg` or `pyvips`: the first that loads with its C library.

    Raises:
        ImageError: no_svg_backend.
    """
    for name in ("cairosvg", "pyvips") if wanted == "auto" else (wanted,):
        if _load(name) is not None:
            return name
    raise ImageError(Reason.NO_SVG_BACKEND, f"neither cairosvg with libcairo nor pyvips loads (asked for: {wanted})")


@cache
def svg_version(name: str) -> str:
    """Backend with all versions that decide about pixels."""
    module: Any = _load(name)
    if name == "pyvips":
        numbers = ".".join(str(module.version(part)) for part in range(3))
        return f"pyvips-{module.__version__}+libvips-{numbers}"
    return f"cairosvg-{module.__version__}+cairo-{_module('cairocffi').cairo_version_string()}"


def _module(name: str) -> Any:  # noqa: ANN401 - untyped libraries
    return importlib.import_module(name)


@cache
def _load(name: str) -> Any:  # noqa: ANN401 - untyped libraries
    try:
        return importlib.import_module(name)
    except (ImportError, OSError):  # OSError: the Python part is there, its C library is not
        return None


def _errors_of(name: str) -> tuple[type[Exception], ...]:
    if name == "pyvips":
        return (_module("pyvips").Error,)
    return _module("cairocffi").CairoError, _module("cairosvg.helpers").PointError


def _by_cairosvg(
    data: bytes, size: tuple[float, float], side: tuple[int, int], options: NormalizeOptions
) -> Image.Image:
    surface_module = _module("cairosvg.surface")
    tree = _module("cairosvg.parser").Tree(bytestring=data, unsafe=False, url_fetcher=_fetch_embedded)
    drawn = surface_module.PNGSurface(
        tree,
        None,
        96,
        parent_width=size[0],
        parent_height=size[1],
        output_width=side[0],
        output_height=side[1],
        background_color=options.background,
    )
    surface = drawn.cairo
    surface.flush()
    width, height = surface.get_width(), surface.get_height()
    # 4 bytes a pixel, opaque since the background is painted first.
    return Image.frombuffer("RGB", (width, height), bytes(surface.get_data()), "raw", "BGRX", surface.get_stride(), 1)


def _by_pyvips(data: bytes, scale: float, side: tuple[int, int], options: NormalizeOptions) -> Image.Image:
    vips: Any = _module("pyvips")
    vips.cache_set_max(0)
    drawn = vips.Image.svgload_buffer(data, scale=scale).flatten(background=list(options.background_rgb))
    drawn = drawn.colourspace("srgb")
    picture = Image.frombytes("RGB", (drawn.width, drawn.height), drawn.write_to_memory())
    return picture if picture.size == side else picture.resize(side, Image.Resampling.BICUBIC)


def _fetch_embedded(url: str, _resource_type: str) -> bytes:
    """What cairosvg gets for an address: embedded pictures of a plain format, nothing else.

    Embedded SVG is left out: it could nest without end, and it may be compressed.
    """
    if not url.startswith("data:"):
        return b""
    head, _, payload = url.partition(",")
    raw = unquote_to_bytes(payload)
    try:
        raw = base64.b64decode(raw) if head.endswith(";base64") else raw
        if sniff(raw) not in _EMBEDDED:
            return b""
        with Image.open(io.BytesIO(raw)) as opened:
            too_large = opened.width * opened.height > _MAX_EMBEDDED_PIXELS
    except (*DAMAGE, binascii.Error, Image.DecompressionBombError):
        return b""
    return b"" if too_large else raw
