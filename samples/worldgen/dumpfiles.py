"""Writes pages as a multistream dump in parts, with indexes."""

import bz2
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

STREAM_PAGES = 100
WAITING_STREAMS = 8
NAMESPACES = (
    (-2, "Media"), (-1, "Special"), (0, ""), (1, "Talk"), (2, "User"), (3, "User talk"), (4, "Wikipedia"),
    (5, "Wikipedia talk"), (6, "File"), (7, "File talk"), (8, "MediaWiki"), (9, "MediaWiki talk"), (10, "Template"),
    (11, "Template talk"), (12, "Help"), (13, "Help talk"), (14, "Category"), (15, "Category talk"), (100, "Portal"),
    (101, "Portal talk"), (118, "Draft"), (119, "Draft talk"), (710, "TimedText"), (711, "TimedText talk"),
    (828, "Module"), (829, "Module talk"),
)  # fmt: skip
NEWS_NAMESPACES = (
    *((key, name.replace("Wikipedia", "Wikinews")) for key, name in NAMESPACES if key < 100),
    (100, "Portal"), (101, "Portal talk"), (102, "Comments"), (103, "Comments talk"), (828, "Module"),
    (829, "Module talk"),
)  # fmt: skip
COMMONS_NAMESPACES = (
    *((key, name.replace("Wikipedia", "Commons")) for key, name in NAMESPACES if key < 100),
    (100, "Creator"), (101, "Creator talk"), (106, "Institution"), (107, "Institution talk"), (828, "Module"),
    (829, "Module talk"),
)  # fmt: skip
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
FORMATS = {"wikitext": "text/x-wiki", "css": "text/css", "javascript": "text/javascript", "json": "application/json"}


@dataclass(slots=True)
class DumpedPage:
    """One page as the dump writes it; state is text, empty or deleted."""

    page_id: int
    namespace: int
    title: str
    text: str
    state: str = "text"
    model: str = "wikitext"
    redirect: str | None = None
    revision_id: int = 0
    timestamp: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """What a dump's <siteinfo> says of its wiki."""

    lang: str
    name: str
    base: str
    namespaces: tuple[tuple[int, str], ...]


def site_of(wiki: str) -> Site:
    """The site of a database name."""
    if wiki.endswith("wikinews"):
        lang = wiki.removesuffix("wikinews")
        return Site(lang, "Wikinews", f"https://{lang}.wikinews.org/wiki/Main_Page", NEWS_NAMESPACES)
    if wiki == "commonswiki":
        return Site("en", "Wikimedia Commons", "https://commons.wikimedia.org/wiki/Main_Page", COMMONS_NAMESPACES)
    lang = wiki.removesuffix("wiki")
    return Site(lang, "Wikipedia", f"https://{lang}.wikipedia.org/wiki/Main_Page", NAMESPACES)


def header(wiki: str) -> str:
    """The opening tag and <siteinfo>."""
    site = site_of(wiki)
    schema = "http://www.mediawiki.org/xml/export-0.11/"
    names = "".join(
        f'      <namespace key="{key}" case="first-letter"' + (f">{name}</namespace>\n" if name else " />\n")
        for key, name in site.namespaces
    )
    return (
        f'<mediawiki xmlns="{schema}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{schema} http://www.mediawiki.org/xml/export-0.11.xsd" '
        f'version="0.11" xml:lang="{site.lang}">\n'
        f"  <siteinfo>\n    <sitename>{site.name}</sitename>\n    <dbname>{wiki}</dbname>\n"
        f"    <base>{site.base}</base>\n"
        "    <generator>MediaWiki 1.36.0-wmf.22</generator>\n"
        f"    <case>first-letter</case>\n    <namespaces>\n{names}    </namespaces>\n  </siteinfo>\n"
    )


