"""Images that template arguments name without a link: `image = Foo.jpg`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.titles.wiki import Wiki
from pipeline.wikitext.enclosing import Enclosure, enclosures
from pipeline.wikitext.file_links import outermost_calls
from pipeline.wikitext.prefixed import title_within
from pipeline.wikitext.splitting import bar_after
from pipeline.wikitext.structure import Structure, Template, arguments
from pipeline.wikitext.surface import visible_text

EXTENSIONS = (
    "jpg", "jpeg", "png", "svg", "gif", "tif", "tiff", "webp", "ogv", "webm", "ogg", "pdf", "djvu", "xcf",
)  # fmt: skip
"""File name extensions of images, videos and documents that a page may show."""

_FILE = 6
_MAX_NAME = 260
_HIT = re.compile(rf"\.(?i:{'|'.join(EXTENSIONS)})(?=\s*+(?:\||\}}\}}))")
_NO_FILE_NAME = re.compile(r"[\[\]{}<>#|/\n\x00-\x1f]")
_PLACEHOLDER = re.compile(
    r"replace[ _]this[ _]image|no[ _-]?free[ _-]?image|no[ _-]?(?:image|photo|picture|portrait|cover)\b"
    r"|image[ _-]?(?:missing|needed|wanted|requested)|missing[ _-]?image|placeholder|blank\.",
    re.IGNORECASE,
)
_ORNAMENT = re.compile(r"flag|audio|listen|pron|ipa|portal|sister|commons|.*icon", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParameterImage:
    """One argument that is a file name; `name` is the parameter's, '' for a positional one."""

    place: int
    file_title: str
    name: str
    enclosure: Enclosure


def parameter_images(structure: Structure, wiki: Wiki) -> list[ParameterImage]:
    """Arguments whose whole value is the name of an image file, in document order.

    Left out: placeholders ("No free image"), arguments of flag, icon and sound templates, and those inside references
    and galleries.
    """
    hits = list(_written_names(structure))
    found = []
    for (place, name, value), enclosure in zip(hits, enclosures(structure, [hit[0] for hit in hits]), strict=True):
        if enclosure.template is None or _ORNAMENT.match(enclosure.template.name):
            continue
        file_title = file_title_of(value, wiki)
        if file_title and not _PLACEHOLDER.search(file_title):
            found.append(ParameterImage(place, file_title, name, enclosure))
    return found


def _written_names(structure: Structure) -> Iterator[tuple[int, str, str]]:
    """(place, parameter name, file name) of each argument that ends in a known extension."""
    text = structure.text
    hidden = sorted((*structure.references, *structure.galleries))
    cursor = 0
    for start, end in outermost_calls(structure):
        while cursor < len(hidden) and hidden[cursor][1] <= start:
            cursor += 1
        if cursor < len(hidden) and hidden[cursor][0] <= start:
            continue
        if text.find(".", start, end) < 0:
            continue  # most calls
        for hit in _HIT.finditer(text, start, end):
            place = hit.start()
            while cursor < len(hidden) and hidden[cursor][1] <= place:
                cursor += 1
            bar = text.rfind("|", max(start, place - _MAX_NAME), place)
            if bar < 0 or (cursor < len(hidden) and hidden[cursor][0] <= place):
                continue
            name, equals, value = text[bar + 1 : hit.end()].rpartition("=")
            value = value.strip()
            if not _NO_FILE_NAME.search(value) and value[0] != "." and "[" not in name and "{" not in name:
                yield place, name.strip() if equals else "", value


def file_title_of(written: str, wiki: Wiki) -> str:
    """Title key of a file without its prefix, '' when `written` is none; the prefix may be missing."""
    if ":" in written:
        found = wiki.titles.parse(written)
        if found.namespace != _FILE and (found.namespace or found.interwiki):
            return ""
        if found.namespace == _FILE:
            return title_within(written.strip().removeprefix(":"), _FILE, wiki)
    return title_within(f"File:{written.strip()}", _FILE, wiki)


