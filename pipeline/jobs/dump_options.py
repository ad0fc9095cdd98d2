"""What the user asks of every job that reads a dump."""

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.beamx.engine import Engine
from pipeline.dump.fetch_settings import FetchSettings
from pipeline.dump.fetch_summary import show_plan
from pipeline.jobs.dump_inputs import DumpRequest, plan_download
from pipeline.records.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpOptions:
    """Options of a job that reads a dump.

    Attributes:
        out: folder of the result.
        files: dump files, in order; empty with `dump`.
        dump: dump date such as "20210101"; the files then lie below `dump_dir`, or are fetched.
        siteinfo: API answer that describes the wiki; else the tables for common wikis.
        limit_pages: read only the first pages of the dump.
        max_error_rate: largest share of pages that may fail.
        range_bytes: compressed size of a unit of parsing.
        fetch: how a dump that is not there may be downloaded.
    """

    out: Path
    files: tuple[Path, ...] = ()
    dump: str | None = None
    wiki: str = ""
    dump_dir: Path | None = None
    siteinfo: Path | None = None
    limit_pages: int | None = None
    engine: Engine = field(default_factory=Engine)
    max_error_rate: float = 0.001
    range_bytes: int = 1 << 20
    fetch: FetchSettings | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: names the option, what it got and what is allowed.
        """
        if bool(self.files) == bool(self.dump):
            raise UsageError("give either --file PATH… or --dump DATE, not both and not neither")
        if self.limit_pages is not None and self.limit_pages < 1:
            raise UsageError(f"--limit-pages is a number of pages from 1, got {self.limit_pages}")
        if not 0 <= self.max_error_rate <= 1:
            raise UsageError(f"--max-error-rate is a share between 0 and 1, got {self.max_error_rate}")

    def request(
        self, default_wiki: str, *, tables: tuple[str, ...] = (), page_props: Path | None = None
    ) -> DumpRequest:
        """The part that decides which dump is read; `default_wiki` is that of `dump` when none is given."""
        return DumpRequest(
            files=self.files,
            dump=self.dump,
            wiki=self.wiki,
            default_wiki=default_wiki,
            dump_dir=self.dump_dir,
            siteinfo=self.siteinfo,
            page_props=page_props,
            range_bytes=self.range_bytes,
            tables=tables,
            fetch=self.fetch,
        )


def show_download(options: DumpOptions, request: DumpRequest) -> bool:
    """Print what a dry run would download; False when the dump is there."""
    missing = plan_download(request)
    if missing is None:
        return False
    rows = [("parsing", "its speed is measured once the dump is there"), ("output", str(options.out))]
    show_plan(missing, request.fetch_request(), title="Dry run: nothing was downloaded or built", more=rows)
    return True


def check_choices(flag: str, given: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    """Refuse a word that a flag does not know.

    Raises:
        UsageError: names the flag, the word and what is allowed.
    """
    for name in given:
        if name not in allowed:
            raise UsageError(f"{flag} got {name!r}; allowed are {', '.join(allowed)}")


def out_folder(parent: str, files: tuple[Path, ...], dump: str | None, wiki: str) -> Path:
    """Below `parent` WIKI-DATE, or the name of the first file without its endings."""
    if dump or not files:
        return Path(parent) / f"{wiki}-{dump}"
    return Path(parent) / files[0].name.split(".")[0].removesuffix("-pages-articles")
