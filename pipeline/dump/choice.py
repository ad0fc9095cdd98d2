"""Which of a dump's published files are needed."""

import difflib
import re
from collections.abc import Callable, Iterable

from pipeline.dump.sources import Listing
from pipeline.records.errors import InputError, UsageError

KINDS = ("pages-articles-multistream", "pages-articles", "pages-meta-current")
PAGE_PROPS = "page_props"


def choose_files(listing: Listing, stem: str, tables: Iterable[str], is_there: Callable[[str], bool]) -> list[str]:
    """Names of the pages' files, their indexes, the tables and siteinfo, in the order in which they are fetched.

    Multistream before single streams; parts before the whole file, because two connections share them, unless the whole
    one `is_there` already.

    Raises:
        InputError: the dump is not finished or has no pages.
        UsageError: there is no such table.
    """
    small = [*_tables(listing, stem, tables)]
    siteinfo = f"{stem}-siteinfo-namespaces.json.gz"
    small += [siteinfo] if siteinfo in listing.files else []
    for kind in KINDS:
        sets = [found for found in (_parts(listing, stem, kind), _whole(listing, stem, kind)) if found]
        if sets:
            pages = next((found for found in sets if all(map(is_there, found))), sets[0])
            return [*small, *_indexes(listing, pages), *pages]
    raise InputError(_no_pages(listing, stem))


def _parts(listing: Listing, stem: str, kind: str) -> list[str]:
    """The numbered parts in page order."""
    pattern = re.compile(rf"{re.escape(f'{stem}-{kind}')}(\d+)\.xml(?:-p(\d+)p(\d+))?\.(?:bz2|gz)")
    found = [(match, name) for name in listing.files if (match := pattern.fullmatch(name))]
    return [
        name for _, name in sorted((tuple(int(group or 0) for group in match.groups()), name) for match, name in found)
    ]


def _whole(listing: Listing, stem: str, kind: str) -> list[str]:
    """The one file of this kind."""
    return [name for ending in ("bz2", "gz") if (name := f"{stem}-{kind}.xml.{ending}") in listing.files][:1]


def _indexes(listing: Listing, pages: Iterable[str]) -> list[str]:
    """The index beside each multistream file that has one."""
    names = [re.sub(r"-multistream(\d*)\.xml", r"-multistream-index\1.txt", page) for page in pages]
    return [name for name, page in zip(names, pages, strict=True) if name != page and name in listing.files]


def _tables(listing: Listing, stem: str, tables: Iterable[str]) -> list[str]:
    """The tables' files; page_props may be missing (the KB job warns then), others may not."""
    names = {table: f"{stem}-{table}.sql.gz" for table in tables}
    known = sorted(name[len(stem) + 1 : -len(".sql.gz")] for name in listing.files if name.endswith(".sql.gz"))
    for table, name in names.items():
        if name in listing.files or table == PAGE_PROPS:
            continue
        if late := _status(listing, name):
            raise InputError(f"{name} is not finished: {late}")
        near = difflib.get_close_matches(table, known, n=2)
        hint = f"; did you mean {' or '.join(near)}?" if near else f" (there are: {', '.join(known)})"
        raise UsageError(f"--tables: the dump {stem} has no table {table!r}{hint}")
    return [name for name in names.values() if name in listing.files]


def _status(listing: Listing, name: str) -> str:
    """Which unfinished job writes a file."""
    return next((f"{job} is {status!r}" for job, (status, files) in listing.unfinished.items() if name in files), "")


def _no_pages(listing: Listing, stem: str) -> str:
    late = [
        f"{job} is {status!r}"
        for job, (status, _) in listing.unfinished.items()
        if re.match("articles|metacurrent", job)
    ]
    if late:
        return f"the dump {stem} is not finished: {', '.join(late)}; take an earlier date or come back later"
    return f"the dump {stem} lists no pages-articles and no pages-meta-current file"
