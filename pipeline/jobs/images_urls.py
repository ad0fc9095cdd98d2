"""Where a wanted file can be, in the order to try."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.records.errors import PageError
from pipeline.titles.file_urls import COMMONS, UPLOAD, file_name, local_repo, thumbnail_url, upload_url
from pipeline.titles.thumb_names import Thumb, standard_width

_FILMS = frozenset({"ogv", "webm", "ogg", "mpg", "mpeg", "mp4", "mov"})
"""Always whole: the frame is chosen here, not by the host."""
_NEVER_WHOLE = frozenset({"pdf", "djvu", "xcf", "stl"})
"""Never whole: nothing here draws them, but the host does."""


@dataclass(frozen=True, slots=True)
class Place:
    """One address of a file; `is_thumb` where a narrower picture of it is asked for."""

    url: str
    repo: str
    is_thumb: bool = False


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What the API says of a file: in which repository it lies, under which name, how wide."""

    repo: str
    title: str
    width_px: int | None = None


def places(
    title: str, wiki: str, *, thumb_px: int | None, info: FileInfo | None = None, upload: str = UPLOAD
) -> tuple[Place, ...]:
    """Addresses to try: Commons, then the wiki itself, each as a thumbnail and then whole.

    Args:
        title: File title.
        wiki: Wiki that uses it.
        thumb_px: Standard width of the thumbnail; None for the file itself.
        info: What the API says; then only that repository is tried.
        upload: What stands before `/wikipedia/commons/…`.

    Raises:
        PageError: no wiki takes such a title (bad_file_title).
    """
    name = file_name(info.title if info else title)
    repos = (info.repo,) if info else tuple(dict.fromkeys((COMMONS, local_repo(wiki))))
    width = info.width_px if info else None
    found = [place for repo in repos for place in _in_repo(name, repo, thumb_px, width)]
    return tuple(Place(upload + place.url.removeprefix(UPLOAD), place.repo, place.is_thumb) for place in found)


def _in_repo(name: str, repo: str, thumb_px: int | None, width_px: int | None) -> Iterator[Place]:
    kind = name.rpartition(".")[2].lower()
    never_whole = kind in _NEVER_WHOLE
    wanted_px = (thumb_px or 1280) if never_whole else thumb_px
    if wanted_px is not None and kind not in _FILMS:
        standard = standard_width(name, wanted_px, width_px)
        if standard is not None:
            try:
                yield Place(thumbnail_url(name, Thumb(standard), repo), repo, is_thumb=True)
            except PageError:
                never_whole = False  # of a type that has no thumbnails
    if not never_whole:
        yield Place(upload_url(name, repo), repo)
