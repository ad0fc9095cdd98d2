"""Which libraries decode on this machine: part of a job's id."""

from pipeline.images.outcomes import ImageError
from pipeline.images.raster import BACKEND
from pipeline.images.svg import svg_backend, svg_version
from pipeline.images.video import ffmpeg_version

NONE = "none"


def backend_versions(svg: str = "auto") -> dict[str, str]:
    """What draws pixels, vectors and films, with versions; `none` where nothing does."""
    return {"raster": BACKEND, "svg": _svg(svg), "video": _video()}


def _svg(wanted: str) -> str:
    try:
        return svg_version(svg_backend(wanted))
    except ImageError:
        return NONE


def _video() -> str:
    try:
        return ffmpeg_version()
    except ImageError:
        return NONE
