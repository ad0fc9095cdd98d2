"""Where a wanted file can be, in the order to try."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.records.errors import PageError
from pipeline.records.images import WantedImage
from pipeline.titles.file_kinds import extension, may_be_film
from pipeline.titles.file_urls import COMMONS, UPLOAD, file_name, local_repo, thumbnail_url, upload_url
from pipeline.titles.thumb_names import Thumb, standard_width

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


def repos_of(image: WantedImage) -> tuple[str, ...]:
    """Repositories to try in order: the one that is known to have the file, Commons, the wiki itself.

    Raises:
        PageError: the wiki's name tells no repository.
    """
    return tuple(dict.fromkeys((image.repo or COMMONS, COMMONS, local_repo(image.wiki))))


def places(
    image: WantedImage, *, thumb_px: int | None, info: FileInfo | None = None, upload: str = UPLOAD
) -> tuple[Place, ...]:
    """Addresses to try: repository by repository (`repos_of`), each as a thumbnail and then whole.

    Films are always asked for whole: the frame is chosen here, not by the host.

    Args:
        image: The file and the wiki that uses it.
        thumb_px: Standard width of the thumbnail; None for the file itself.
        info: What the API says; then only that repository is tried.
        upload: What stands before `/wikipedia/commons/…`.

    Raises:
        PageError: no wiki takes such a title (bad_file_title).
    """
    name = file_name(info.title if info else image.file_title)
    repos = (info.repo,) if info else repos_of(image)
    width = info.width_px if info else None
    found = [place for repo in repos for place in _in_repo(name, repo, thumb_px, width)]
    return tuple(Place(upload + place.url.removeprefix(UPLOAD), place.repo, place.is_thumb) for place in found)


def _in_repo(name: str, repo: str, thumb_px: int | None, width_px: int | None) -> Iterator[Place]:
    kind = extension(name)
    never_whole = kind in _NEVER_WHOLE
    wanted_px = (thumb_px or 1280) if never_whole else thumb_px
    if wanted_px is not None and not may_be_film(name):
        standard = standard_width(name, wanted_px, width_px)
        if standard is not None:
            try:
                yield Place(thumbnail_url(name, Thumb(standard), repo), repo, is_thumb=True)
            except PageError:
                never_whole = False  # of a type that has no thumbnails
    if not never_whole:
        yield Place(upload_url(name, repo), repo)