def page_xml(page: DumpedPage) -> str:
    """The <page> element."""
    redirect = f"    <redirect title={quoteattr(page.redirect)} />\n" if page.redirect is not None else ""
    data = page.text.encode()
    sha1 = _base36(hashlib.sha1(data, usedforsecurity=False).digest())
    if page.state == "deleted":
        text, sha1_line = f'<text bytes="{len(data)}" deleted="deleted" />', "      <sha1 />\n"
    else:
        head = f'<text bytes="{len(data)}" sha1="{sha1}"'
        text = f'{head} xml:space="preserve">{escape(page.text, _QUOTE)}</text>' if data else f"{head} />"
        sha1_line = f"      <sha1>{sha1}</sha1>\n"
    return (
        f"  <page>\n    <title>{escape(page.title, _QUOTE)}</title>\n    <ns>{page.namespace}</ns>\n"
        f"    <id>{page.page_id}</id>\n{redirect}    <revision>\n"
        f"      <id>{page.revision_id}</id>\n      <parentid>{page.revision_id - 1}</parentid>\n"
        f"      <timestamp>{page.timestamp}</timestamp>\n      <contributor>\n        <username>Example</username>\n"
        f"        <id>{page.page_id % 90 + 1}</id>\n      </contributor>\n"
        "      <comment>/* sample */ &lt;page&gt;</comment>\n"
        f"      <origin>{page.revision_id}</origin>\n      <model>{page.model}</model>\n"
        f"      <format>{FORMATS[page.model]}</format>\n      {text}\n{sha1_line}    </revision>\n  </page>\n"
    )


_QUOTE = {'"': "&quot;"}


def _base36(digest: bytes) -> str:
    number, out = int.from_bytes(digest, "big"), []
    for _ in range(31):
        number, digit = divmod(number, 36)
        out.append(DIGITS[digit])
    return "".join(reversed(out))


class PartWriter:
    """One dump part: streams of about 100 pages and their index; compression runs beside the composing."""

    def __init__(self, path: Path, wiki: str, pool: ThreadPoolExecutor) -> None:
        self.path = path
        self.pool = pool
        self.file = path.open("wb")
        self.index: list[str] = []
        self.pages: list[tuple[int, str]] = []
        self.chunks: list[str] = []
        self.waiting: list[tuple[Future[bytes], list[tuple[int, str]]]] = []
        self._submit(header(wiki), [])

    def add(self, page: DumpedPage) -> None:
        """Write one more page."""
        self.chunks.append(page_xml(page))
        self.pages.append((page.page_id, page.title))
        if len(self.pages) == STREAM_PAGES:
            self._end_stream()

    def finish(self, index_path: Path) -> None:
        """End the dump and write its index."""
        if self.pages:
            self._end_stream()
        self._submit("</mediawiki>\n", [])
        self._drain(0)
        self.file.close()
        index_path.write_bytes(bz2.compress("".join(self.index).encode()))

    def _end_stream(self) -> None:
        self._submit("".join(self.chunks), self.pages)
        self.chunks, self.pages = [], []

    def _submit(self, text: str, pages: list[tuple[int, str]]) -> None:
        self.waiting.append((self.pool.submit(bz2.compress, text.encode()), pages))
        self._drain(WAITING_STREAMS)

    def _drain(self, keep: int) -> None:
        while len(self.waiting) > keep:
            future, pages = self.waiting.pop(0)
            offset = self.file.tell()
            self.index.extend(f"{offset}:{page_id}:{escape(title)}\n" for page_id, title in pages)
            self.file.write(future.result())


def part_names(stem: str, spans: list[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """(pages file, index file) names for parts given by their first and last page id."""
    if len(spans) == 1:
        yield f"{stem}-pages-articles-multistream.xml.bz2", f"{stem}-pages-articles-multistream-index.txt.bz2"
        return
    for number, (first, last) in enumerate(spans, 1):
        tail = f"p{first}p{last}.bz2"
        yield (
            f"{stem}-pages-articles-multistream{number}.xml-{tail}",
            f"{stem}-pages-articles-multistream-index{number}.txt-{tail}",
        )
