"""The head of a dump: schema version, wiki, namespaces, encoding."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from pipeline.dump.streams import DamagedStream, OpenRange
from pipeline.records.errors import InputError

HEAD_BYTES = 4 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_BOM = ((b"<\0m\0", "utf-16-le"), (b"<\0?\0", "utf-16-le"), (b"\0<\0m", "utf-16-be"), (b"\0<\0?", "utf-16-be"))
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_PREAMBLE = re.compile(r"\ufeff?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*", re.DOTALL)
_ROOT = re.compile(r"<(?:([A-Za-z_][\w.-]*):)?mediawiki(?=[\s>])[^>]*>")
_HEAD_END = re.compile(
    r"<!--(?:.*?-->|.*)|(<(?:[\w.-]+:)?(?:page[\s>/]|logitem[\s>])|</(?:[\w.-]+:)?mediawiki\s*>)", re.DOTALL
)
_PROJECTS = ("wikinews", "wikiquote", "wikisource", "wikibooks", "wikiversity", "wikivoyage", "wiktionary")
_SPECIAL_HOSTS = {
    "www.wikidata.org": "wikidatawiki",
    "www.mediawiki.org": "mediawikiwiki",
    "wikisource.org": "sourceswiki",
}


@dataclass(frozen=True, slots=True)
class DumpHeader:
    """What a dump says of itself before its first page.

    `wiki` is the database name (enwiki), derived from `base` where the schema has none; '' when neither tells it.
    `namespaces` is empty when the dump has no <siteinfo>. `prefix` is that of prefixed elements ("mw"), else ''.
    """

    version: str
    wiki: str
    lang: str
    sitename: str = ""
    base: str = ""
    generator: str = ""
    case: str = "first-letter"
    namespaces: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    encoding: str = "utf-8"
    prefix: str = ""

    @property
    def dbname(self) -> str:
        """Database name of the wiki, as Wikimedia calls it."""
        return self.wiki

    def namespace_of(self, title: str) -> int:
        """Namespace of a title by the dump's own names, for schemas without <ns>."""
        name, colon, _ = title.partition(":")
        if not colon:
            return 0
        wanted = " ".join(name.replace("_", " ").split()).casefold()
        for number, (own, _) in self.namespaces.items():
            if own and own.casefold() == wanted:
                return number
        return 0


def read_header(path: Path) -> DumpHeader:
    """Read the head of a dump; that of a file that has not changed is read once.

    Raises:
        InputError: the file cannot be read, or is no MediaWiki export.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    return _read_header(path, (stat.st_ino, stat.st_size, stat.st_mtime_ns))


@lru_cache(maxsize=64)
def _read_header(path: Path, _state: tuple[int, int, int]) -> DumpHeader:
    start = _first_bytes(path, "utf-8", 4096)
    encoding = encoding_of(path, start)
    text = _head_text(path, encoding, start if encoding == "utf-8" else b"")
    preamble = _PREAMBLE.match(text)
    assert preamble is not None
    root = _ROOT.match(text, preamble.end())
    if root is None:
        raise InputError(f"{path} is no MediaWiki XML export: {_what_it_is(text[preamble.end() :])}")
    end = _head_end(text, root.end())
    if end < 0 and len(text) >= HEAD_BYTES:
        raise InputError(f"{path}: no <page> in the first {HEAD_BYTES >> 20} MB of the export")
    return _parse(path, text[root.start() : end if end >= 0 else len(text)], root, encoding)


def encoding_of(path: Path, start: bytes) -> str:
    """Encoding by byte order mark, XML declaration, or the zero bytes of UTF-16; else utf-8.

    Raises:
        InputError: the declared encoding is not known.
    """
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    for pattern, name in _NO_BOM:
        if start.startswith(pattern):
            return name
    declared = _DECLARED.match(start)
    if declared is None:
        return "utf-8"
    label = declared[1].decode("ascii")
    try:
        name = codecs.lookup(label).name
        codecs.getincrementaldecoder(name)
    except LookupError as error:
        raise InputError(f"{path} declares the encoding {label}, which is not known") from error
    return "utf-8" if name in {"utf-8", "ascii"} else name


def wiki_of_base(base: str) -> str:
    """Database name by the wiki's address: https://en.wikinews.org/… is enwikinews; '' when unknown."""
    host = (urlsplit(base).hostname or "").lower()
    if host in _SPECIAL_HOSTS:
        return _SPECIAL_HOSTS[host]
    parts = host.removeprefix("www.").split(".")
    if len(parts) != 3 or parts[2] != "org":
        return ""
    name = parts[0].replace("-", "_")
    if parts[1] in {"wikipedia", "wikimedia"}:
        return f"{name}wiki"
    return f"{name}{parts[1]}" if parts[1] in _PROJECTS else ""


