"""File titles and the upload addresses of their bytes, both ways."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote_to_bytes

from pipeline.records.errors import PageError
from pipeline.titles.capitals import capital
from pipeline.titles.entities import decode_entities
from pipeline.titles.thumb_names import Thumb, is_thumb_of, read_thumb_name, thumb_name

UPLOAD = "https://upload.wikimedia.org"
COMMONS = "wikipedia/commons"
MAX_NAME_BYTES = 240
"""Longest file name that MediaWiki takes, in UTF-8."""
_SPACES = re.compile("[ _\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e]+")
_ILLEGAL = re.compile(
    r"[\x00-\x1f\x7f<>\[\]{}|#:/\\\ufffd\ud800-\udfff]|~~~|%[0-9A-Fa-f]{2}|&[A-Za-z0-9\x80-\U0010ffff]+;"
)
_PREFIX = re.compile(r"\s*:?[\s_]*(?:file|image)[\s_]*:", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?:)?//upload\.wikimedia\.org/([a-z]+/[a-z0-9-]+)/([^?#]+)(?:[?#].*)?", re.DOTALL)
_ARCHIVED = re.compile(r"(\d{14})!(.+)", re.DOTALL)
# Wikis whose folder is not their family and language; every other "xxwiki" is wikipedia/xx.
_FOLDERS = {
    "commonswiki": COMMONS,
    "metawiki": "wikipedia/meta",
    "mediawikiwiki": "wikipedia/mediawiki",
    "specieswiki": "wikipedia/species",
    "wikidatawiki": "wikipedia/wikidata",
    "be_x_oldwiki": "wikipedia/be-x-old",
}
_FAMILY = re.compile(
    r"([a-z][a-z0-9_]*?)(wiki|wikinews|wiktionary|wikiquote|wikibooks|wikisource|wikiversity|wikivoyage)"
)


@dataclass(frozen=True, slots=True)
class FileAddress:
    """What an upload address names.

    Attributes:
        repo: Folder of the wiki on the host: "wikipedia/commons", "wikinews/en".
        title: File title without prefix, spaces for underscores.
        hash_dirs: The two folders as written ("8/8d").
        thumb: Width, page and the like of a thumbnail; None for the file itself.
        archived: Timestamp (14 digits) of an old version, '' for the current one.
        has_thumb_folder: False for a thumbnail address that lacks `/thumb/`: it leads nowhere.
    """

    repo: str
    title: str
    hash_dirs: str
    thumb: Thumb | None = None
    archived: str = ""
    has_thumb_folder: bool = True

    @property
    def is_hashed_right(self) -> bool:
        """Whether the folders are those of the title; they are not after some renames."""
        return self.hash_dirs == hash_dirs(self.title)

    @property
    def original_url(self) -> str:
        """Address of the file itself, in the folders as written."""
        name = quote(_underscored(self.title), safe="")
        if self.archived:
            return f"{UPLOAD}/{self.repo}/archive/{self.hash_dirs}/{self.archived}%21{name}"
        return f"{UPLOAD}/{self.repo}/{self.hash_dirs}/{name}"


def file_name(title: str) -> str:
    """File title as MediaWiki stores it: NFC, underscores, first letter large, without `File:`.

    Raises:
        PageError: no wiki takes such a name (reason bad_file_title).
    """
    text = _PREFIX.sub("", decode_entities(_MARKS.sub("", title)), count=1)
    text = _SPACES.sub("_", unicodedata.normalize("NFC", text)).strip("_")
    name = unicodedata.normalize("NFC", capital(text[0]) + text[1:]) if text else ""
    if not name or name in {".", ".."} or _ILLEGAL.search(name) or len(name.encode()) > MAX_NAME_BYTES:
        raise PageError("bad_file_title", f"{title[:80]!r} is no file title")
    return name


def hash_dirs(title: str) -> str:
    """The two folders of a file: the first one and two hex digits of its name's md5."""
    digits = hashlib.md5(_underscored(title).encode(), usedforsecurity=False).hexdigest()
    return f"{digits[0]}/{digits[:2]}"


