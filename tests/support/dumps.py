"""Small dumps for tests: XML text in the schemas and packings that Wikimedia has used."""

import bz2
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

SITEINFO = """  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>testwiki</dbname>
    <base>https://test.wikipedia.org/wiki/Main_Page</base>
    <generator>MediaWiki 1.36.0</generator>
    <case>first-letter</case>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="1" case="first-letter">Talk</namespace>
      <namespace key="4" case="first-letter">Wikipedia</namespace>
      <namespace key="14" case="first-letter">Category</namespace>
    </namespaces>
  </siteinfo>
"""
FOOT = "</mediawiki>\n"


def dump_head(version: str = "0.10", siteinfo: str = SITEINFO, lang: str = "en") -> str:
    """Root tag and <siteinfo>."""
    schema = f"http://www.mediawiki.org/xml/export-{version}/"
    return f'<mediawiki xmlns="{schema}" version="{version}" xml:lang="{lang}">\n{siteinfo}'


def page_xml(
    page_id: int,
    title: str,
    text: str = "",
    *,
    namespace: int | None = 0,
    redirect: str | None = None,
    model: str | None = "wikitext",
) -> str:
    """One <page> as MediaWiki 0.10 writes it; `redirect=""` is the empty tag of 0.3, `namespace=None` leaves <ns> out."""
    ns = "" if namespace is None else f"    <ns>{namespace}</ns>\n"
    target = "" if redirect is None else f"    <redirect{f' title={quoteattr(redirect)}' if redirect else ''} />\n"
    kind = "" if model is None else f"      <model>{model}</model>\n      <format>text/x-wiki</format>\n"
    return (
        f"  <page>\n    <title>{escape(title)}</title>\n{ns}    <id>{page_id}</id>\n{target}"
        f"    <revision>\n      <id>{page_id + 1000}</id>\n      <parentid>{page_id}</parentid>\n"
        "      <timestamp>2021-01-01T00:00:00Z</timestamp>\n"
        "      <contributor>\n        <username>Writer</username>\n        <id>7</id>\n      </contributor>\n"
        f"      <comment>a &lt;page&gt;</comment>\n{kind}"
        f"""      <text xml:space="preserve">{escape(text, {'"': "&quot;"})}</text>\n"""
        "      <sha1>phoiac9h4m842xq45sp7s6u21eteeq1</sha1>\n    </revision>\n  </page>\n"
    )


def dump_xml(pages: Iterable[str], **head: str) -> str:
    """A whole export."""
    return dump_head(**head) + "".join(pages) + FOOT


def write_plain(path: Path, xml: str, encoding: str = "utf-8") -> Path:
    """Write the export as it is; "utf-16" gives a byte order mark."""
    path.write_bytes(xml.encode(encoding))
    return path


def write_bz2(path: Path, xml: str | bytes) -> Path:
    """One bz2 stream."""
    path.write_bytes(bz2.compress(xml if isinstance(xml, bytes) else xml.encode()))
    return path


def write_gzip(path: Path, xml: str | bytes) -> Path:
    """One gzip member without a time stamp."""
    path.write_bytes(gzip.compress(xml if isinstance(xml, bytes) else xml.encode(), mtime=0))
    return path


def write_streams(path: Path, parts: Iterable[str | bytes]) -> list[int]:
    """Each part as a bz2 stream of its own; the offsets of the streams."""
    offsets: list[int] = []
    with path.open("wb") as file:
        for part in parts:
            offsets.append(file.tell())
            file.write(bz2.compress(part if isinstance(part, bytes) else part.encode()))
    return offsets


def write_multistream(
    path: Path,
    pages: Sequence[tuple[int, str, str]],
    *,
    pages_a_stream: int = 100,
    index: Path | None = None,
    head: str | None = None,
) -> list[int]:
    """A multistream dump of (page_id, title, <page> XML) as Wikimedia writes it; offsets of its streams.

    The head and the closing tag are streams of their own. With `index`, the index is written there too.
    """
    groups = [pages[start : start + pages_a_stream] for start in range(0, len(pages), pages_a_stream)]
    bodies = ["".join(xml for _, _, xml in group) for group in groups]
    offsets = write_streams(path, [dump_head() if head is None else head, *bodies, FOOT])
    if index is not None:
        lines = [
            f"{offset}:{page_id}:{escape(title)}\n"
            for offset, group in zip(offsets[1:], groups, strict=False)
            for page_id, title, _ in group
        ]
        index.write_bytes(bz2.compress("".join(lines).encode()))
    return offsets
