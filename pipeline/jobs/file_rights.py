"""Rights of files, read from dumps of the wikis that host them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.dump.header import DumpHeader, read_header
from pipeline.dump.pages import DumpPage, iter_pages
from pipeline.dump.ranges import DumpRange, plan_ranges
from pipeline.dump.title_places import ranges_of_titles
from pipeline.images.rights import Rights, description_url, rights_of_file_page
from pipeline.records.errors import InputError, PageError
from pipeline.titles.file_urls import file_name, local_repo
from pipeline.titles.parsing import FILE
from pipeline.titles.shipped import default_siteinfo, shipped_siteinfo, shipped_wikis
from pipeline.titles.site import DumpNames
from pipeline.titles.siteinfo import add_dump_names
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.file_page import read_file_page

OnBytes = Callable[[int, int], None]
"""Hears how many bytes of how many are read."""
RightsKey = tuple[str, str]
"""Repository (`wikipedia/commons`) and file title."""


def rights_from_dump(
    paths: Sequence[Path], titles: Iterable[str], *, cache_dir: Path | None = None, on_bytes: OnBytes | None = None
) -> dict[RightsKey, Rights]:
    """Rights by repository and title, the titles as given (with or without `File:`).

    Two wikis may have different files of one name, so each dump speaks for its own repository alone. Of several dumps
    of one wiki the first page that says something counts. A page that is a redirect speaks through its target. Beside
    a multistream index only the blocks with wanted pages are read; a dump without one is read from end to end.

    Raises:
        InputError: a dump cannot be read, or is of no known wiki.
    """
    wanted: dict[str, list[str]] = {}
    for title in titles:
        if name := _name(title):
            wanted.setdefault(name, []).append(title)
    found: dict[RightsKey, Rights] = {}
    for path in paths:
        header = read_header(path)
        repo = _repo(path, header)
        missing = {name for name in wanted if found.get((repo, name), Rights()).is_silent}
        for name, rights in _of_dump(path, header, missing, cache_dir, on_bytes).items():
            if (repo, name) not in found or not rights.is_silent:
                found[repo, name] = rights
    return {(repo, title): rights for (repo, name), rights in found.items() for title in wanted[name]}


@dataclass(slots=True)
class _Pages:
    """What one reading of a dump found: rights by name, and targets of redirects."""

    rights: dict[str, Rights]
    redirects: dict[str, str]


def _repo(path: Path, header: DumpHeader) -> str:
    """The repository that the dump's pages describe."""
    try:
        return local_repo(header.wiki)
    except PageError as error:
        raise InputError(f"{path} tells the rights of no known repository: {error}") from error


def _of_dump(
    path: Path, header: DumpHeader, names: set[str], cache_dir: Path | None, on_bytes: OnBytes | None
) -> dict[str, Rights]:
    if not names:
        return {}
    found = _read(path, header, names, cache_dir, on_bytes)
    targets = {target for target in found.redirects.values() if target not in found.rights}
    if targets:
        found.rights |= _read(path, header, targets, cache_dir, on_bytes).rights
    for name, target in found.redirects.items():
        if target in found.rights:
            found.rights[name] = found.rights[target]
    return {name: found.rights[name] for name in names if name in found.rights}


def _read(path: Path, header: DumpHeader, names: set[str], cache_dir: Path | None, on_bytes: OnBytes | None) -> _Pages:
    wiki = _wiki_of(header)
    # The dump may be older than the namespace's present name.
    prefixes = {wiki.titles.prefix(FILE), f"{header.namespaces.get(FILE, ('File', ''))[0]}:"}
    titles = {f"{prefix}{name}" for prefix in prefixes for name in names}
    found = _Pages({}, {})
    for page in _pages(path, header, titles, cache_dir, on_bytes):
        name = page.title.partition(":")[2]
        if name not in names:
            continue
        if page.redirect is not None:
            found.redirects[name] = _name(page.redirect)
        elif page.text is not None:
            rights = rights_of_file_page(read_file_page(page.text, wiki))
            found.rights[name] = replace(rights, description_url=_url(name, header))
    return found


def _pages(
    path: Path, header: DumpHeader, titles: set[str], cache_dir: Path | None, on_bytes: OnBytes | None
) -> Iterator[DumpPage]:
    ranges = ranges_of_titles(path, titles)
    if ranges is None:
        ranges = plan_ranges([path], cache_dir=cache_dir)
    total, done = sum(one.size_bytes for one in ranges), 0
    for one in ranges:
        yield from _file_pages(one, header)
        done += one.size_bytes
        if on_bytes is not None:
            on_bytes(done, total)


def _file_pages(one: DumpRange, header: DumpHeader) -> Iterator[DumpPage]:
    for page in iter_pages(one, header, keep=lambda namespace: namespace == FILE):
        if isinstance(page, DumpPage) and page.namespace == FILE:
            yield page


def _wiki_of(header: DumpHeader) -> Wiki:
    """The rules of the dump's wiki; no warning where none are shipped, since only names of namespaces matter here."""
    names = DumpNames(header.wiki, header.lang, header.case, dict(header.namespaces))
    if header.wiki in shipped_wikis():
        return Wiki(add_dump_names(shipped_siteinfo(header.wiki), names))
    return Wiki(default_siteinfo(header.wiki, names))


def _name(title: str) -> str:
    """Title without prefix, spaces for underscores; '' for one that no wiki takes."""
    try:
        return file_name(title).replace("_", " ")
    except PageError:
        return ""


def _url(name: str, header: DumpHeader) -> str | None:
    try:
        return description_url(name, local_repo(header.wiki))
    except PageError:
        return None
