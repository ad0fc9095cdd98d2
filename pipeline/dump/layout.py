"""Finds the files of a dated dump and checks them."""

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.dump.checks import Job, Published, check_sha1, check_sizes, read_dumpstatus, read_sha1sums
from pipeline.dump.index import index_beside
from pipeline.dump.streams import DamagedStream, OpenRange
from pipeline.records.errors import InputError, UsageError

_WIKI = re.compile(r"[a-z][a-z0-9_]*")
_DATE = re.compile(r"[0-9]{8}")
_KINDS = ("pages-articles-multistream", "pages-articles", "pages-meta-current")
_PART = re.compile(r"(\d+)\.xml(?:-p(\d+)p(\d+))?(?:\.(?:bz2|gz))?")
_JOBS = {
    "articlesmultistreamdump": "-pages-articles-multistream",
    "articlesdump": "-pages-articles.xml",
    "metacurrentdump": "-pages-meta-current",
    "pagepropstable": "-page_props.",
}
_WHOLE = tuple(f"{kind}.xml{ending}" for kind in _KINDS for ending in (".bz2", ".gz", ""))
_ENDINGS = (".xml.bz2", ".xml.gz", ".xml")


@dataclass(frozen=True, slots=True)
class DumpFiles:
    """The files of a dump on disk.

    `pages` are in page order; `indexes` maps a multistream file to its index; `warnings` are sentences for the user.
    """

    pages: tuple[Path, ...]
    indexes: Mapping[Path, Path] = field(default_factory=dict)
    page_props: Path | None = None
    siteinfo: Path | None = None
    warnings: tuple[str, ...] = ()


def find_dump(
    dump_dir: Path, wiki: str, date: str, *, verify: bool = False, on_bytes: Callable[[int], None] | None = None
) -> DumpFiles:
    """The files of `<wiki>-<date>` under `dump_dir`, flat or in <wiki>/<date>/ or <wiki>-<date>/.

    Multistream files come first (the whole one, else its parts), then pages-articles, then pages-meta-current. With
    dumpstatus.json beside them, its jobs must be done and sizes must agree; with `verify`, sha1 digests too.

    Raises:
        UsageError: wiki or date is not of the right form.
        InputError: nothing is found, a part is missing, or a file is not the one that was published.
    """
    if not _WIKI.fullmatch(wiki):
        raise UsageError(f"--wiki must be a database name such as enwiki, not {wiki!r}")
    if not _DATE.fullmatch(date):
        raise UsageError(f"--dump must be a date of eight digits such as 20210101, not {date!r}")
    stem = f"{wiki}-{date}"
    for folder in _places(dump_dir, wiki, date):
        for kind in _KINDS:
            if pages := _pages(folder, f"{stem}-{kind}"):
                return _checked(folder, stem, pages, verify=verify, on_bytes=on_bytes)
    raise InputError(_not_found(dump_dir, wiki, date))


def _pages(folder: Path, stem: str) -> list[Path]:
    """The one file of this kind, else its parts in page order."""
    for ending in _ENDINGS:
        whole = folder / f"{stem}{ending}"
        if whole.is_file():
            return [whole]
    parts: list[tuple[tuple[int, ...], Path]] = []
    for path in sorted(folder.glob(f"{stem}[0-9]*.xml*")):
        if found := _PART.fullmatch(path.name[len(stem) :]):
            part, first, last = (int(group or 0) for group in found.groups())
            parts.append(((part, first, last), path))
    parts.sort()
    _check_parts(parts)
    return [path for _, path in parts]


def _check_parts(parts: Sequence[tuple[tuple[int, ...], Path]]) -> None:
    """Parts must follow one another: by their page ids where names have them, else by their numbers.

    Raises:
        InputError: there is a hole; the message says between which files.
    """
    if not parts:
        return
    before, page = 0, 0
    for (part, first, last), path in parts:
        if part > before + 1:
            raise InputError(
                f"part {before + 1} of the dump is missing: there is {path.name}, but nothing before it "
                "(name the files with --file to read these parts alone)"
            )
        if last and first != page + 1:
            raise InputError(f"the part with the pages from {page + 1} on is missing before {path.name}")
        before, page = part, last


def _checked(
    folder: Path, stem: str, pages: list[Path], *, verify: bool, on_bytes: Callable[[int], None] | None
) -> DumpFiles:
    """The files with what lies beside them, after all checks."""
    warnings: list[str] = []
    indexes = {path: index for path in pages if (index := index_beside(path)) is not None}
    page_props = _first_file(folder, f"{stem}-page_props.sql.gz", f"{stem}-page_props.sql")
    files = [*pages, *indexes.values(), *([page_props] if page_props else [])]
    jobs = _jobs(folder, stem, warnings)
    _check_jobs(jobs, files, pages)
    published = {name: about for job in jobs for name, about in job.files.items()}
    check_sizes(files, published)
    sums = _sums(folder, stem, published)
    _check_listed(pages, sums)
    if verify:
        unknown = check_sha1(files, sums, on_bytes)
        warnings.extend(f"no sha1 is known for {path}: it was not verified" for path in unknown)
    siteinfo = _first_file(folder, *(f"{stem}-siteinfo-namespaces.json{end}" for end in (".gz", "")))
    return DumpFiles(tuple(pages), indexes, page_props, _usable_siteinfo(siteinfo, warnings), tuple(warnings))


