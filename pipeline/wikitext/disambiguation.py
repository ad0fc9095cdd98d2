"""The senses that a disambiguation-like page lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.titles.surfaces import bare_form, surface_key
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.flat import flat_structure
from pipeline.wikitext.lead_prose import resolve_links
from pipeline.wikitext.structure import Heading, Structure

_MARKER = re.compile(r"[*#:;]*[*#](?![*#:;])")
_LIST = tuple("*#:;")
_NUMBER = re.compile("(''')?\\s*+\x02(\\d{1,9})\x03")
_ASIDE_LABEL = re.compile(r"[;:'\s]++")
_PSEUDO_LEVEL = 7


@dataclass(frozen=True, slots=True)
class Item:
    """One sense: the page's surface, a title key, and the place in the list (0 = the text before it)."""

    surface: str
    target: str
    position: int


@dataclass(frozen=True, slots=True)
class _LineLink:
    target: str
    is_bold: bool


def page_items(structure: Structure, title: str, wiki: Wiki) -> list[Item]:
    """Senses of a disambiguation, surname, given-name or set-index page (KB definitions, section 3).

    One item for each line whose list marker ends in `*` or `#` ("*:" describes): its first link to another page of
    the main namespace. Links in references and in templates of the line do not count, those in text templates
    ({{nowrap}}) and in wrappers of whole lists ({{columns-list}}) do; "See also" sections are left out. Position 0 is
    the bold or else the first link before list and headings, when its bare title equals the surface. The surface is the
    page's bare title. Fragments are dropped.
    """
    surface = surface_key(bare_form(title))
    flat = flat_structure(structure, wiki)
    before, lines = _split(flat, wiki)
    items = []
    primary = _primary(before, surface, title, wiki)
    if primary:
        items.append(Item(surface, primary, 0))
    for line in lines:
        target = next((link.target for link in _line_links(line, title, wiki)), "")
        if target:
            position = items[-1].position + 1 if items else 1
            items.append(Item(surface, target, position))
    return items


def _primary(before: str, surface: str, title: str, wiki: Wiki) -> str:
    links = list(_line_links(before, title, wiki))
    candidates = [link.target for link in links if link.is_bold] + [link.target for link in links[:1]]
    return next((target for target in candidates if surface_key(bare_form(target)) == surface), "")


def _split(flat: Structure, wiki: Wiki) -> tuple[str, list[str]]:
    """The text before list and headings, and the list lines that are senses."""
    before: list[str] = []
    lines: list[str] = []
    hidden = 0  # level of the "See also" heading that the line stands under, 0 when none
    headings = {heading.start: heading for heading in flat.headings}
    has_begun = False
    for place, line in _placed_lines(flat.text):
        heading = headings.get(place) or _heading_like(line, wiki)
        if heading is not None:
            has_begun = True
            if not hidden or heading.level <= hidden or heading.level == _PSEUDO_LEVEL:
                hidden = heading.level if heading.title.casefold().strip() in wiki.templates.see_also else 0
        elif _MARKER.match(line):
            has_begun = True
            lines += [line] * (not hidden)
        elif not has_begun and not line.startswith(_LIST):
            before.append(line)
    return "\n".join(before), lines


def _heading_like(line: str, wiki: Wiki) -> Heading | None:
    """A line such as "'''See also'''" or ";See also" that serves as a heading."""
    if line[:1] not in ("'", ";"):
        return None
    label = _ASIDE_LABEL.sub(" ", line).strip()
    return Heading(0, 0, _PSEUDO_LEVEL, label) if label.casefold() in wiki.templates.see_also else None


def _placed_lines(text: str) -> Iterator[tuple[int, str]]:
    place = 0
    for line in text.split("\n"):
        yield place, line
        place += len(line) + 1


def _line_links(text: str, title: str, wiki: Wiki) -> Iterator[_LineLink]:
    """Links of `text` to other pages of the main namespace, in order; those in file captions are none."""
    if "[[" not in text:
        return
    written: list[tuple[str, str]] = []

    def number(target: str, label: str) -> str:
        written.append((target, label))
        return f"\x02{len(written) - 1}\x03"

    for match in _NUMBER.finditer(resolve_links(text, wiki, number)):
        index = int(match[2])
        if index >= len(written):
            continue
        target, label = written[index]
        parsed = wiki.titles.parse(target)
        if parsed.problem is None and parsed.namespace == 0 and not parsed.interwiki and parsed.key not in ("", title):
            yield _LineLink(parsed.key, bool(match[1]) or label.lstrip().startswith("'''"))
