"""What a media file's page says of its licence and author.

`records/file_page.py` holds the answer; `images/rights.py` turns it into rights. Two floors that do not know each
other.
"""

import re
from collections.abc import Iterable

from pipeline.records.file_page import FilePage, PageCall
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.mask import mask
from pipeline.wikitext.positional import positional
from pipeline.wikitext.structure import Structure, Template, arguments, read_structure
from pipeline.wikitext.surface import visible_text

MAX_CHARS = 1 << 17
"""A file page is read so far; whole books stand on some."""
_MAX_CALLS = 500
_MAX_DEPTH = 3
"""Licences stand at most so deep: `{{Information|permission={{self|…}}}}`."""
_MAX_ARGUMENT = 4000
_USER = 2
_BOXES = re.compile(
    r"(?:information|artwork|photograph|art photo|book|map|painting|art work|google art project|specimen|musical work"
    r"|infobox artwork|file info|non-free use rationale.*|fair use rationale.*|beschreibung|informazioni.*file"
    r"|изображение|описание|infobox .*image|information.*|artwork.*)",
    re.IGNORECASE,
)
_AUTHORS = ("author", "artist", "photographer", "creator", "urheber", "auteur", "autore", "автор", "autor")
# Templates that name a person: which unnamed argument is the name, from 1.
_PERSONS = {
    "user at project": 1, "user": 1, "u": 1, "ut": 1, "user2": 1, "original uploader": 1, "own based on": 0,
    "author": 1, "credit": 1, "w": -1, "flickr user": 1, "nowrap": 1, "small": 1,
}  # fmt: skip
_PHRASES = {"unknown author": "Unknown author", "anonymous": "Anonymous", "unknown photographer": "Unknown author"}
_CREATOR = re.compile(r"creator:(.+)", re.IGNORECASE | re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]+)?")
_LINK = re.compile(r"\[\[([^\[\]|{}<>\n]+)\]\]")
_MAX_NESTING = 4


def read_file_page(text: str, wiki: Wiki) -> FilePage:
    """The template calls and the author of a file page; never fails, whatever the text."""
    structure = read_structure(mask(text[:MAX_CHARS]), wiki)
    calls = [call for call in structure.templates if not call.is_function and call.depth <= _MAX_DEPTH][:_MAX_CALLS]
    return FilePage(tuple(_page_call(structure, call, wiki) for call in calls), _author(structure, calls, wiki))


def _page_call(structure: Structure, call: Template, wiki: Wiki) -> PageCall:
    if _BOXES.fullmatch(call.name):
        return PageCall(call.name)  # its arguments are prose, and the calls in them stand for themselves
    pairs = [(name, value) for name, value in arguments(structure, call) if len(value) <= _MAX_ARGUMENT]
    unnamed = positional(pairs)
    named = [(name.casefold(), value) for name, value in pairs if name and not name.isdigit()]
    return PageCall(
        call.name,
        tuple(_shown(unnamed[place], wiki) for place in sorted(unnamed)),
        tuple((name, _shown(value, wiki)) for name, value in named),
    )


def _author(structure: Structure, calls: Iterable[Template], wiki: Wiki) -> str | None:
    """The first author that a describing box names."""
    for call in calls:
        if _BOXES.fullmatch(call.name):
            values = {(name or "").casefold(): value for name, value in arguments(structure, call)}
            for name in _AUTHORS:
                if text := _shown(values.get(name, "")[:_MAX_ARGUMENT], wiki):
                    return text
    return None


def _shown(value: str, wiki: Wiki) -> str:
    """Wikitext as a reader sees it, persons' templates included and without `User:`."""
    text = _without_persons(value, wiki, 0) if "{{" in value else value
    text = _LINK.sub(lambda link: _user_name(link, wiki), text)
    return visible_text(text, wiki).strip(" ,;")


def _user_name(link: re.Match[str], wiki: Wiki) -> str:
    """`[[User:X]]` and `[[:de:User:X]]` as X; other links as they are."""
    target = link[1].strip(" :")
    parsed = wiki.titles.parse(target)
    if parsed.interwiki:
        inner = wiki.titles.parse(parsed.key)
        return inner.key.partition(":")[2] if inner.namespace == _USER else link[0]
    return parsed.key.partition(":")[2] if parsed.namespace == _USER else link[0]


def _without_persons(value: str, wiki: Wiki, nesting: int) -> str:
    """`value` with the templates that name persons or languages replaced by their text."""
    structure = read_structure(value, wiki)
    parts: list[str] = []
    place = 0
    for call in structure.templates:
        if call.start >= place and (text := _person(structure, call)) is not None:
            inner = _without_persons(text, wiki, nesting + 1) if "{{" in text and nesting < _MAX_NESTING else text
            parts += (value[place : call.start], inner)
            place = call.end
    parts.append(value[place:])
    return "".join(parts)


def _person(structure: Structure, call: Template) -> str | None:
    """What such a template shows; None for any other."""
    name = call.name.casefold()
    if name in _PHRASES:
        return _PHRASES[name]
    if found := _CREATOR.fullmatch(call.name):
        return found[1].strip()
    values = positional(arguments(structure, call))
    if name == "unknown":
        return (
            "Unknown author" if values.get(1, "").strip().casefold() in ("author", "artist", "photographer") else None
        )
    if name in _PERSONS:
        return _at(values, _PERSONS[name])
    return values.get(1) if _LANGUAGE.fullmatch(name) else None


def _at(values: dict[int, str], place: int) -> str | None:
    return values.get(max(values, default=0) if place < 0 else place)