def local_repo(wiki: str) -> str:
    """Folder of a wiki's own files: `enwikinews` -> `wikinews/en`.

    Raises:
        PageError: the name is not that of a wiki (reason bad_wiki).
    """
    if wiki in _FOLDERS:
        return _FOLDERS[wiki]
    found = _FAMILY.fullmatch(wiki)
    if found is None:
        raise PageError("bad_wiki", f"{wiki[:40]!r} is no wiki's name, such as enwiki or enwikinews")
    lang, family = found.groups()
    return f"{'wikipedia' if family == 'wiki' else family}/{lang.replace('_', '-')}"


def wiki_of(repo: str) -> str:
    """Name of the wiki that a folder belongs to: `wikinews/en` -> `enwikinews`."""
    for wiki, folder in _FOLDERS.items():
        if folder == repo:
            return wiki
    family, _, lang = repo.partition("/")
    return f"{lang.replace('-', '_')}{'wiki' if family == 'wikipedia' else family}"


def upload_url(title: str, repo: str = COMMONS) -> str:
    """Address of a file's bytes by the md5 rule."""
    name = file_name(title)
    return f"{UPLOAD}/{repo}/{hash_dirs(name)}/{quote(name, safe='')}"


def upload_urls(title: str, wiki: str) -> tuple[str, ...]:
    """Where the bytes can be, in the order to try: Commons, then the wiki itself."""
    return tuple(dict.fromkeys(upload_url(title, repo) for repo in (COMMONS, local_repo(wiki))))


def thumbnail_url(title: str, thumb: Thumb, repo: str = COMMONS) -> str:
    """Address of a thumbnail; the width is taken as it is (see `thumb_names.standard_width`).

    Raises:
        PageError: the host makes no thumbnails of such a file (reason no_thumbnail) or the title is bad.
    """
    name = file_name(title)
    return f"{UPLOAD}/{repo}/thumb/{hash_dirs(name)}/{quote(name, safe='')}/{quote(thumb_name(name, thumb), safe='')}"


def read_upload_url(url: str) -> FileAddress:
    """What an upload address names; thumbnails without `/thumb/` are understood and marked.

    Raises:
        PageError: it is no address of a file (reason bad_file_url).
    """
    found = _ADDRESS.fullmatch(url.strip())
    if found is None:
        raise PageError("bad_file_url", f"{url[:200]!r} is no address on {UPLOAD}")
    parts = found[2].split("/")
    is_thumb, is_archived = _take(parts, "thumb"), _take(parts, "archive")
    bounds = (4, 4) if is_thumb else (3, 4)
    if not bounds[0] <= len(parts) <= bounds[1] or not _is_hashed(parts):
        raise PageError("bad_file_url", f"{url[:200]!r} does not have the folders of a file")
    name = _decoded(parts[2], url)
    archived = ""
    if is_archived:
        archived, name = _archived(name, url)
    address = FileAddress(found[1], file_name(name).replace("_", " "), f"{parts[0]}/{parts[1]}", archived=archived)
    if len(parts) == 3:
        return address
    last = _decoded(parts[3], url)
    full_name = f"{archived}!{_underscored(name)}" if archived else _underscored(name)
    thumb = read_thumb_name(last)
    if thumb is None or not is_thumb_of(last, full_name):
        raise PageError("bad_file_url", f"{url[:200]!r} ends in a name that is no thumbnail of its file")
    return replace(address, thumb=thumb, has_thumb_folder=is_thumb)


def _take(parts: list[str], folder: str) -> bool:
    """Whether the path begins with `folder`, which is then taken off."""
    if parts[:1] != [folder]:
        return False
    del parts[0]
    return True


def _is_hashed(parts: list[str]) -> bool:
    return re.fullmatch("[0-9a-f]", parts[0]) is not None and re.fullmatch(f"{parts[0]}[0-9a-f]", parts[1]) is not None


def _archived(name: str, url: str) -> tuple[str, str]:
    found = _ARCHIVED.fullmatch(name)
    if found is None:
        raise PageError("bad_file_url", f"{url[:200]!r} is in archive/ and has no timestamp")
    return found[1], found[2]


def _decoded(part: str, url: str) -> str:
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        raise PageError("bad_file_url", f"{url[:200]!r} has escapes that are no UTF-8") from None


def _underscored(title: str) -> str:
    return title.replace(" ", "_")
