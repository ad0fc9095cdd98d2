"""Files over the net: few connections, every outcome recorded."""

import threading
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace

from pipeline.console.progress import Progress
from pipeline.jobs.images_api import ApiBook
from pipeline.jobs.images_files import FetchRecord, FileStore, wish_of
from pipeline.jobs.images_options import FetchOptions
from pipeline.jobs.images_urls import Place, places
from pipeline.net.client import PoliteClient
from pipeline.net.download import download_file
from pipeline.net.errors import PASSING, FetchError, FetchReason
from pipeline.net.hosts import host_pattern
from pipeline.records.digest import file_digest
from pipeline.records.errors import MelError, PageError
from pipeline.records.images import ImageOutcome, WantedImage

_ENDS_ALL = frozenset({FetchReason.DISK_FULL, FetchReason.STOPPED})
_THREADS_A_CONNECTION = 3
"""A file that waits for its next try holds a thread, but no connection."""


def open_client(options: FetchOptions, hosts: Iterable[str]) -> PoliteClient:
    """The one client of a run; `hosts` are URLs whose hosts may be asked.

    Raises:
        UsageError: the contact or a host is of no use.
    """
    limits = replace(options.limits, max_file_bytes=options.max_bytes)
    return PoliteClient(
        options.contact,
        [*(host_pattern(url) for url in hosts), *options.allow_hosts],
        limits=limits,
        retries=options.retries,
        connections=options.connections,
        max_bytes_per_s=options.max_bytes_per_s,
    )


class Fetcher:
    """Fetches wanted files into a store.

    A failure of one file is its outcome. When several in a row fail as a dead host makes them fail, the host is asked
    for its front page; without any answer the run ends.
    """

    def __init__(
        self,
        client: PoliteClient,
        store: FileStore,
        options: FetchOptions,
        *,
        thumb_px: int | None,
        book: ApiBook,
        pictured: AbstractSet[str] = frozenset(),
    ) -> None:
        """`pictured` are image ids whose row an earlier run made: their bytes may be gone."""
        self._client = client
        self._store = store
        self._options = options
        self._thumb_px = thumb_px
        self._book = book
        self._pictured = pictured
        self._health = _Health(client, options.upload, options.dead_after)
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    def fetch_all(self, images: Sequence[WantedImage]) -> dict[str, FetchRecord]:
        """One record a file; those of an earlier run hold, unless it failed in a way that passes.

        Raises:
            MelError: the host is dead, the disk full; what was fetched stays.
        """
        found = {key: one for key, one in self._store.records().items() if self._holds(key, one)}
        todo = []
        for image in images:
            record = found.get(image.image_id)
            if record is None or not self._is_as_wished(image, record):
                found.pop(image.image_id, None)
                todo.append(image)
        with Progress("fetch", total=len(images), unit="files") as progress:

            def one(image: WantedImage) -> None:
                record = self._fetch(image)
                self._store.note(image.image_id, record)
                self._health.note(record)
                with self._lock:
                    found[image.image_id] = record
                    progress.update(len(images) - len(todo) + len(found) - n_before, MB=self._megabytes())

            n_before = len(found)
            progress.update(len(images) - len(todo))
            _in_threads(one, todo, self._options.connections * _THREADS_A_CONNECTION, self._client.gate.stop)
        return {image.image_id: found[image.image_id] for image in images}

    def _megabytes(self) -> str:
        return f"{self._client.meter.size_bytes / 1e6:.1f}"

    def _holds(self, image_id: str, record: FetchRecord) -> bool:
        if record.is_ok:
            return image_id in self._pictured or self._store.has(record)
        return not record.is_passing and not self._options.retry_failed

    def _places(self, image: WantedImage) -> tuple[Place, ...]:
        answer = self._book.answer(image)
        info = answer.info if answer else None
        return places(image, thumb_px=self._thumb_px, info=info, upload=self._options.upload)

    def _is_as_wished(self, image: WantedImage, record: FetchRecord) -> bool:
        """Whether the same addresses are to be tried, or the first of them is the one whose bytes are there."""
        if record.wish == self._wish(image):
            return True
        try:
            first = self._places(image)[0]
        except PageError:
            return False
        return record.is_ok and record.url == first.url and record.size_bytes <= self._options.max_bytes

    def _wish(self, image: WantedImage) -> str:
        answer = self._book.answer(image)
        try:
            urls = [place.url for place in self._places(image)]
        except PageError:
            urls = []
        return wish_of("net", bool(answer and answer.is_missing), self._options.max_bytes, *urls)

    def _fetch(self, image: WantedImage) -> FetchRecord:
        wish = self._wish(image)
        answer = self._book.answer(image)
        if answer is not None and answer.is_missing:
            return FetchRecord(wish, ImageOutcome.MISSING, FetchReason.NOT_FOUND, "the API knows no such file")
        try:
            found = self._places(image)
        except PageError as error:
            return FetchRecord(wish, ImageOutcome.FAILED, error.reason, str(error))
        return self._try_places(found, wish)

    def _alone(self, url: str) -> threading.Lock:
        """Two titles may lead to one address: the second waits and finds the file there."""
        with self._lock:
            return self._locks.setdefault(url, threading.Lock())

    def _try_places(self, found: Sequence[Place], wish: str) -> FetchRecord:
        """The first place that has the file.

        A thumbnail that is refused is no wider than the file itself, or cannot be drawn: then the file follows. One
        that is not found means that the repository has no such file.
        """
        record = FetchRecord(wish, ImageOutcome.MISSING, FetchReason.NOT_FOUND, "there is no such file")
        empty = set[str]()
        for place in found:
            if place.repo in empty:
                continue
            path = self._store.path_of(place.url)
            try:
                with self._alone(place.url):
                    download_file(self._client, place.url, path)
            except FetchError as error:
                if error.reason in _ENDS_ALL:
                    raise
                if error.reason is FetchReason.NOT_FOUND:
                    empty.add(place.repo)
                    continue
                record = _failed(wish, place, error)
                if place.is_thumb and error.reason in (FetchReason.STATUS, FetchReason.CONTENT_TYPE):
                    continue
                return record
            return FetchRecord(
                wish,
                ImageOutcome.OK,
                url=place.url,
                repo=place.repo,
                path=self._store.relative(path),
                sha256=file_digest(path),
                size_bytes=path.stat().st_size,
                is_thumb=place.is_thumb,
            )
        return record


