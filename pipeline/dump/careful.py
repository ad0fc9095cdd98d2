"""Reads one odd <page> element with lxml, the scanner's checked fallback."""

import re

from lxml import etree

from pipeline.dump.page import (
    MAX_TEXT_BYTES,
    MAX_TITLE_BYTES,
    TRIMMED_BYTES,
    DumpPage,
    PageProblem,
    PageRules,
    problem,
)
from pipeline.records.errors import PageError

_NUMBER = re.compile(r"-?[0-9]{1,18}")


def read_carefully(block: bytes, rules: PageRules, prefix: str = "") -> DumpPage | PageProblem:
    """Read any well-formed <page> element, whatever its prefixes, CDATA, comments or attributes."""
    try:
        return _read(_parse(block, prefix), rules)
    except PageError as error:
        return problem(block, error)


def _parse(block: bytes, prefix: str) -> etree._Element:
    # Blocks are bounded and hold no DTD, so `huge_tree` opens no door to entity expansion.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True,
        remove_comments=True, remove_pis=True, strip_cdata=True, encoding="utf-8",
    )  # fmt: skip
    name = f' xmlns:{prefix}="http://www.mediawiki.org/xml/export/"' if prefix else ""
    try:
        root = etree.fromstring(f"<export{name}>".encode() + block + b"</export>", parser)
    except etree.XMLSyntaxError as error:
        reason = "bad_encoding" if "encoding" in (error.msg or "") or "UTF-8" in (error.msg or "") else "bad_xml"
        raise PageError(reason, f"the page is no well-formed XML: {error.msg}") from error
    return root[0]


def _read(page: etree._Element, rules: PageRules) -> DumpPage:
    title = (_value(page, "title") or "").strip()
    if not title:
        raise PageError("no_title", "the page has no title")
    if len(title.encode()) > MAX_TITLE_BYTES:
        raise PageError("title_too_long", f"the title has more than {MAX_TITLE_BYTES:,} bytes")
    page_id = _number(page, "id")
    if page_id is None:
        raise PageError("no_id", "the page has no id")
    namespace = _number(page, "ns")
    if namespace is None:
        namespace = rules.namespace_of(title)
    revisions = page.findall("{*}revision")
    if not revisions:
        raise PageError("no_revision", "the page has no revision")
    revision = revisions[-1]
    redirect = page.find("{*}redirect")
    text, n_bytes = _text(revision, wanted=rules.keep(namespace))
    return DumpPage(
        page_id,
        namespace,
        title,
        None if redirect is None else redirect.get("title", ""),
        _number(revision, "id"),
        (_value(revision, "timestamp") or "").strip(),
        _value(revision, "model") or "wikitext",
        text,
        n_bytes,
        len(revisions) - 1,
        len(revision.findall("{*}content")),
    )


def _text(revision: etree._Element, *, wanted: bool) -> tuple[str | None, int]:
    """Text and size of the main slot: the <text> that stands in the revision itself."""
    element = revision.find("{*}text")
    if element is None:
        raise PageError("no_text", "the revision has no text")
    stated = element.get("bytes", "")
    size = int(stated) if re.fullmatch(r"[0-9]{1,18}", stated) else 0
    if element.get("deleted") is not None:
        return None, size
    text = "".join(element.itertext())
    if not text and size > TRIMMED_BYTES:
        raise PageError("no_text", f"the dump leaves the text of {size:,} bytes out (a stub dump?)")
    n_bytes = len(text.encode())
    if not wanted:
        return None, size or n_bytes
    if n_bytes > MAX_TEXT_BYTES:
        raise PageError("text_too_long", f"the text has {n_bytes:,} bytes; at most {MAX_TEXT_BYTES:,} are read")
    return text, n_bytes


def _value(element: etree._Element, name: str) -> str | None:
    """Character data of a child by local name, None when it has none."""
    child = element.find(f"{{*}}{name}")
    return None if child is None else "".join(child.itertext())


def _number(element: etree._Element, name: str) -> int | None:
    value = (_value(element, name) or "").strip()
    if not value:
        return None
    if not _NUMBER.fullmatch(value):
        raise PageError(f"bad_{name}", f"<{name}> holds {value[:40]!r}, which is no number")
    return int(value)
