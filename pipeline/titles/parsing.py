"""Reading link targets by the rules of one wiki."""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from pipeline.records.names import DropReason
from pipeline.titles.capitals import capital
from pipeline.titles.entities import decode_entities
from pipeline.titles.site import FIRST_LETTER, SiteInfo

TALK, FILE, CATEGORY, SPECIAL = 1, 6, 14, -1
# MediaWiki's names of before 2008, good on every wiki.
_OLD_NAMES = {"image": FILE, "image talk": FILE + 1}
CACHE_TITLES = 1 << 16
_MAX_CACHED_CHARS = 512
_MAX_TITLE_BYTES = 255
_MAX_SPECIAL_BYTES = 512
# A target may repeat the wiki's own prefix ("en:en:X"); no reader needs more of them.
_MAX_OWN_PREFIXES = 8

# The spaces and marks of MediaWiki's title rules; NEL, ZWSP and the like are letters to it.
_SPACES = "_\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_BIDI_MARKS = "\u200e\u200f\u202a-\u202e"
_SPACE_RUN = re.compile(f"[ {_SPACES}]+")
_BIDI_RUN = re.compile(f"[{_BIDI_MARKS}]+")
_SURROGATES = "\ud800-\udfff"
_ESCAPE_LEFT = re.compile(r"%[0-9A-Fa-f]{2}|&[A-Za-z0-9\x80-\U0010ffff]+;")
_RELATIVE = re.compile(r"(?:^|/)\.\.?(?:/|$)")
# MediaWiki leaves [[http://…]] and the like as text, though "Http://…" would be a title.
_PROTOCOL = re.compile(
    r"\s*(?://|(?:bitcoin|geo|magnet|mailto|matrix|news|sips?|sms|tel|urn|xmpp):"
    r"|(?:ftps?|git|gopher|https?|ircs?|mms|nntp|redis|sftp|ssh|svn|telnet|wikipedia|worldwind)://)",
    re.IGNORECASE,
)


class ParsedTitle(NamedTuple):
    """What a link target says.

    Attributes:
        namespace: Its number; 0 for interwiki targets.
        key: Title key with the wiki's own prefix outside the main namespace, without a leading ':'. Interwiki
            targets keep their letters, without the interwiki prefix. '' when `problem` is set.
        fragment: Text after '#', spaces for underscores, '' when none.
        interwiki: Lower-case prefix of another wiki, '' for this one.
        problem: None, BAD_TITLE, TEMPLATE_IN_TARGET, or SELF_LINK for a mere '#fragment'.
        colon: Whether File and Category links are ordinary ones here: a leading ':' or the wiki's own prefix.
    """

    namespace: int
    key: str
    fragment: str
    interwiki: str
    problem: DropReason | None
    colon: bool


_BAD = ParsedTitle(0, "", "", "", DropReason.BAD_TITLE, colon=False)
_TEMPLATE = ParsedTitle(0, "", "", "", DropReason.TEMPLATE_IN_TARGET, colon=False)
_new = tuple.__new__


