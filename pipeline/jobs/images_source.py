"""Files from a local folder instead of the net."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.console.progress import Progress
from pipeline.jobs.images_files import FetchRecord, wish_of
from pipeline.jobs.images_urls import repos_of
from pipeline.net.errors import FetchReason
from pipeline.records.digest import file_digest
from pipeline.records.errors import InputError, PageError
from pipeline.records.images import ImageOutcome, WantedImage
from pipeline.titles.file_urls import UPLOAD, file_name, upload_url

_THREADS = 2


def read_folder(folder: Path, images: Sequence[WantedImage], max_bytes: int) -> dict[str, FetchRecord]:
    """One record a file: its path below `folder`, or that it is not there. Nothing is copied.

    Tried in order: the path on the upload host (`wikipedia/commons/a/ab/Name.jpg`) in each repository (`repos_of`), and
    `Name.jpg` in the folder itself.

    Raises:
        InputError: a file cannot be read.
    """
    found: dict[str, FetchRecord] = {}
    lock = threading.Lock()
    with Progress("read files", total=len(images), unit="files") as progress:

        def one(image: WantedImage) -> None:
            record = _look(folder, image, max_bytes)
            with lock:
                found[image.image_id] = record
                progress.update(len(found))

        with ThreadPoolExecutor(_THREADS, thread_name_prefix="read files") as pool:
            list(pool.map(one, images))
    return found


def local_places(image: WantedImage) -> Iterator[tuple[str, str]]:
    """(repository, path below the folder) in the order to try; '' = repository not known.

    Raises:
        PageError: no wiki takes such a title.
    """
    name = file_name(image.file_title)
    for repo in repos_of(image):
        hashed = upload_url(name, repo).removeprefix(f"{UPLOAD}/{repo}/").split("/")
        yield repo, "/".join([repo, *hashed[:2], name])
    yield "", name.replace("/", "%2F")


def _look(folder: Path, image: WantedImage, max_bytes: int) -> FetchRecord:
    wish = wish_of("folder", image.file_title, image.wiki)
    try:
        places = list(local_places(image))
    except PageError as error:
        return FetchRecord(wish, ImageOutcome.FAILED, error.reason, str(error))
    for repo, name in places:
        path = folder / name
        try:
            if not path.is_file():
                continue
            return _record(path, wish, repo, name, max_bytes)
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
    return FetchRecord(wish, ImageOutcome.MISSING, FetchReason.NOT_FOUND, "the folder has no such file")


def _record(path: Path, wish: str, repo: str, name: str, max_bytes: int) -> FetchRecord:
    url, size = f"file:{name}", path.stat().st_size
    if size > max_bytes:
        told = f"{name} has {size:,} bytes, more than the {max_bytes:,} allowed"
        return FetchRecord(wish, ImageOutcome.FAILED, FetchReason.TOO_LARGE, told, url, repo)
    return FetchRecord(wish, ImageOutcome.OK, url=url, repo=repo, path=name, sha256=file_digest(path), size_bytes=size)