def _failed(wish: str, place: Place, error: FetchError) -> FetchRecord:
    """The record of a failure; one that passes is told without figures, which differ from run to run."""
    told = f"{place.url}: {error.reason.value.replace('_', ' ')}" if error.reason in PASSING else str(error)
    return FetchRecord(wish, ImageOutcome.FAILED, error.reason, told, place.url, place.repo)


class _Health:
    """Notices a dead host, from any thread."""

    def __init__(self, client: PoliteClient, url: str, dead_after: int) -> None:
        self._client = client
        self._url = url
        self._dead_after = dead_after
        self._in_a_row = 0
        self._lock = threading.Lock()

    def note(self, record: FetchRecord) -> None:
        """Hear of one outcome.

        Raises:
            MelError: so many passing failures in a row, and the host does not answer at all.
        """
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if record.is_passing else 0
            if self._in_a_row < self._dead_after:
                return
            self._in_a_row = 0
        try:
            self._client.size(f"{self._url}/")
        except FetchError as error:
            if error.is_passing:
                raise MelError(
                    f"{self._url} does not answer any more ({error}); what was fetched stays, and the same command "
                    "goes on from here"
                ) from error


def _in_threads(
    work: Callable[[WantedImage], None], todo: Sequence[WantedImage], threads: int, stop: threading.Event
) -> None:
    """Call `work` for each file; the first error stops all others and is raised."""
    if not todo:
        return
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="fetch") as pool:
        futures = [pool.submit(work, image) for image in todo]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        errors = [future.exception() for future in futures if future in done]
        first = next((error for error in errors if error is not None), None)
        if first is not None:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise first
