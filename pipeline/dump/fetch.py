"""Fetches a dump: local folder, dump site, Internet Archive, mirrors."""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from pipeline.console.progress import Progress
from pipeline.dump.fetch_plan import (
    CONNECTIONS,
    FetchPlan,
    FetchRequest,
    PlannedFile,
    by_hand,
    open_client,
    plan_fetch,
    plan_local,
    save_lists,
    told,
)
from pipeline.dump.layout import DumpFiles, find_dump
from pipeline.net.client import PoliteClient
from pipeline.net.download import check_space, download_file
from pipeline.net.errors import FetchError, FetchReason
from pipeline.records.errors import InputError

ASSUMED_BYTES_PER_S = 4_000_000.0
"""What two connections to the dump site bring, for an estimate before anything was measured."""
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FetchResult:
    """A dump on disk, and what came over the net for it."""

    files: DumpFiles
    plan: FetchPlan
    n_fetched: int
    received_bytes: int
    bytes_per_s: float


def find_or_fetch(request: FetchRequest) -> DumpFiles:
    """The dump on disk; fetched first when it is not there or not whole and there is a contact.

    Raises:
        UsageError: wiki or date is not of the right form.
        InputError: it is not there and there is no contact; or it is not finished.
        FetchError: it cannot be fetched.
    """
    try:
        return find_dump(request.dump_dir, request.wiki, request.date)
    except InputError as error:
        first = str(_fetchable(error, request)).partition("\n")[0]
        LOG.warning("%s; it is fetched now", first.removesuffix("; looked in"))
    return fetch_dump(request).files


def plan_if_missing(request: FetchRequest) -> FetchPlan | None:
    """What `find_or_fetch` would fetch first; None when it would fetch nothing. Nothing is written.

    Raises:
        UsageError, InputError, FetchError: as `find_or_fetch`.
    """
    try:
        find_dump(request.dump_dir, request.wiki, request.date)
    except InputError as error:
        _fetchable(error, request)
        return plan_dump(request)
    return None


def _fetchable(error: InputError, request: FetchRequest) -> InputError:
    """The error of a dump that is not there, when it may be fetched.

    Raises:
        InputError: it may not, since nobody gave a contact.
    """
    if not request.contact:
        raise InputError(f"{error}\nWith --contact MAIL it is downloaded") from error
    return error


def plan_dump(request: FetchRequest) -> FetchPlan:
    """What `fetch_dump` would do; nothing is written.

    Raises:
        UsageError: there is no contact, though something is to come.
        FetchError: no source has the dump.
    """
    plan = _whole_plan(request)
    if plan is not None:
        return plan
    with open_client(request) as client:
        return plan_fetch(request, client)


def fetch_dump(request: FetchRequest) -> FetchResult:
    """Fetch what is missing of a dump, verify it, find it.

    What a run that was ended left behind is gone on with; a dump that is there needs no network.

    Raises:
        UsageError: wiki, date or contact is of no use, or a table is unknown.
        FetchError: files cannot be had; the message names every URL and what to do by hand.
        InputError: the dump is not finished.
    """
    plan = _whole_plan(request)
    if plan is not None:
        return FetchResult(find_dump(request.dump_dir, request.wiki, request.date), plan, 0, 0, 0.0)
    with open_client(request) as client:
        plan = plan_fetch(request, client)
        check_space(plan.folder, plan.missing_bytes)
        save_lists(plan, request.stem)
        n_missing = len(plan.missing)
        received = _fetch_all(request, plan, client) if n_missing else 0
        rate = client.meter.bytes_per_s
    return FetchResult(find_dump(request.dump_dir, request.wiki, request.date), plan, n_missing, received, rate)


def _whole_plan(request: FetchRequest) -> FetchPlan | None:
    """The local plan when nothing is missing from it."""
    try:
        find_dump(request.dump_dir, request.wiki, request.date)  # checks the names, too
    except InputError:
        return None
    plan = plan_local(request)
    return plan if plan is not None and not plan.missing else None


def _fetch_all(request: FetchRequest, plan: FetchPlan, client: PoliteClient) -> int:
    """Fetch the missing files, two at a time; bytes that came."""
    with Progress("download", total=plan.size_bytes or None, unit="bytes") as progress:
        tally = _Tally(plan, progress)

        def fetch(file: PlannedFile) -> int:
            return _fetch_one(request, plan, client, file, tally)

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            futures = [pool.submit(fetch, file) for file in plan.missing]
            try:
                return _results(futures, request)
            except BaseException:
                client.close()  # ends what the other threads wait for
                raise


def _results(futures: Sequence[Future[int]], request: FetchRequest) -> int:
    """Sum of what came; what failed is told together, after all files have had their turn.

    Raises:
        FetchError: some files could not be had.
    """
    errors: list[FetchError] = []
    received = 0
    for future in futures:
        try:
            received += future.result()
        except FetchError as error:
            if error.reason in (FetchReason.DISK_FULL, FetchReason.STOPPED):
                raise
            errors.append(error)
    if errors:
        said = [
            f"{len(errors)} of the {len(futures)} missing files could not be fetched:",
            *told(errors),
            "What came is kept: the same command goes on from there.",
            by_hand(request),
        ]
        urls = [url for error in errors for url in error.urls]
        raise FetchError(errors[0].reason, "\n".join(said), urls)
    return received


def _fetch_one(request: FetchRequest, plan: FetchPlan, client: PoliteClient, file: PlannedFile, tally: "_Tally") -> int:
    """Fetch one file, from the source that lists it or from the ones after it.

    Raises:
        FetchError: none gives it; all their reasons are told.
    """
    errors: list[FetchError] = []
    start = request.sources.index(plan.source) if plan.source in request.sources else 0
    for source in request.sources[start:]:
        url = source.url(request.wiki, request.date, file.path.name)
        try:
            return download_file(client, url, file.path, file.expected, lambda n: tally.note(file, n))
        except FetchError as error:
            if error.reason in (FetchReason.DISK_FULL, FetchReason.STOPPED):
                raise
            errors.append(error)
    said = ", then ".join(str(error) for error in errors)
    raise FetchError(errors[0].reason, said, [url for error in errors for url in error.urls])


class _Tally:
    """Adds up how far the files are, for the progress display."""

    def __init__(self, plan: FetchPlan, progress: Progress) -> None:
        self._lock = threading.Lock()
        self._progress = progress
        self._have = {
            file.path: max((file.expected.size_bytes or 0) - (file.missing_bytes or 0), 0) for file in plan.files
        }
        self._size = {file.path: file.expected.size_bytes for file in plan.files}
        self._show()

    def note(self, file: PlannedFile, n_bytes: int) -> None:
        """A file has `n_bytes` now."""
        with self._lock:
            self._have[file.path] = n_bytes
            self._show()

    def _show(self) -> None:
        done = sum(have == self._size[path] for path, have in self._have.items())
        self._progress.update(sum(self._have.values()), files=f"{done}/{len(self._have)}")
