"""Where templates, references, galleries, tables and headings stand in a page.

One forward pass over masked text with a stack, after MediaWiki's preprocessor: runs of braces match from the inside,
`{{` without its `}}` is plain text, and the content of an extension tag is a world of its own, which its first closing
tag ends whatever is still open inside. Everything is linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from pipeline.native.chosen import loops
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.template_names import MAX_NAME, names_of

if TYPE_CHECKING:
    from pipeline.wikitext.file_links import FileLink

Span = tuple[int, int]


@dataclass(slots=True)
class Template:
    """One `{{…}}` call: text[start:end], braces included.

    `name` has its first letter capital and single spaces, without the template namespace's prefix. Of a parser
    function or variable (`is_function`) it is the part before the colon in lower case, "#if" or "pagename".
    """

    name: str
    start: int
    end: int
    depth: int
    is_function: bool
    is_infobox: bool


@dataclass(slots=True)
class Heading:
    """One heading line text[start:end], its line breaks left out."""

    start: int
    end: int
    level: int
    title: str


@dataclass(slots=True)
class Structure:
    """The parts of one page, every list by start; spans of one kind do not overlap.

    Calls in a reference that holds no link are left out of `templates`. The last three are what others found, once
    they were asked.
    """

    text: str
    templates: list[Template] = field(default_factory=list)
    references: list[Span] = field(default_factory=list)
    galleries: list[Span] = field(default_factory=list)
    tables: list[Span] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    lead_end: int = 0
    file_links: list["FileLink"] | None = field(default=None, repr=False, compare=False)
    category_targets: list[str] | None = field(default=None, repr=False, compare=False)
    outermost: list[Span] | None = field(default=None, repr=False, compare=False)


_TAG_REFERENCE = re.compile(r"\{\{\s*#tag\s*:\s*ref\s*[|}]", re.IGNORECASE)
_TAG = r"<((?i:ref|gallery|references|poem|imagemap))(?=[\s/>])[^<>]*>"
_ARGUMENT_TOKENS = re.compile(r"\{\{|\}\}|\[\[|\]\]|[|=]|" + _TAG)
_CLOSERS = {
    tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in ("ref", "gallery", "references", "poem", "imagemap")
}

# One pattern per kind of token: each begins with a literal, which `re` finds five times as fast as one of several.
_OPEN, _CLOSE, _LINE, _EXTENSION = range(4)
_TOKENS = (
    (_OPEN, re.compile(r"\{\{+")),
    (_CLOSE, re.compile(r"\}\}+")),
    (_LINE, re.compile(r"\n(?:=|[ \t:]*\{\||[ \t]*\|(?=\}))")),
    (_EXTENSION, re.compile(r"<(?=[rgpiRGPI])")),
)
_EXTENSION_TAG = re.compile(_TAG.removesuffix(">") + "(?<!/)>")
_RUN = re.compile(r"\{+|\}+")
_TABLE_MARK = re.compile(r"[ \t:]*\{\||[ \t]*\|")
_FIRST_LINE = re.compile(r"=|[ \t:]*\{\|")


def read_structure(masked: str, wiki: Wiki) -> Structure:
    """The structure of masked text; never fails, whatever is left open."""
    return _Reader(masked, wiki).run()


@dataclass(slots=True)
class _World:
    """The content of one extension tag, or the page itself."""

    end: int
    stack_base: int
    table_base: int
    missing: set[str] = field(default_factory=set)  # tags that nothing closes before `end`


class _Reader:
    """The stacks of one pass."""

    __slots__ = ("found", "names", "open", "outer", "read_name", "tables", "text", "world")

    def __init__(self, text: str, wiki: Wiki) -> None:
        self.text = text
        names = names_of(wiki)
        self.names, self.read_name = names.known, names.read
        self.found = Structure(text)
        self.open: list[tuple[int, int]] = []  # runs of opening braces: place, length
        self.tables: list[int] = []
        self.world = _World(len(text) + 1, 0, 0)
        self.outer: list[_World] = []

    def run(self) -> Structure:
        """Walk over the tokens in order and close what is left open."""
        if _FIRST_LINE.match(self.text) is not None:
            self._line(0)
        if loops is None:
            self.walk_in_python()
        else:  # it asks `event` about all but headings and calls of known templates
            templates, headings = (self.found.templates, Template), (self.found.headings, Heading)
            loops.scan_structure(self.text, self.open, self.names, templates, headings, self.event, self._newest())
        return self._finish()

    def walk_in_python(self) -> None:
        """Take in all tokens, without the compiled loop."""
        place = 0
        for token in _events(self.text):
            if token >> 2 >= place:
                place = self.event(token & 3, token >> 2)[0]

    def event(self, kind: int, start: int) -> tuple[int, int, int, int]:
        """Take in one token: where the next may begin, end and stack of the world now, the newest heading or table."""
        if start >= self.world.end:
            self._leave(start)
        place = start + 1
        if kind == _OPEN:
            self.open.append((start, _run_length(self.text, start)))
        elif kind == _CLOSE:
            self._close_braces(start)
        elif kind == _LINE:
            self._line(place)
        else:
            place = self._extension(start)
        return place, self.world.end, self.world.stack_base, self._newest()

    def _newest(self) -> int:
        heading = self.found.headings[-1].start if self.found.headings else -1
        return max(heading, self.tables[-1]) if self.tables else heading

    def _finish(self) -> Structure:
        found = self.found
        self._leave(len(self.text) + 1)
        if self.tables:
            found.tables.append((self.tables[0], len(self.text)))
        found.templates.sort(key=attrgetter("start"))
        _set_depths(found.templates)
        found.references = _outermost(found.references)
        found.galleries = _outermost(found.galleries)
        found.tables = _outermost(found.tables)
        found.lead_end = found.headings[0].start if found.headings else len(self.text)
        return found

    def _close_braces(self, start: int) -> None:
        """Match a run of closing braces with the open runs, three at a time where both sides allow it."""
        opened, base = self.open, self.world.stack_base
        left = _run_length(self.text, start) if self.text.startswith("}", start + 2) else 2
        while left >= 2 and len(opened) > base:
            place, length = opened.pop()
            size = 3 if length >= 3 and left >= 3 else 2
            start += size
            left -= size
            length -= size
            if length >= 2:
                opened.append((place, length))
            if size == 2:
                self._add_template(place + length, start)

    def _add_template(self, start: int, end: int) -> None:
        """Record a call; headings and open tables inside it belong to its arguments."""
        text, found, tables, headings = self.text, self.found, self.tables, self.found.headings
        while headings and headings[-1].start > start:
            headings.pop()
        while tables and tables[-1] > start and len(tables) > self.world.table_base:
            tables.pop()
        name_end = end - 1 if end - start < MAX_NAME else start + MAX_NAME
        pipe = text.find("|", start, name_end)
        raw = text[start + 2 : name_end if pipe < 0 else pipe + 1]
        name, is_function, is_infobox = self.names.get(raw) or self.read_name(raw)
        if is_function and _TAG_REFERENCE.match(text, start):
            found.references.append((start, end))
        found.templates.append(Template(name, start, end, 0, is_function, is_infobox))

    def _line(self, start: int) -> None:
        """A line that begins with a heading, a table, or a table's end."""
        text, tables = self.text, self.tables
        if text[start] == "=":
            if not self.outer and (heading := _read_heading(text, start)) is not None:
                self.found.headings.append(heading)
            return
        match = _TABLE_MARK.match(text, start)
        assert match is not None  # the token was found by the same pattern
        if match[0].endswith("{|"):
            tables.append(start)
        elif len(tables) > self.world.table_base:
            # `|}}` ends a template whose last argument is empty, not a table.
            if len(self.open) > self.world.stack_base and text.startswith("}}", match.end()):
                return
            table = tables.pop()
            if not tables:
                self.found.tables.append((table, match.end() + 1))

    def _extension(self, start: int) -> int:
        """Enter the content of the extension tag at `start`; the place before which nothing needs to be read."""
        text, world = self.text, self.world
        match = _EXTENSION_TAG.match(text, start)
        if match is None:
            return start + 1
        tag, end = match[1].lower(), match.end()
        if tag in world.missing:
            return end
        inner_end = text.find("</", end, world.end)
        if tag == "ref" and inner_end >= 0 and text.startswith("ref>", inner_end + 2):
            close_end = inner_end + 6
        elif (closer := _CLOSERS[tag].search(text, end, world.end)) is not None:
            inner_end, close_end = closer.span()
        else:
            world.missing.add(tag)
            return end
        if tag == "ref":
            self.found.references.append((start, close_end))
            if text.find("[[", end, inner_end) < 0:
                return inner_end
        elif tag == "gallery":
            self.found.galleries.append((start, close_end))
        self.outer.append(world)
        self.world = _World(inner_end, len(self.open), len(self.tables))
        return end

    def _leave(self, start: int) -> None:
        """Go back to the world that `start` is in; what is still open further in stays unmatched."""
        tables = self.tables
        while self.outer and start >= self.world.end:
            world = self.world
            del self.open[world.stack_base :]
            if len(tables) > world.table_base:
                if not world.table_base:
                    self.found.tables.append((tables[0], world.end))
                del tables[world.table_base :]
            self.world = self.outer.pop()


