"""What of a dump is still to come, and from where."""

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.dump.choice import PAGE_PROPS, choose_files
from pipeline.dump.sources import DEFAULT_HOSTS, LISTS, Listing, Source, hosts_of, make_sources, read_listing
from pipeline.net.client import PoliteClient
from pipeline.net.download import Expected, bytes_missing, is_there
from pipeline.net.errors import FetchError, FetchReason
from pipeline.net.retries import Retries
from pipeline.records.errors import InputError

CONNECTIONS = 2
"""What the dump site allows one address."""


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Which dump is wanted, and how it may be fetched.

    `contact` is needed once anything has to come over the net.
    """

    dump_dir: Path
    wiki: str
    date: str
    contact: str = ""
    sources: tuple[Source, ...] = make_sources()
    hosts: tuple[str, ...] = DEFAULT_HOSTS
    tables: tuple[str, ...] = (PAGE_PROPS,)
    max_bytes_per_s: float | None = None
    retries: Retries = field(default_factory=Retries)

    @property
    def stem(self) -> str:
        """What the names of all files begin with."""
        return f"{self.wiki}-{self.date}"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file: where it will lie, what is known of it, how many bytes are to come (None = not known)."""

    path: Path
    expected: Expected
    missing_bytes: int | None

    @property
    def is_there(self) -> bool:
        """Whether nothing is to be done."""
        return is_there(self.path, self.expected)


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """The files of a dump and the source that lists them (None: the folder itself does)."""

    folder: Path
    source: Source | None
    files: tuple[PlannedFile, ...]
    lists: Mapping[str, bytes]

    @property
    def size_bytes(self) -> int:
        """Size of all files, as far as it is known."""
        return sum(file.expected.size_bytes or 0 for file in self.files)

    @property
    def missing(self) -> tuple[PlannedFile, ...]:
        """The files that are not there in full."""
        return tuple(file for file in self.files if not file.is_there)

    @property
    def missing_bytes(self) -> int:
        """Bytes that are to come, as far as it is known."""
        return sum(file.missing_bytes or 0 for file in self.files)


def open_client(request: FetchRequest) -> PoliteClient:
    """A client for the sources of a request.

    Raises:
        UsageError: there is no contact.
    """
    hosts = [*hosts_of(request.sources, request.wiki, request.date), *request.hosts]
    return PoliteClient(
        request.contact,
        hosts,
        retries=request.retries,
        connections=CONNECTIONS,
        max_bytes_per_s=request.max_bytes_per_s,
    )


def plan_local(request: FetchRequest) -> FetchPlan | None:
    """The plan by the lists that lie beside the files; None where there are none or they tell of no finished dump."""
    folder = home_of(request)
    lists = {name: folder / name for name in _list_names(request.stem) if (folder / name).is_file()}
    try:
        listing = read_listing(lists, request.stem)
        return FetchPlan(folder, None, tuple(_choose(request, folder, listing)), {})
    except InputError:
        return None


def plan_fetch(request: FetchRequest, client: PoliteClient) -> FetchPlan:
    """Ask the sources in their order until one has the dump.

    Raises:
        FetchError: none has it; every URL that was tried is named.
        InputError: the first source that lists it says that it is not finished.
    """
    tried: list[FetchError] = []
    folder = home_of(request)
    for source in request.sources:
        lists, errors = _fetch_lists(request, source, client)
        tried += errors
        if not lists:
            continue
        try:
            listing = _read(lists, request.stem)
        except InputError as error:
            url = source.url(request.wiki, request.date)
            tried.append(FetchError(FetchReason.CONTENT_TYPE, f"the lists in {url} cannot be read: {error}", [url]))
            continue
        files = _choose(request, folder, listing)
        return FetchPlan(folder, source, tuple(_sized(file, request, source, client) for file in files), lists)
    urls = [url for error in tried for url in error.urls]
    said = [f"no source has the dump {request.stem}:", *told(tried), by_hand(request)]
    raise FetchError(FetchReason.NOT_FOUND, "\n".join(said), urls)


