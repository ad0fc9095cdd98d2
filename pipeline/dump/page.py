"""One page as read: the record, the problem, the rules."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.records.errors import PageError

MAX_TEXT_BYTES = 16 << 20
MAX_TITLE_BYTES = 2048
TRIMMED_BYTES = 16
"""MediaWiki itself allows 2 MB of text and 255 bytes of title; these limits guard memory.

A text whose `bytes=` exceeds `TRIMMED_BYTES` but which is empty was left out of the dump; MediaWiki trims a last line
end after counting, so small differences are normal."""


@dataclass(slots=True)
class DumpPage:
    """One page with its last revision.

    `redirect` is the target as the XML names it, "" when the page is a redirect whose target only its text tells
    (export 0.3), None otherwise. `text` is None where it was deleted or its namespace is not kept. `n_bytes` is the
    size of the wikitext in UTF-8; where the text was not read, what the dump says, or the size with entities.
    `timestamp` is written as in the dump, "" when unknown. `extra_revisions` and `extra_slots` were passed over.
    """

    page_id: int
    namespace: int
    title: str
    redirect: str | None
    revision_id: int | None
    timestamp: str
    model: str
    text: str | None
    n_bytes: int
    extra_revisions: int = 0
    extra_slots: int = 0


@dataclass(frozen=True, slots=True)
class PageProblem:
    """A page that could not be read, as far as it is known: the matter of a dead letter."""

    page_id: int | None
    title: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class PageRules:
    """How to read pages: namespaces of titles, and which namespaces' texts are wanted."""

    namespace_of: Callable[[str], int]
    keep: Callable[[int], bool]


def problem(block: bytes, error: PageError) -> PageProblem:
    """The dead letter of a page, with what can be made out of its head."""
    head = block[: 4 * MAX_TITLE_BYTES]
    title = re.search(rb"<(?:[\w.-]+:)?title>([^<]{0,1000})", head)
    page_id = re.search(rb"</(?:[\w.-]+:)?(?:title|ns)>\s*<(?:[\w.-]+:)?id>\s*(\d{1,18})\s*<", block)
    name = "" if title is None else title[1].decode("utf-8", "replace").strip()[:255]
    return PageProblem(None if page_id is None else int(page_id[1]), name, error.reason, str(error))