def _events(text: str) -> list[int]:
    """All tokens in order, each as its place times 4 plus its kind."""
    return sorted(match.start() << 2 | kind for kind, pattern in _TOKENS for match in pattern.finditer(text))


def _run_length(text: str, start: int) -> int:
    """How often the character at `start` stands there in a row."""
    match = _RUN.match(text, start)
    assert match is not None  # the tokens are braces
    return match.end() - start


def _read_heading(text: str, start: int) -> Heading | None:
    """The heading on the line that begins with `=` at `start`, if it is one."""
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    line = text[start:end].rstrip(" \t\r")
    level = min(6, (len(line) - 1) // 2, len(line) - len(line.lstrip("=")), len(line) - len(line.rstrip("=")))
    if level < 1:
        return None
    return Heading(start, end, level, line[level:-level].strip())


def _set_depths(templates: list[Template]) -> None:
    """Count for each template the templates around it; the list is by start."""
    around: list[int] = []
    for template in templates:
        while around and around[-1] <= template.start:
            around.pop()
        template.depth = len(around)
        around.append(template.end)


def _outermost(spans: list[Span]) -> list[Span]:
    """`spans` by start, without those that lie in another one."""
    spans.sort()
    kept: list[Span] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def arguments(structure: Structure | str, template: Template) -> list[tuple[str | None, str]]:
    """Arguments of one call as (name, value); name is None for an unnamed one.

    Split at each `|` that stands in no inner template, link or extension tag. Named values are trimmed, unnamed ones
    are as typed (MediaWiki's rule). Of a parser function the part after the colon is no argument. Linear in the call.
    """
    text = structure if isinstance(structure, str) else structure.text
    result: list[tuple[str | None, str]] = []
    depth, begin, equals = 0, -1, -1
    for place, kind in _argument_tokens(text, template):
        if kind in "{[":
            depth += 1
        elif kind in "}]":
            depth = max(0, depth - 1)
        elif depth == 0 and kind == "=":
            equals = place if equals < 0 else equals
        elif depth == 0:
            if begin >= 0:
                result.append(_argument(text, begin, equals, place))
            begin, equals = place + 1, -1
    if begin >= 0:
        result.append(_argument(text, begin, equals, template.end - 2))
    return result


def _argument_tokens(text: str, template: Template) -> Iterator[tuple[int, str]]:
    """Places and first characters of the tokens in a call, those in extension tags left out."""
    end = template.end - 2
    skip, missing = 0, set()
    for token in _ARGUMENT_TOKENS.finditer(text, template.start + 2, end):
        start = token.start()
        if start < skip:
            continue
        if token[1] is None:
            yield start, text[start]
        elif not token[0].endswith("/>") and (tag := token[1].lower()) not in missing:
            closer = _CLOSERS[tag].search(text, token.end(), end)
            if closer is None:
                missing.add(tag)
            else:
                skip = closer.end()


def _argument(text: str, begin: int, equals: int, end: int) -> tuple[str | None, str]:
    if equals < 0:
        return None, text[begin:end]
    return text[begin:equals].strip(), text[equals + 1 : end].strip()
