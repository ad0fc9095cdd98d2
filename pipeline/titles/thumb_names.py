"""Names of thumbnails: what the upload host calls them, and back."""

import re
from dataclasses import dataclass

from pipeline.records.errors import PageError
from pipeline.titles.file_kinds import FILM_EXTENSIONS, extension

STANDARD_WIDTHS = (20, 40, 60, 120, 250, 330, 500, 960, 1280, 1920, 3840)
"""Pixels. The host answers any other width with 429."""
MAX_FULL_NAME_BYTES = 160
"""A longer file name is called `thumbnail` in the names of its thumbnails."""
# How a type's thumbnails are named. "plain" needs no rendering: a thumbnail as wide as the file is the file.
_PLAIN = frozenset({"jpg", "jpeg", "png", "gif"})
_AS_PNG = frozenset({"svg", "webp", "xcf", "stl"})
_SCANS = frozenset({"tif", "tiff"})
_PAGED = frozenset({"pdf", "djvu"})
_VECTOR = frozenset({"svg", "stl", *_PAGED})
_NAME = re.compile(
    r"(?:(?P<scan>lossy|lossless)-)?(?:page(?P<page>[1-9]\d{0,5})-)?(?:lang(?P<lang>[a-z-]{1,20}?)-)?"
    r"(?P<width>[1-9]\d{0,5})px-(?P<still>mid|seek(?:=|%3D)(?P<seek>\d{1,6}(?:\.\d{1,6})?))?(?P<dash>-?)(?P<name>.+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Thumb:
    """How a thumbnail is made.

    Attributes:
        width_px: Its width.
        page: Page of a paged file, from 1; None for the first.
        seek_s: Time of a video's still as written ("68", "12.5"); '' for the middle.
        is_lossless: A tif as png rather than jpg.
    """

    width_px: int
    page: int | None = None
    seek_s: str = ""
    is_lossless: bool = False


def standard_width(name: str, wanted_px: int, original_px: int | None) -> int | None:
    """The smallest standard width of at least `wanted_px`, never wider than the original.

    The largest that the original allows where that is narrower; None where none fits or the thumbnail would be the
    file itself: then take the original. Drawings and pages have no width of their own.

    Args:
        name: File name, for its type.
        wanted_px: Width that will do, 1 or more.
        original_px: Width of the original; None where it is not known.

    Raises:
        ValueError: a width is less than 1.
    """
    if wanted_px < 1 or (original_px is not None and original_px < 1):
        raise ValueError(f"widths are 1 or more, not {wanted_px} and {original_px}")
    kind = extension(name)
    widths: tuple[int, ...] = STANDARD_WIDTHS
    if original_px is not None and kind not in _VECTOR:
        limit = original_px - 1 if kind in _PLAIN else original_px
        widths = tuple(width for width in widths if width <= limit)
    if not widths:
        return None
    return next((width for width in widths if width >= wanted_px), widths[-1])


def thumb_name(name: str, thumb: Thumb) -> str:
    """Last part of a thumbnail's address, not escaped; `name` has underscores.

    Raises:
        PageError: the host makes no thumbnails of such a file (reason no_thumbnail).
    """
    kind = extension(name)
    shown = name if len(name.encode()) <= MAX_FULL_NAME_BYTES else f"thumbnail.{kind}"
    size = f"{thumb.width_px}px-"
    page = f"page{thumb.page or 1}-"
    if kind in _PLAIN:
        return f"{size}{shown}"
    if kind in _AS_PNG:
        return f"{size}{shown}.png"
    if kind in _SCANS:
        quality, ending = ("lossless", "png") if thumb.is_lossless else ("lossy", "jpg")
        return f"{quality}-{page}{size}{shown}.{ending}"
    if kind in _PAGED:
        return f"{page}{size}{shown}.jpg"
    if kind in FILM_EXTENSIONS:
        still = f"seek={thumb.seek_s}-" if thumb.seek_s else "-"
        return f"{size}{still}{shown}.jpg"
    raise PageError("no_thumbnail", f"{name[:80]!r} is of a type that has no thumbnails")


def read_thumb_name(last: str) -> Thumb | None:
    """What the last part of a thumbnail's address says, not escaped; None where it is none."""
    found = _NAME.fullmatch(last)
    if found is None:
        return None
    page = int(found["page"]) if found["page"] else None
    return Thumb(int(found["width"]), page, found["seek"] or "", found["scan"] == "lossless")


def is_thumb_of(last: str, name: str) -> bool:
    """Whether a thumbnail's name is one of the file `name`: whole, or `thumbnail` for a long one."""
    found = _NAME.fullmatch(last)
    if found is None:
        return False
    shown = (found["dash"] + found["name"]).replace(" ", "_")
    long_form = f"thumbnail.{extension(name)}"
    # A name may begin with a dash, as the mark of a video's middle frame does.
    return any(
        text == wanted or (text.startswith(wanted + ".") and text[len(wanted) + 1 :] in {"jpg", "png", "webp", "gif"})
        for text in (shown, shown.removeprefix("-"))
        for wanted in (name, long_form)
    )