def _first_bytes(path: Path, encoding: str, n_bytes: int) -> bytes:
    """At least `n_bytes` of the file's content as UTF-8, or all of it."""
    parts: list[bytes] = []
    total = 0
    with OpenRange(path, encoding=encoding) as opened:
        try:
            while total < n_bytes and (data := opened.source.read()):
                parts.append(data)
                total += len(data)
        except DamagedStream as error:
            if not total:
                raise InputError(f"{path} cannot be read: {error}") from error
    if not total:
        raise InputError(f"{path} holds no text once unpacked")
    return b"".join(parts)


def _head_text(path: Path, encoding: str, data: bytes) -> str:
    """The text up to the first page, as far as one read goes; more where siteinfo is longer. `data` are its begin."""
    wanted = 1
    while True:
        data = data if len(data) >= wanted else _first_bytes(path, encoding, wanted)
        text = data.decode("utf-8", "replace")
        if _head_end(text) >= 0 or len(data) >= HEAD_BYTES or len(data) < wanted:
            return text
        wanted = 2 * len(data)


def _head_end(text: str, start: int = 0) -> int:
    """Where the first page begins, or the export ends; -1 when the text does not reach so far."""
    return next((found.start() for found in _HEAD_END.finditer(text, start) if found[1]), -1)


def _what_it_is(text: str) -> str:
    """A guess at a foreign file for the error message."""
    start = text[:200]
    if re.match(r"<(?:!doctype\s+html|html)", start, re.IGNORECASE) or "<html" in text[:2000].lower():
        return "it is an HTML page, perhaps the error page of a download"
    if text.count("\ufffd", 0, 200) > 5 or "\0" in start:
        return "it is binary data"
    shown = " ".join(start.split())[:60]
    return f"it begins with {shown!r}" if shown else "it holds only white space"


def _parse(path: Path, head: str, root: re.Match[str], encoding: str) -> DumpHeader:
    """The header from the text between the root tag and the first page."""
    name = "mediawiki" if root[1] is None else f"{root[1]}:mediawiki"
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = etree.fromstring(f"{head}</{name}>".encode(), parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path}: the head of the export is no well-formed XML: {error.msg}") from error
    values = {etree.QName(item).localname: (item.text or "").strip() for item in tree.iterfind("{*}siteinfo/{*}*")}
    case = values.get("case") or "first-letter"
    base = values.get("base", "")
    return DumpHeader(
        version=tree.get("version", ""),
        wiki=values.get("dbname") or wiki_of_base(base),
        lang=tree.get("{http://www.w3.org/XML/1998/namespace}lang", ""),
        sitename=values.get("sitename", ""),
        base=base,
        generator=values.get("generator", ""),
        case=case,
        namespaces=_namespaces(path, tree, case),
        encoding=encoding,
        prefix=root[1] or "",
    )


def _namespaces(path: Path, tree: etree._Element, case: str) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for item in tree.iterfind("{*}siteinfo/{*}namespaces/{*}namespace"):
        key = item.get("key", "")
        if not re.fullmatch(r"-?\d{1,9}", key):
            raise InputError(f"{path}: <siteinfo> has a namespace with the key {key!r}")
        found[int(key)] = ((item.text or "").strip(), item.get("case") or case)
    return found