def _first_file(folder: Path, *names: str) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _jobs(folder: Path, stem: str, warnings: list[str]) -> list[Job]:
    """Jobs of the dumpstatus.json beside the dump; a warning when there is none."""
    path = _first_file(folder, "dumpstatus.json", f"{stem}-dumpstatus.json")
    if path is None:
        warnings.append(f"{folder} has no dumpstatus.json: whether the dump is complete cannot be told")
        return []
    return read_dumpstatus(path)


def _check_jobs(jobs: Sequence[Job], files: Sequence[Path], pages: Sequence[Path]) -> None:
    """The jobs that write these files must be done, and all parts of a dump in parts be there."""
    names = {path.name for path in files}
    wanted = _job_names(names, is_whole=pages[0].name.endswith(_WHOLE), known={job.name for job in jobs})
    for job in jobs:
        if job.status != "done" and (job.name in wanted or not names.isdisjoint(job.files)):
            raise InputError(
                f"dumpstatus.json says that {job.name} is {job.status!r}, not done: the dump is not complete"
            )
    _check_listed(pages, [name for job in jobs for name in job.files])


def _job_names(names: Iterable[str], *, is_whole: bool, known: Container[str]) -> set[str]:
    """Jobs that must be done for these files; a whole file of a wiki that is dumped in parts has a job of its own."""
    wanted = {job for job, mark in _JOBS.items() if any(mark in name for name in names)}
    if is_whole:
        wanted = {f"{job}recombine" if f"{job}recombine" in known else job for job in wanted}
    return wanted


def _check_listed(pages: Sequence[Path], listed: Mapping[str, str] | Sequence[str]) -> None:
    """Every part that is published must be on disk.

    Raises:
        InputError: parts are missing; the message names them.
    """
    stem = re.match(r"(.*?)\d+\.xml", pages[0].name)
    if stem is None or pages[0].name not in listed:
        return
    there = {path.name for path in pages}
    of_kind = [name for name in listed if name.startswith(stem[1]) and _PART.fullmatch(name[len(stem[1]) :])]
    if missing := sorted(set(of_kind) - there):
        shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise InputError(
            f"{len(missing)} of the {len(of_kind)} parts of the dump are missing in {pages[0].parent}: {shown}"
        )


def _sums(folder: Path, stem: str, published: Mapping[str, Published]) -> dict[str, str]:
    """Published sha1 digests, from the sums file and from dumpstatus.json."""
    sums = {name: about.sha1 for name, about in published.items() if about.sha1}
    path = _first_file(folder, f"{stem}-sha1sums.txt", "sha1sums.txt")
    return sums if path is None else {**sums, **read_sha1sums(path)}


def _usable_siteinfo(path: Path | None, warnings: list[str]) -> Path | None:
    """The siteinfo file when it is an answer of the API; else a warning."""
    if path is None:
        return None
    try:
        with OpenRange(path) as opened:
            value = json.loads(b"".join(iter(opened.source.read, b"")))
        value = value.get("query", value)
        if isinstance(value["namespaces"], dict) and "general" in value:
            return path
    except (DamagedStream, InputError, ValueError, KeyError, TypeError, AttributeError):
        pass
    warnings.append(f"{path} is no siteinfo answer of the API and is not used")
    return None


def _not_found(dump_dir: Path, wiki: str, date: str) -> str:
    stem = f"{wiki}-{date}"
    there = ", ".join(dates) if (dates := _dates(dump_dir, wiki)) else "none"
    lines = [
        f"no dump {stem} was found; looked in",
        *(f"  {place}" for place in _places(dump_dir, wiki, date)),
        "for these, or numbered parts of them:",
        *(f"  {stem}-{kind}.xml.bz2" for kind in _KINDS),
        f"Dates of {wiki} that are there: {there}",
        "To do it by hand, download",
        f"  {stem}-{_KINDS[0]}.xml.bz2 with its index, {stem}-page_props.sql.gz and {stem}-sha1sums.txt",
        f"  from https://dumps.wikimedia.org/{wiki}/{date}/ (about the last seven runs),",
        f"  or from the Internet Archive item {stem} (older ones),",
        f"  into {dump_dir / wiki / date}",
        "or name the file with --file",
    ]
    return "\n".join(lines)


def _places(dump_dir: Path, wiki: str, date: str) -> tuple[Path, ...]:
    """Folders in which a dump may lie, in the order in which they are looked into."""
    return (dump_dir / wiki / date, dump_dir / f"{wiki}-{date}", dump_dir / wiki, dump_dir)


def _dates(dump_dir: Path, wiki: str) -> list[str]:
    """Dates of the dumps of a wiki that lie in a folder, oldest first."""
    names = f"{wiki}-[0-9]*-pages-*.xml*"
    places = (f"{wiki}/[0-9]*/", f"{wiki}-[0-9]*/", f"{wiki}/", "")
    files = [path.name for place in places for path in dump_dir.glob(place + names) if path.suffix != ".part"]
    dates = {name.removeprefix(f"{wiki}-").partition("-")[0] for name in files}
    return sorted(date for date in dates if _DATE.fullmatch(date))