class TitleParser:
    """Reads link targets by the rules of one wiki (MediaWiki 1.39's splitTitleString); keeps recent answers."""

    def __init__(self, siteinfo: SiteInfo) -> None:
        self.siteinfo = siteinfo
        self._namespaces: dict[str, int] = {}
        self._prefixes: dict[int, str] = {}
        self._capitalised: set[int] = set()
        for space in siteinfo.namespaces:
            self._prefixes[space.id] = f"{space.name}:" if space.name else ""
            if space.case == FIRST_LETTER:
                self._capitalised.add(space.id)
            for name in (space.name, space.canonical, *space.aliases):
                if name:
                    self._namespaces.setdefault(_fold_prefix(name), space.id)
        for name, number in _OLD_NAMES.items():
            if number in self._prefixes:
                self._namespaces.setdefault(name, number)
        self._interwiki = {_fold_prefix(prefix) for prefix in siteinfo.interwiki}
        self._own_prefixes = {_fold_prefix(prefix) for prefix in siteinfo.local_interwiki}
        self._is_first_letter = 0 in self._capitalised
        self._compile(siteinfo.legal_title_chars)
        self._recent: dict[str, ParsedTitle] = {}
        self._older: dict[str, ParsedTitle] = {}

    def parse(self, raw: str) -> ParsedTitle:
        """Read the target of a link as typed, the part before '|'."""
        found = self._recent.get(raw)
        if found is not None:
            return found
        return self._remember(raw)

    def key_of(self, title: str) -> str:
        """Key of a page title; '' for a bad title or one of another wiki."""
        found = self._read_plain(title) or self._read(title)
        return "" if found.interwiki else found.key

    def is_plain(self, title: str) -> bool:
        """Whether no rule but that of the first letter can touch a title, were it in ASCII and not too long."""
        return self._plain.fullmatch(title) is not None

    def prefix(self, namespace: int) -> str:
        """The wiki's own prefix of a namespace with its colon, '' for the main one.

        Raises:
            KeyError: the wiki has no such namespace.
        """
        return self._prefixes[namespace]

    def namespace_of(self, title: str) -> int:
        """Namespace of a page title by its prefix, for dumps that do not say it; 0 when it has none."""
        start, colon, _ = title.partition(":")
        return self._namespaces.get(_fold_prefix(start), 0) if colon else 0

    def _compile(self, legal: str) -> None:
        is_legal = re.compile(f"[{legal}]")
        ascii_letters = (chr(code) for code in range(128) if chr(code) != "#")
        illegal = "".join(re.escape(letter) for letter in ascii_letters if not is_legal.match(letter))
        # '#' parts the fragment off before titles are checked, so it is no forbidden character of a target.
        self._forbidden = re.compile(f"[{illegal}{_SURROGATES}]")
        odd = f"{illegal}{_SURROGATES}{_SPACES}{_BIDI_MARKS}\ufffd #%&:/~"
        self._plain = re.compile(f"(?!\\.)[^{odd}]+(?: [^{odd}]+)*")

    def _remember(self, raw: str) -> ParsedTitle:
        """Answer from the older half of the cache or afresh, and keep it."""
        found = self._older.get(raw) or self._read_plain(raw)
        if found is None:
            found = _BAD if _PROTOCOL.match(raw) else self._read(raw)
        if len(raw) <= _MAX_CACHED_CHARS:
            if len(self._recent) >= CACHE_TITLES:
                self._older, self._recent = self._recent, {}
            self._recent[raw] = found
        return found

    def _read_plain(self, raw: str) -> ParsedTitle | None:
        """The quick way for main-namespace titles without anything odd; None where the long way is needed."""
        if self._plain.fullmatch(raw) is None:
            return None
        if raw.isascii():
            if len(raw) > _MAX_TITLE_BYTES:
                return None
        elif len(raw) > _MAX_TITLE_BYTES // 4 or not unicodedata.is_normalized("NFC", raw):
            return None
        key = raw
        if self._is_first_letter:
            first = raw[0]
            large = first.upper() if first.isascii() else capital(first)
            if large != first:
                key = large + raw[1:]
                if not raw.isascii() and not unicodedata.is_normalized("NFC", key):
                    return None
        return _new(ParsedTitle, (0, key, "", "", None, False))

    def _read(self, raw: str) -> ParsedTitle:
        """The long way, step by step as MediaWiki goes."""
        if "{{" in raw:
            return _TEMPLATE
        text = None if self._forbidden.search(raw) else _decode(raw)
        if text is None or "\ufffd" in text:
            return _BAD
        colon = text.startswith(":")
        if colon:
            text = text[1:].strip(" ")
        if not text:
            return _BAD
        return self._split_prefix(text, colon=colon)

    def _split_prefix(self, text: str, *, colon: bool) -> ParsedTitle:
        for _ in range(_MAX_OWN_PREFIXES):
            prefix, rest = _prefix_and_rest(text)
            if not prefix:
                break
            namespace = self._namespaces.get(prefix)
            if namespace is not None:
                if namespace == TALK and self._is_prefix(_prefix_and_rest(rest)[0]):
                    return _BAD
                return self._local(namespace, rest, colon)
            if prefix not in self._interwiki and prefix not in self._own_prefixes:
                break
            if prefix not in self._own_prefixes:
                return self._foreign(prefix, rest, colon)
            if not rest:
                # [[en:]] is the main page, whose name siteinfo tables do not hold.
                return _BAD
            text, colon = rest, True
        return self._local(0, text, colon)

    def _is_prefix(self, prefix: str) -> bool:
        return bool(prefix) and (bool(self._namespaces.get(prefix)) or prefix in self._interwiki)

    def _foreign(self, prefix: str, rest: str, colon: bool) -> ParsedTitle:
        title, _, fragment = rest.removeprefix(":").strip(" ").partition("#")
        title = title.rstrip(" ")
        if not self._is_valid(title, _MAX_TITLE_BYTES):
            return _BAD
        return ParsedTitle(0, unicodedata.normalize("NFC", title), fragment.strip(" "), prefix, None, colon)

    def _local(self, namespace: int, rest: str, colon: bool) -> ParsedTitle:
        title, mark, fragment = rest.partition("#")
        title, fragment = title.rstrip(" "), fragment.strip(" ")
        if not title:
            if namespace == 0 and mark:
                return ParsedTitle(0, "", fragment, "", DropReason.SELF_LINK, colon)
            return _BAD
        limit = _MAX_SPECIAL_BYTES if namespace == SPECIAL else _MAX_TITLE_BYTES
        if title[0] == ":" or not self._is_valid(title, limit):
            return _BAD
        if namespace in self._capitalised:
            # A capital can compose with a mark that its small letter could not.
            title = unicodedata.normalize("NFC", capital(title[0]) + title[1:])
        return ParsedTitle(namespace, self._prefixes[namespace] + title, fragment, "", None, colon)

    def _is_valid(self, title: str, max_bytes: int) -> bool:
        """Whether a title without prefix and fragment may be one."""
        return not (
            self._forbidden.search(title)
            or _ESCAPE_LEFT.search(title)
            or ("." in title and _RELATIVE.search(title))
            or "~~~" in title
            or len(title.encode()) > max_bytes
        )


def _decode(raw: str) -> str | None:
    """Percent escapes and entities decoded, marks off, spaces single, NFC; None for escapes that are no UTF-8."""
    text = raw
    if "%" in text:
        try:
            text = unquote_to_bytes(text).decode()
        except UnicodeDecodeError:
            return None
    text = decode_entities(text)
    text = _SPACE_RUN.sub(" ", _BIDI_RUN.sub("", text)).strip(" ")
    return unicodedata.normalize("NFC", text)


def _prefix_and_rest(text: str) -> tuple[str, str]:
    """What stands before and after the first colon that is not the first character; ('', '') without one."""
    position = text.find(":", 1)
    if position < 0:
        return "", ""
    return _fold_prefix(text[:position].rstrip(" ")), text[position + 1 :].lstrip(" ")


def _fold_prefix(prefix: str) -> str:
    return prefix.replace("_", " ").lower()
