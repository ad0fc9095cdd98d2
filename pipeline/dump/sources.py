"""Where a dump can be had, and what each place lists."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from pipeline.dump.checks import Published, read_dumpstatus, read_sha1sums
from pipeline.net.hosts import host_pattern
from pipeline.records.errors import InputError, UsageError

DEFAULT_SOURCES = (
    "https://dumps.wikimedia.org/{wiki}/{date}/",
    "https://archive.org/download/{wiki}-{date}/",
    "https://dumps.wikimedia.your.org/{wiki}/{date}/",
    "https://mirror.accum.se/mirror/wikimedia.org/dumps/{wiki}/{date}/",
    "https://wikipedia.c3sl.ufpr.br/{wiki}/{date}/",
)
"""The dump site (about the last seven runs), the Internet Archive (older ones), mirrors."""
DEFAULT_HOSTS = ("*.archive.org",)
"""Hosts that the sources redirect to."""
LISTS = ("dumpstatus.json", "{stem}-dumpstatus.json", "{stem}-sha1sums.txt", "{stem}_files.xml")
"""Files that list a dump; the last one is the Internet Archive's."""
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_SHA1 = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Source:
    """One place: a URL template with {wiki} and {date}, which names a folder."""

    template: str

    def url(self, wiki: str, date: str, name: str = "") -> str:
        """Address of a file of the dump, or of its folder."""
        return self.template.replace("{wiki}", wiki).replace("{date}", date) + name


@dataclass(frozen=True, slots=True)
class Listing:
    """What a place says of a dump: finished files by name, and jobs that are not done, with their files."""

    files: Mapping[str, Published]
    unfinished: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)


def make_sources(templates: Iterable[str] = DEFAULT_SOURCES) -> tuple[Source, ...]:
    """The sources, in the order in which they are asked.

    Raises:
        UsageError: one is no web address.
    """
    sources = []
    for template in templates:
        host_pattern(template.replace("{wiki}", "x").replace("{date}", "0"))
        if re.search(r"[{}]", re.sub(r"\{(?:wiki|date)\}", "", template)) or re.search(r"[?#\s]", template):
            raise UsageError(
                f"--source {template!r} may hold {{wiki}} and {{date}}, but no other braces, spaces, ? or #"
            )
        sources.append(Source(template if template.endswith("/") else f"{template}/"))
    if not sources:
        raise UsageError("--source must name at least one address")
    return tuple(sources)


def hosts_of(sources: Iterable[Source], wiki: str, date: str) -> list[str]:
    """Host patterns of the sources."""
    return [host_pattern(source.url(wiki, date)) for source in sources]


def read_listing(lists: Mapping[str, Path], stem: str) -> Listing:
    """All that the lists of one place say together; `lists` holds the files that are there, by their names.

    Files of jobs that are not done are left out of `files`. Sums complete what dumpstatus.json does not give.

    Raises:
        InputError: a list cannot be read.
    """
    files: dict[str, Published] = {}
    unfinished: dict[str, tuple[str, frozenset[str]]] = {}
    for name, path in sorted(lists.items(), key=lambda item: item[0].endswith("sums.txt")):  # sums only complete
        if name.endswith("dumpstatus.json"):
            for job in read_dumpstatus(path):
                if job.status == "done":
                    files.update(job.files)
                else:
                    unfinished[job.name] = (job.status, frozenset(job.files))
        else:
            ending = name.removeprefix(stem)
            better = _BETTER[ending]
            has_all = not any(other.endswith(better) for other in lists)
            _complete(files, _READERS[ending](path), has_all=has_all)
    kept = {
        name: about for name, about in sorted(files.items()) if name.startswith(f"{stem}-") and _NAME.fullmatch(name)
    }
    return Listing(kept, unfinished)


def _complete(files: dict[str, Published], found: Mapping[str, Published], *, has_all: bool) -> None:
    """Add sizes and digests; new names only where no list tells which jobs are done."""
    for name, about in found.items():
        if name in files:
            known = files[name]
            files[name] = Published(known.size_bytes or about.size_bytes, known.sha1 or about.sha1)
        elif has_all:
            files[name] = about


def _read_sums(path: Path) -> dict[str, Published]:
    return {name: Published(None, sha1) for name, sha1 in read_sha1sums(path).items()}


def _read_archive(path: Path) -> dict[str, Published]:
    """The Internet Archive's list of an item: `<file name="…"><size/><sha1/></file>`.

    Raises:
        InputError: it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path} is no list of an Internet Archive item: {error}") from error
    files: dict[str, Published] = {}
    for entry in root.iter("file"):
        size, sha1 = (entry.findtext("size") or "").strip(), (entry.findtext("sha1") or "").strip().lower()
        files[str(entry.get("name", ""))] = Published(
            int(size) if size.isascii() and size.isdigit() else None, sha1 if _SHA1.fullmatch(sha1) else None
        )
    return files


_READERS: Mapping[str, Callable[[Path], dict[str, Published]]] = {
    "-sha1sums.txt": _read_sums,
    "_files.xml": _read_archive,
}
_BETTER: Mapping[str, tuple[str, ...]] = {
    "-sha1sums.txt": ("dumpstatus.json", "_files.xml"),
    "_files.xml": ("dumpstatus.json",),
}
"""Lists that know better which files there are."""
