"""Finds the links of masked text, as MediaWiki's replaceInternalLinks does.

A link is innermost: `[[` inside an anchor makes the outer brackets plain text, but for file links, whose captions hold
links. Of a file link only the opening is a token here, so that the search goes on in its caption.
"""

import re
import warnings
from functools import lru_cache
from urllib.parse import unquote

from pipeline.records.names import DropReason
from pipeline.titles.entities import decode_entities
from pipeline.titles.parsing import FILE
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.mask import EMPTY

FILE_TITLE, TARGET, PLAIN, MIXED, TRAIL, TEMPLATE_TARGET = range(1, 7)
"""Groups of a token; its `lastindex` is FILE_TITLE, TRAIL (a link), TEMPLATE_TARGET or None (three brackets)."""

_ASCII = tuple(map(chr, range(128)))
_ONE_CLASS = re.compile(r"\[[^\[\]\\^]+\]\+")
_CACHE_TARGETS = 1 << 16
_MAX_CACHED_CHARS = 512


def link_tokens(text: str, wiki: Wiki) -> list[re.Match[str]]:
    """All links and openings of file links, in order.

    TARGET and FILE_TITLE are as typed. Of the anchor, PLAIN is set, or MIXED where it may hold markup; TRAIL is ''
    when there is none.
    """
    return list(link_pattern(text, wiki).finditer(text))


def link_pattern(text: str, wiki: Wiki) -> re.Pattern[str]:
    """What `link_tokens` looks for in `text`."""
    plain, inert = _patterns(wiki)
    return inert if EMPTY in text else plain


@lru_cache(maxsize=8)
def link_rules(wiki: Wiki) -> tuple[bytes, bytes, bool]:
    """What the compiled loop needs to know of a wiki.

    Returns:
        For each ASCII character whether it ends a link that it follows (1), joins it as its trail (2) or may do
        either (0); for each whether a plain title may hold it; whether titles begin with a capital.
    """
    titles = wiki.titles
    plain = bytes(titles.is_plain(f"a{character}") and shown_target(character) == character for character in _ASCII)
    return _followers(wiki), plain, titles.is_plain("a") and titles.parse("a").key == "A"


def _followers(wiki: Wiki) -> bytes:
    """Only trails that are one class of characters, such as `[a-z]+`, can be known from single ones.

    Of others it is tried out what up to two of their own letters add to a character, such as those of "c'h".
    """
    trail, source = wiki.trail.match, wiki.siteinfo.link_trail
    is_class = _ONE_CLASS.fullmatch(source) is not None
    letters = () if is_class else sorted(set(source))
    behind = ("", *_ASCII, *letters, *(b + c for b in letters for c in letters))
    quiet = {a for a in _ASCII if not any(trail(a + b)[0] for b in behind)}  # type: ignore[index]
    joining = {a for a in _ASCII if trail(a)[0]} if is_class else set()  # type: ignore[index]
    return bytes(1 if character in quiet else 2 if character in joining else 0 for character in _ASCII)


@lru_cache(maxsize=8)
def _patterns(wiki: Wiki) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The pattern for most pages, and the slower one for pages with inert characters."""
    names = {
        name
        for namespace in wiki.siteinfo.namespaces
        if namespace.id == FILE
        for name in (namespace.name, namespace.canonical, *namespace.aliases)
        if name
    }
    file_words = "|".join(re.sub("[ _]+", "[ _]+", re.escape(name).replace(r"\ ", " ")) for name in sorted(names))
    trail = re.sub(r"(?<!\\)\((?!\?)", "(?:", wiki.siteinfo.link_trail)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # trails are patterns of another language
        return _compile(file_words, trail, ""), _compile(file_words, trail, "\ufdd0-\ufdef")


def _compile(file_words: str, trail: str, inert: str) -> re.Pattern[str]:
    """Possessive throughout: whatever the text, each character is looked at a fixed number of times."""
    title = rf"[^\[\]{{}}|<>\n{inert}]"
    plain = rf"([^\[\]<&{{\n\t\xa0{inert}]++)(?=\]\])"
    mixed = r"((?:[^\[\]]++|\[(?!\[)|\](?!\]))++)"
    return re.compile(
        rf"\[\[(?:([ _]*+(?i:{file_words})[ _]*+:{title}*+)(?=\||\]\])"
        rf"|({title}++)(?:\|(?:{plain}|{mixed}))?+\]\]((?:{trail})?)"
        r"|(?=\[)"
        rf"|{title}*+(\{{\{{))"
    )


class LinkTargets:
    """Reads link targets by the rules of one wiki.

    `known` holds recent answers, for callers who cannot afford a call: (title key, fragment, text shown where the
    link has no anchor) for the main namespace, for others the name under which the link is counted as dropped.
    `file_prefixes` are ways of writing the prefix of files that pages have used.
    """

    def __init__(self, wiki: Wiki) -> None:
        self._parse = wiki.titles.parse
        self.known: dict[str, tuple[str, str, str] | str] = {}
        self.file_prefixes: set[str] = set()

    def read(self, raw: str) -> tuple[str, str, str] | str:
        """Read a target as typed."""
        found = self._read(raw)
        if len(raw) <= _MAX_CACHED_CHARS:
            if len(self.known) >= _CACHE_TARGETS:
                self.known.clear()
            self.known[raw] = found
        return found

    def _read(self, raw: str) -> tuple[str, str, str] | str:
        title = self._parse(raw)
        if title.problem is not None:
            return title.problem.value
        if title.interwiki:
            return DropReason.INTERWIKI.value
        if title.namespace:
            return f"namespace:{title.namespace}"
        return title.key, title.fragment, shown_target(raw)


def shown_target(raw: str) -> str:
    """What a reader sees of a link without anchor: its target as typed, escapes decoded, no leading colon."""
    text = decode_entities(unquote(raw) if "%" in raw else raw)
    return " ".join(text.strip().removeprefix(":").split())


@lru_cache(maxsize=8)
def targets_of(wiki: Wiki) -> LinkTargets:
    """The reader of link targets of a wiki."""
    return LinkTargets(wiki)
