"""What the image job would fetch, and how long that takes."""

from collections import Counter
from dataclasses import dataclass

from pipeline.jobs.images_api import BATCH
from pipeline.jobs.images_options import API_NONE, ImagesOptions
from pipeline.jobs.images_source import read_folder
from pipeline.jobs.images_stages import wanted_images
from pipeline.jobs.images_urls import places
from pipeline.records.errors import PageError
from pipeline.records.images import WantedImage
from pipeline.titles.file_kinds import FILM_EXTENSIONS, kind_by_name

_ASSUMED_WIDTH_PX = 960
_THUMB_BYTES = {"svg": 60_000, "png": 500_000, "gif": 250_000}
"""At 960 px; any other still: 150 kB. Bytes grow with the area, so with the square of the width."""
_THUMB_BYTES_ELSE = 150_000
_WHOLE_BYTES = {"svg": 200_000, "png": 1_200_000, "gif": 700_000, "tif": 20_000_000, "tiff": 20_000_000}
_WHOLE_BYTES_ELSE = 2_500_000
_FILM_BYTES = 25_000_000
_REQUEST_S = 0.35
"""One request on one connection, with the time to the first byte."""
_LOCAL_SHARE = 0.1
"""Files that Commons does not have: a tenth of the released data set's."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A dry run: nothing was asked of any host.

    Attributes:
        by_kind: ending of the title -> files.
        bad_titles: titles that no wiki takes.
        size_bytes: estimated, or measured for a local folder.
        missing: files that the local folder lacks; None for the net.
        seconds: estimated time of fetching; 0 for a local folder.
    """

    images: tuple[WantedImage, ...]
    by_kind: dict[str, int]
    bad_titles: int
    requests: int
    size_bytes: int
    missing: int | None
    seconds: float


def estimate_images(options: ImagesOptions) -> Estimate:
    """Files, bytes and hours; titles are read, hosts are not asked."""
    images = wanted_images(options)
    kinds = Counter(kind_by_name(image.file_title) for image in images)
    by_kind = dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0])))
    fetch = options.fetch
    if fetch.source_dir is not None:
        found = read_folder(fetch.source_dir, images, fetch.max_bytes)
        size = sum(record.size_bytes for record in found.values())
        missing = sum(not record.is_ok for record in found.values())
        return Estimate(tuple(images), by_kind, 0, 0, size, missing, 0.0)
    sizes = [_bytes_of(image, options) for image in images]
    size, n_bad = sum(size or 0 for size in sizes), sum(size is None for size in sizes)
    n_files = len(images) - n_bad
    with_api = fetch.api != API_NONE
    requests = n_files + (-(-n_files // BATCH) if with_api else round(n_files * _LOCAL_SHARE))
    by_rate = size / fetch.max_bytes_per_s if fetch.max_bytes_per_s else 0.0
    seconds = max(by_rate, requests * _REQUEST_S / fetch.connections)
    return Estimate(tuple(images), by_kind, n_bad, requests, size, None, seconds)


def _bytes_of(image: WantedImage, options: ImagesOptions) -> int | None:
    """Estimated size of what would be fetched first; None for a title that no wiki takes."""
    thumb_px = None if options.fetch.originals else options.thumb_px
    try:
        first = places(image, thumb_px=thumb_px)[0]
    except PageError:
        return None
    kind = kind_by_name(image.file_title)
    if kind in FILM_EXTENSIONS:
        return _FILM_BYTES
    if not first.is_thumb:
        return _WHOLE_BYTES.get(kind, _WHOLE_BYTES_ELSE)
    area = ((thumb_px or _ASSUMED_WIDTH_PX) / _ASSUMED_WIDTH_PX) ** 2
    return round(_THUMB_BYTES.get(kind, _THUMB_BYTES_ELSE) * area)
