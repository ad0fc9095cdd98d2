"""The dump that a job reads: files, siteinfo, ranges, checksums."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.dump.choice import PAGE_PROPS
from pipeline.dump.fetch import find_or_fetch, plan_if_missing
from pipeline.dump.fetch_plan import FetchPlan, FetchRequest
from pipeline.dump.fetch_settings import FetchSettings
from pipeline.dump.header import DumpHeader, read_header
from pipeline.dump.layout import DumpFiles
from pipeline.dump.ranges import DumpRange, plan_ranges
from pipeline.jobs.fingerprints import fingerprints
from pipeline.records.errors import InputError
from pipeline.titles.siteinfo import DumpNames, SiteInfo, load_siteinfo

DUMP_DIR = Path("data/dumps")


@dataclass(frozen=True, slots=True)
class DumpRequest:
    """Which dump a job is to read.

    Attributes:
        files: dump files, in order; empty with `dump`.
        dump: date of a dump below `dump_dir`, such as "20210101".
        wiki: database name as the user gave it, '' = not given.
        default_wiki: the wiki of `dump` when none is given.
        dump_dir: where dumps lie; DUMP_DIR when None.
        siteinfo: API answer that describes the wiki; else the tables for common wikis.
        page_props: this SQL table instead of the one beside the dump.
        range_bytes: compressed size of a unit of parsing.
        tables: SQL tables that are wanted beside the pages.
        fetch: how a dump that is not there may be downloaded; None = not at all.
    """

    files: tuple[Path, ...] = ()
    dump: str | None = None
    wiki: str = ""
    default_wiki: str = "enwiki"
    dump_dir: Path | None = None
    siteinfo: Path | None = None
    page_props: Path | None = None
    range_bytes: int = 1 << 20
    tables: tuple[str, ...] = (PAGE_PROPS,)
    fetch: FetchSettings | None = None

    @property
    def folder(self) -> Path:
        """Where dumps lie."""
        return (self.dump_dir or DUMP_DIR).resolve()

    def fetch_request(self) -> FetchRequest:
        """The request that downloads the dump; only for a request with `dump`."""
        fetch = self.fetch or FetchSettings()
        return fetch.request(self.folder, self.wiki or self.default_wiki, self.dump or "", self.tables)


@dataclass(frozen=True, slots=True)
class DumpInputs:
    """Everything that is known of a dump before its first page.

    Attributes:
        headers: path of a file, as ranges name it -> its header.
        page_props: its SQL table, None where there is none or none is wanted.
        fingerprints: name, bytes and sha1 of each input file, in order.
        warnings: sentences for the user.
        date: date of the dump, as asked for, else as the first file's name has it.
    """

    files: tuple[Path, ...]
    headers: dict[str, DumpHeader]
    siteinfo: SiteInfo
    siteinfo_source: str
    ranges: tuple[DumpRange, ...]
    page_props: Path | None
    fingerprints: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]
    date: str | None

    @property
    def wiki(self) -> str:
        """Database name of the wiki, '' when unknown."""
        return self.siteinfo.wiki

    @property
    def contents(self) -> list[dict[str, Any]]:
        """What stage ids say of the files: names are left out, so that a moved dump is the same."""
        return [{"bytes": value["bytes"], "sha1": value["sha1"]} for value in self.fingerprints]


def read_inputs(request: DumpRequest, cache_dir: Path) -> DumpInputs:
    """Find the files, or download them; read their heads, cut them into ranges.

    Raises:
        InputError: an input is missing, damaged, or of another wiki than the others.
        FetchError: it is to be downloaded and cannot be had.
    """
    found = _find(request)
    warnings = list(found.warnings)
    headers = {str(path): read_header(path) for path in found.pages}
    wiki = _wiki(request, headers, warnings)
    siteinfo, source = _siteinfo(request, wiki, headers[str(found.pages[0])])
    ranges = plan_ranges(
        found.pages, cache_dir=cache_dir / "streams", range_bytes=request.range_bytes, indexes=found.indexes
    )
    tables_too = [*found.pages, *([found.page_props] if found.page_props else [])]
    return DumpInputs(
        files=found.pages,
        headers=headers,
        siteinfo=siteinfo,
        siteinfo_source=source,
        ranges=tuple(ranges),
        page_props=found.page_props,
        fingerprints=tuple(fingerprints(tables_too, cache_dir / "checksums.json")),
        warnings=tuple(warnings),
        date=request.dump or _date(found.pages[0]),
    )


def plan_download(request: DumpRequest) -> FetchPlan | None:
    """What `read_inputs` would download first; None when it would download nothing. Nothing is written.

    Raises:
        InputError: the dump is not there and there is no contact, or it is not finished.
        FetchError: no source has it.
    """
    return None if request.dump is None else plan_if_missing(request.fetch_request())


def _find(request: DumpRequest) -> DumpFiles:
    """The files as they were named, or those of the dated dump."""
    if request.page_props is not None and not request.page_props.is_file():
        raise InputError(f"--page-props {request.page_props}: no such file")
    if request.dump is None:
        for path in request.files:
            if path.is_dir():
                raise InputError(f"{path} is a folder; name the dump files in it, or use --dump DATE --dump-dir {path}")
            if not path.is_file():
                raise InputError(f"no such file: {path}")
            if "-multistream-index" in path.name:
                raise InputError(f"{path} is the index of a dump: leave it out, it is found beside the file it is of")
            if ".sql" in path.suffixes:
                raise InputError(f"{path} is an SQL table; --file wants pages (.xml), --page-props that one table")
        return DumpFiles(tuple(path.resolve() for path in request.files), page_props=request.page_props)
    found = find_or_fetch(request.fetch_request())
    beside = found.page_props if PAGE_PROPS in request.tables else None
    return DumpFiles(found.pages, found.indexes, request.page_props or beside, found.siteinfo, found.warnings)


def _wiki(request: DumpRequest, headers: Mapping[str, DumpHeader], warnings: list[str]) -> str:
    """The wiki's database name: `--wiki`, else what the dump says (some old exports say another one)."""
    found = sorted({header.wiki for header in headers.values() if header.wiki})
    if len(found) > 1:
        raise InputError(f"the dump files are of different wikis: {', '.join(found)}")
    if found and request.wiki and found[0] != request.wiki:
        warnings.append(f"the dump says that it is of {found[0]}; it is read as {request.wiki}, as --wiki asks")
    return request.wiki or (found[0] if found else "")


def _siteinfo(request: DumpRequest, wiki: str, header: DumpHeader) -> tuple[SiteInfo, str]:
    names = DumpNames(wiki=wiki, lang=header.lang, case=header.case, namespaces=dict(header.namespaces))
    cache = (request.dump_dir or DUMP_DIR) / "siteinfo"
    return load_siteinfo(wiki, file=request.siteinfo, cache_dir=cache, dump_header=names)


def _date(path: Path) -> str | None:
    return next((part for part in path.name.split("-") if len(part) == 8 and part.isdigit()), None)
