"""Reading one <page> element in the form in which MediaWiki writes it."""

import re

from pipeline.dump.page import MAX_TEXT_BYTES, MAX_TITLE_BYTES, TRIMMED_BYTES, DumpPage, PageRules
from pipeline.dump.text import decoded, plain_bytes
from pipeline.records.errors import PageError

_HEAD = re.compile(
    rb"<page>\s*<title>([^<]*)</title>\s*(?:<ns>(-?\d{1,9})</ns>\s*)?<id>(\d{1,18})</id>\s*"
    rb"(?:<restrictions>[^<]*</restrictions>\s*)?"
    rb'(?:(<redirect)(?:\s+title="([^"<]*)")?\s*/>\s*)?'
    rb"(?:<restrictions>[^<]*</restrictions>\s*)?"
    rb"(?=<revision>\s*<id>(\d{1,18})</id>\s*(?:<parentid>\d*</parentid>\s*)?(?:<timestamp>([^<]*)</timestamp>)?)"
)
_TEXT = re.compile(rb"<text((?:\s[^<>]*?)?)(/?)>")
_MODEL = re.compile(rb"<model>([^<]*)</model>")
_N_BYTES = re.compile(rb'\sbytes="(\d{1,18})"')
_DELETED = re.compile(rb'\sdeleted="')
_EXTRA_SLOT = re.compile(rb"<content[\s>]")
_ODD = re.compile(rb"<!|<\?|<page[\s>/]")


class Unsure(Exception):  # noqa: N818 - sends a page to the careful reader
    """The byte scanner met something it does not know; lxml decides."""


def read_quickly(block: bytes, rules: PageRules) -> DumpPage:
    """Read a <page> element in the form in which MediaWiki writes it.

    Raises:
        Unsure: it has another form.
        PageError: its text is no UTF-8, too long, missing, or has a broken entity.
    """
    head = _HEAD.match(block)
    if head is None:
        raise Unsure
    title, number, page_id, is_redirect, target, revision_id, timestamp = head.groups()
    tag = _TEXT.search(block, head.end())
    if tag is None:
        raise Unsure
    about = block[head.end() : tag.start()]
    body, tail = _body(block, tag)
    if b"<!" in about or b"<page" in about or _ODD.search(tail) or _EXTRA_SLOT.search(about):
        raise Unsure
    if b"<revision" in tail:
        last = block.rfind(b"<revision>")
        page = read_quickly(block[: head.end()] + block[last:], rules)
        page.extra_revisions = block.count(b"<revision>") - 1
        return page
    name = _title(title)
    namespace = int(number) if number is not None else rules.namespace_of(name)
    model = _MODEL.search(about) or _MODEL.search(tail)
    text, n_bytes = _text(body, tag[1], wanted=rules.keep(namespace))
    return DumpPage(
        int(page_id),
        namespace,
        name,
        None if is_redirect is None else decoded(plain_bytes(target or b""), "redirect target"),
        int(revision_id),
        "" if timestamp is None else timestamp.decode("ascii", "replace"),
        "wikitext" if model is None else decoded(plain_bytes(model[1]), "content model"),
        text,
        n_bytes,
        0,
        len(_EXTRA_SLOT.findall(tail)) if b"<content" in tail else 0,
    )


def _body(block: bytes, tag: re.Match[bytes]) -> tuple[bytes | None, bytes]:
    """Raw text between the text tags (None for a self-closing one) and what follows it in the page."""
    if tag[1].count(b'"') & 1:
        raise Unsure  # a `>` inside an attribute
    if tag[2]:
        return None, block[tag.end() :]
    end = block.find(b"<", tag.end())
    if not block.startswith(b"</text>", end):
        raise Unsure
    return block[tag.end() : end], block[end + 7 :]


def _title(raw: bytes) -> str:
    if len(raw) > MAX_TITLE_BYTES:
        raise PageError("title_too_long", f"the title has {len(raw):,} bytes; at most {MAX_TITLE_BYTES:,} are read")
    title = decoded(plain_bytes(raw), "title").strip()
    if not title:
        raise PageError("no_title", "the page has an empty title")
    return title


def _text(raw: bytes | None, attributes: bytes, *, wanted: bool) -> tuple[str | None, int]:
    """Text and size of a revision's main slot.

    Raises:
        PageError: the text is left out of the dump, too long, or not readable.
    """
    stated = _N_BYTES.search(attributes)
    size = int(stated[1]) if stated else 0
    if _DELETED.search(attributes):
        return None, size
    if raw is None:
        if size > TRIMMED_BYTES:
            raise PageError("no_text", f"the dump leaves the text of {size:,} bytes out (a stub dump?)")
        return ("" if wanted else None), 0
    if not wanted:
        return None, size or len(raw)
    if len(raw) > MAX_TEXT_BYTES:
        raise PageError("text_too_long", f"the text has {len(raw):,} bytes; at most {MAX_TEXT_BYTES:,} are read")
    data = plain_bytes(raw)
    return decoded(data, "text"), len(data)
