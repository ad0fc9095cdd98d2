"""Redirect pages: where they point, by text or XML attribute."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pipeline.records.names import RedirectStatus
from pipeline.titles.keys import ParsedTitle
from pipeline.titles.wiki import Wiki

_ANY_WORD = r"#[^\s\[\]:]{1,60}+"
_SPACE = r"[ \t\r\n\f\v\0]*+"


@dataclass(frozen=True, slots=True)
class RedirectTarget:
    """Where a redirect points, as far as its own page tells.

    `target` is a title key, with its namespace or interwiki prefix where it has one; `status` is ok, interwiki or
    namespace.
    """

    target: str
    fragment: str
    status: RedirectStatus


def parse_redirect(text: str, xml_target: str | None, wiki: Wiki) -> RedirectTarget | None:
    """The redirect that a page is, or None for a page that is none.

    Like MediaWiki 1.39 (WikitextContentHandler): nothing but white space before the word, a colon allowed after it,
    then the link. The text decides; the XML attribute serves where the text names no usable target.

    Args:
        text: raw wikitext, not masked.
        xml_target: the title of `<redirect title="…"/>`; '' for the empty element of export 0.3, None without element.
            With an element any `#word` counts as a redirect word, so that unknown words keep their fragments.
        wiki: the wiki whose redirect words and titles apply.
    """
    raw = _written_target(text, _start_pattern(wiki.siteinfo.redirect_words, xml_target is not None))
    for candidate in (raw, xml_target):
        if candidate:
            found = _target(wiki.titles.parse(candidate))
            if found is not None:
                return found
    return None


def _written_target(text: str, start: re.Pattern[str]) -> str:
    opening = start.match(text)
    if opening is None:
        return ""
    end = text.find("]]", opening.end())
    link = text[opening.end() : end] if end >= 0 else ""
    return "" if "\n" in link else link.partition("|")[0]


@lru_cache(maxsize=64)
def _start_pattern(words: Iterable[str], is_declared: bool) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    alternatives = [re.escape(word) for word in longest_first] + [_ANY_WORD] * is_declared
    return re.compile(rf"{_SPACE}(?i:{'|'.join(alternatives) or '(?!)'}){_SPACE}:?{_SPACE}\[\[")


def _target(parsed: ParsedTitle) -> RedirectTarget | None:
    if parsed.interwiki:
        return RedirectTarget(f"{parsed.interwiki}:{parsed.key}", parsed.fragment, RedirectStatus.INTERWIKI)
    if parsed.problem is not None or not parsed.key:
        return None
    status = RedirectStatus.OK if parsed.namespace == 0 else RedirectStatus.NAMESPACE
    return RedirectTarget(parsed.key, parsed.fragment, status)
