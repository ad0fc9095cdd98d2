"""What the entity field of a data set means, repaired."""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, unquote

from pipeline.records.dataset import RepairKind
from pipeline.titles.file_url_repair import repair_scheme
from pipeline.titles.keys import TitleParser, title_key
from pipeline.titles.shipped import shipped_siteinfo

NIL = "nil"
ENTITY_URL = "https://en.wikipedia.org/wiki/"
_NIL_WORDS = frozenset({"nil", "null", "none", "n/a", "na", "nan", "nill", "-", ""})
_MAX_CHARS = 2_000
_HOST = re.compile(r"https://(?P<site>[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?:/|$)(?P<path>.*)", re.IGNORECASE | re.DOTALL)
_OWN_HOST = re.compile(r"(?:www\.|m\.)?en(?:\.m|\.wap)?\.wikipedia\.org", re.IGNORECASE)
_QUERY = re.compile(r"[?&](?=[a-z_]+=)", re.IGNORECASE)
_TITLE_PARAMETER = re.compile(r"[?&]title=([^&#]*)", re.IGNORECASE)
_PAGE_PATH = re.compile(r"/*wiki(?:/|$)", re.IGNORECASE)
_SAFE = ";@$!*(),/~:"


@dataclass(frozen=True, slots=True)
class EntityName:
    """What an entity field means.

    Attributes:
        title: Title key; None for NIL and where the field cannot be read.
        is_nil: The field says that no entity is meant.
        kinds: Repairs that were made, in order.
        problem: Why the field cannot be read; None where it can.
    """

    title: str | None
    is_nil: bool = False
    kinds: tuple[RepairKind, ...] = ()
    problem: RepairKind | None = None

    @property
    def url(self) -> str:
        """The field as it should be written; '' where it cannot be read."""
        if self.is_nil:
            return NIL
        return entity_url(self.title) if self.title is not None else ""


def entity_url(title: str) -> str:
    """Address of an English Wikipedia article, escaped as MediaWiki does it.

    Brackets that the title does not open are escaped too: at the end of an address they would pass for stray ones.
    """
    safe = _SAFE.replace(")", "") if title.count(")") > title.count("(") else _SAFE
    return ENTITY_URL + quote(title.replace(" ", "_"), safe=safe)


def read_entity_url(text: str) -> EntityName:
    """What an entity URL, a bare title or a word for NIL means; never raises."""
    if len(text) > _MAX_CHARS:
        return EntityName(None, problem=RepairKind.BAD_TITLE)
    url, kinds = repair_scheme(text)
    if is_nil_word(url):
        return EntityName(None, is_nil=True, kinds=() if text == NIL else (RepairKind.NIL_SPELLING,))
    found = _HOST.match(url)
    if found is None:
        named = next((one for one in map(_read_bare, (text, url)) if one.title), _read_bare(url))
        return EntityName(named.title, kinds=(RepairKind.BARE_TITLE,), problem=named.problem)
    if not _OWN_HOST.fullmatch(found["site"]):
        return EntityName(None, kinds=kinds, problem=RepairKind.FOREIGN_WIKI)
    if found["site"] != "en.wikipedia.org":
        kinds += (RepairKind.URL_HOST,)
    return _read_path(url, found["path"], kinds)


def read_title(text: str, *, is_url: bool = False) -> EntityName:
    """The title key of a title as typed; `is_url` = escapes are already undone once."""
    key = title_key(text, _rules())
    if not key and is_url:
        key = title_key(unquote(text), _rules())
    if not key:
        return EntityName(None, problem=RepairKind.BAD_TITLE)
    return EntityName(key, kinds=() if key == text else (RepairKind.TITLE_SPELLING,))


def is_nil_word(text: str) -> bool:
    """Whether a field is one of the words for "no entity"."""
    return text.strip(" \t\r\n[]<>(){}\"'.").lower() in _NIL_WORDS


def _read_bare(text: str) -> EntityName:
    return read_title(text, is_url=True)


def _read_path(url: str, path: str, kinds: tuple[RepairKind, ...]) -> EntityName:
    asked = _TITLE_PARAMETER.search(path)
    if asked is not None:
        written, kinds = asked[1], (*kinds, RepairKind.URL_QUERY)
    else:
        written = _PAGE_PATH.sub("", path, count=1)
        written, mark, _ = written.partition("#")
        if mark:
            kinds += (RepairKind.URL_FRAGMENT,)
        query = _QUERY.search(written)
        if query is not None:
            written, kinds = written[: query.start()], (*kinds, RepairKind.URL_QUERY)
    title = read_title(written, is_url=True).title
    if title is None:
        return EntityName(None, kinds=kinds, problem=RepairKind.BAD_TITLE)
    if not kinds and entity_url(title) != url:
        kinds = (RepairKind.URL_SPELLING,)
    return EntityName(title, kinds=kinds)


@cache
def _rules() -> TitleParser:
    return TitleParser(shipped_siteinfo("enwiki"))
