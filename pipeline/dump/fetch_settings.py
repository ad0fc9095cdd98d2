"""How a dump may be downloaded, as flags say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.dump.fetch_plan import FetchRequest
from pipeline.dump.sources import DEFAULT_HOSTS, DEFAULT_SOURCES, make_sources


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """What a person says of downloads, whatever the dump.

    Attributes:
        contact: mail address or URL that hosts are told; '' = nothing is downloaded.
        sources: URL templates to ask, in this order; empty = the dump site, the Internet Archive, mirrors.
        allow_hosts: further hosts that a source may redirect to.
    """

    contact: str = ""
    sources: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    max_bytes_per_s: float | None = None

    def request(self, dump_dir: Path, wiki: str, date: str, tables: Iterable[str]) -> FetchRequest:
        """The request for one dump.

        Raises:
            UsageError: a source is no web address.
        """
        return FetchRequest(
            dump_dir=dump_dir,
            wiki=wiki,
            date=date,
            contact=self.contact,
            sources=make_sources(self.sources or DEFAULT_SOURCES),
            hosts=(*DEFAULT_HOSTS, *self.allow_hosts),
            tables=tuple(tables),
            max_bytes_per_s=self.max_bytes_per_s,
        )