def told(errors: Iterable[Exception]) -> list[str]:
    """A line for each error, set in."""
    return [f"  {error}" for error in errors]


def by_hand(request: FetchRequest) -> str:
    """What a person can do when nothing helps, in lines."""
    tables = [f"  {request.stem}-{table}.sql.gz" for table in request.tables]
    files = ["pages-articles-multistream*.bz2", "pages-articles-multistream-index*.txt.bz2"]
    lines = [
        "To do it by hand, download",
        *(f"  {request.stem}-{name}" for name in files),
        *tables,
        "  dumpstatus.json",
        f"  {request.stem}-sha1sums.txt",
        "from",
        *(f"  {source.url(request.wiki, request.date)}" for source in request.sources),
        "into",
        f"  {home_of(request)}",
        "or name another place with --source",
    ]
    return "\n".join(lines)


def home_of(request: FetchRequest) -> Path:
    """The folder where the dump lies or will lie: <wiki>/<date>/ unless files of it lie elsewhere already."""
    first = request.dump_dir / request.wiki / request.date
    for folder in (first, request.dump_dir / request.stem, request.dump_dir / request.wiki, request.dump_dir):
        if any(folder.glob(f"{request.stem}-pages-*")) or (folder == first and folder.is_dir()):
            return folder
    return first


def save_lists(plan: FetchPlan, stem: str) -> None:
    """Put the lists beside the files, where `find_dump` reads them."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    is_own = plan.folder.name in (stem, stem.rpartition("-")[2])
    for name, content in plan.lists.items():
        shown = name if is_own or name != LISTS[0] else f"{stem}-{name}"
        path = plan.folder / f".{shown}.new"
        path.write_bytes(content)
        os.replace(path, plan.folder / shown)


def _list_names(stem: str) -> list[str]:
    return [name.replace("{stem}", stem) for name in LISTS]


def _fetch_lists(
    request: FetchRequest, source: Source, client: PoliteClient
) -> tuple[dict[str, bytes], list[FetchError]]:
    """The lists of one source by name, and what was tried in vain."""
    status, stem_status, sums, archive = _list_names(request.stem)
    lists: dict[str, bytes] = {}
    errors: list[FetchError] = []
    for name in (status, stem_status, sums, archive):
        if (name == stem_status and status in lists) or (name == archive and {status, stem_status} & lists.keys()):
            continue
        try:
            lists[name] = client.get(source.url(request.wiki, request.date, name)).content
        except FetchError as error:
            if error.reason is FetchReason.STOPPED:
                raise
            errors.append(error)
            if error.reason in (FetchReason.CONNECTION, FetchReason.TIMEOUT):
                break  # the host is away: its other lists are, too
    return lists, errors


def _read(lists: Mapping[str, bytes], stem: str) -> Listing:
    """Read lists that are in memory."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name for name in lists}
        for name, path in paths.items():
            path.write_bytes(lists[name])
        return read_listing(paths, stem)


def _choose(request: FetchRequest, folder: Path, listing: Listing) -> list[PlannedFile]:
    """The files that are needed."""
    names = choose_files(listing, request.stem, request.tables, lambda name: _planned(folder, listing, name).is_there)
    return [_planned(folder, listing, name) for name in names]


def _planned(folder: Path, listing: Listing, name: str) -> PlannedFile:
    about = listing.files[name]
    expected = Expected(about.size_bytes, about.sha1)
    path = folder / name
    missing = bytes_missing(path, expected) if expected.size_bytes is not None or path.is_file() else None
    return PlannedFile(path, expected, missing)


def _sized(file: PlannedFile, request: FetchRequest, source: Source, client: PoliteClient) -> PlannedFile:
    """The file with the size that the server tells, where no list does."""
    if file.expected.size_bytes is not None or file.is_there:
        return file
    try:
        size = client.size(source.url(request.wiki, request.date, file.path.name))
    except FetchError:
        return file  # fetching it will say what is wrong, or another source will have it
    missing = None if size is None else bytes_missing(file.path, Expected(size))
    return PlannedFile(file.path, Expected(size, file.expected.sha1), missing)