_CAPTION_WORDS = (
    "caption", "légende", "legende", "didascalia", "bildbeschreibung", "bildunterschrift", "bildtext", "legenda",
    "leyenda", "pie", "pie de imagen", "onderschrift", "opis",
)  # fmt: skip
_CAPTION_WORD = re.compile("|".join(_CAPTION_WORDS).replace(" ", "[ _]"))
_IMAGE_WORDS = (
    "image name", "imagename", "image file", "image", "img", "photo", "picture", "pic", "file", "cover", "bild",
    "immagine", "imagen", "imagem", "foto", "afbeelding",
)  # fmt: skip
_IMAGE_WORD = re.compile("|".join(_IMAGE_WORDS))
_SIZE = re.compile(r"\d*x?\d+ *(?:px)?\Z")
_ARGUMENT_NAME = re.compile(r"\|\s*+([^|=\[\]{}<>\n]{1,60}+)=")
_MAX_CAPTIONED_DEPTH = 12
_MAX_CAPTIONS = 40
_KNOWN_NAMES = 4096
"""Infoboxes have few names for parameters, and use them on many pages."""


class Captions:
    """Captions of parameter images; each template is read once."""

    def __init__(self, structure: Structure, wiki: Wiki) -> None:
        self._structure = structure
        self._wiki = wiki
        self._named: dict[int, dict[str, str]] = {}
        self._unnamed: dict[int, dict[str, str]] = {}

    def of(self, image: ParameterImage) -> str:
        """The caption as a reader sees it, '' when none; not looked for in calls nested deeper than twelve."""
        template = image.enclosure.template
        if template is None or template.depth > _MAX_CAPTIONED_DEPTH:
            return ""
        raw = self._beside(template, image.name) if image.name else self._after(template, image.file_title)
        return visible_text(raw, self._wiki) if raw else ""

    def _beside(self, template: Template, name: str) -> str:
        """The argument that captions the parameter `name`."""
        if template.start not in self._named:
            self._named[template.start] = dict(_caption_arguments(self._structure.text, template))
        captions = self._named[template.start]
        names = _caption_names(name) if captions else ()
        return next((captions[name] for name in names if name in captions), "")

    def _after(self, template: Template, file_title: str) -> str:
        """The unnamed argument that follows the file; sizes and options are passed over, another file ends it."""
        if template.start not in self._unnamed:
            pairs = arguments(self._structure, template)
            self._unnamed[template.start] = dict(self._positional_captions([v.strip() for n, v in pairs if n is None]))
        return self._unnamed[template.start].get(file_title, "")

    def _positional_captions(self, values: list[str]) -> Iterator[tuple[str, str]]:
        file_title = ""
        words = _option_words(self._wiki)
        for value in values:
            if _HIT.search(value + "|"):
                file_title = file_title_of(value, self._wiki)
            elif file_title and value and not _SIZE.match(value) and value.casefold() not in words:
                yield file_title, value
                file_title = ""


@lru_cache(maxsize=8)
def _option_words(wiki: Wiki) -> frozenset[str]:
    """Image options of the wiki that are mere words, such as `right` and `thumb`, casefolded."""
    return frozenset(
        word.casefold()
        for name, words in wiki.siteinfo.image_words
        for word in words
        if name.startswith("img_") and "$1" not in word
    )


def _caption_arguments(text: str, template: Template) -> Iterator[tuple[str, str]]:
    """(plain name, value) of the arguments of one call whose name holds a caption word."""
    count = 0
    for match in _ARGUMENT_NAME.finditer(text, template.start, template.end - 2):
        if not _is_caption(match[1]):
            continue
        count += 1
        if count > _MAX_CAPTIONS:
            return
        place = match.start()
        if text.count("{{", template.start + 2, place) != text.count("}}", template.start + 2, place):
            continue  # an argument of an inner call
        value = text[match.end() : bar_after(text, match.end(), template.end - 2)].strip()
        if value:
            yield _plain(match[1]), value


@lru_cache(maxsize=_KNOWN_NAMES)
def _is_caption(name: str) -> bool:
    return _CAPTION_WORD.search(name.lower()) is not None


@lru_cache(maxsize=_KNOWN_NAMES)
def _caption_names(name: str) -> tuple[str, ...]:
    """Plain names under which the caption of an image parameter may stand, the closest first."""
    return tuple(_possible_names(_plain(name)))


def _possible_names(parameter: str) -> Iterator[str]:
    rest = " ".join(_IMAGE_WORD.sub(" ", parameter, count=1).split())
    for word in _CAPTION_WORDS:
        yield f"{parameter} {word}"
        yield f"{word} {parameter}"
        if rest != parameter:
            yield f"image {word} {rest}".strip()
            yield f"{rest} {word}".strip()
            yield f"{word} {rest}".strip()
            yield f"{word}{rest}"
    if rest in ("", "skyline"):
        yield from (f"image {word}" for word in _CAPTION_WORDS)


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())
