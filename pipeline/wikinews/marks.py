"""Places in a text while it changes: noncharacters that become offsets.

`mask` uses U+FDD0 to U+FDDC; these are U+FDE0 to U+FDEF. A link begins with LINK_BEGIN and its number in ten digits
of its own.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records.corpus import CaptionLink
from pipeline.titles.entities import decode_entities
from pipeline.wikinews.site import LinkTarget
from pipeline.wikitext.mask import unmask

LINK_BEGIN, LINK_END, CREDIT_BEGIN, CREDIT_END, BREAK = "\ufde0", "\ufde1", "\ufde2", "\ufde3", "\ufde4"
SOFT_BREAK = "\ufdef"
_FIRST_DIGIT = 0xFDE5
_MARK = re.compile("\ufde0[\ufde5-\ufdee]*|[\ufde1-\ufdef]|[^\ufde0-\ufdef]+")
_ANY_MARK = re.compile("[\ufde0-\ufdef]")
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")
_DIGITS = str.maketrans({chr(_FIRST_DIGIT + digit): str(digit) for digit in range(10)})


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text that a reader sees, white space collapsed, and the places in it.

    `breaks` are places where a line or small print began or ended; `credits` are spans that a credit template gave.
    """

    text: str
    links: tuple[CaptionLink, ...] = ()
    breaks: tuple[int, ...] = ()
    credits: tuple[tuple[int, int], ...] = ()
    unknown: tuple[str, ...] = ()


def link_begin(number: int) -> str:
    """The mark before a link's text."""
    return LINK_BEGIN + "".join(chr(_FIRST_DIGIT + int(digit)) for digit in str(number))


def has_marks(text: str) -> bool:
    """Whether a mark stands in `text`."""
    return _ANY_MARK.search(text) is not None


def without_marks(text: str) -> str:
    """`text` of a page, from which characters that look like marks are taken."""
    return _ANY_MARK.sub("", text)


def read_marks(text: str, targets: Sequence[LinkTarget], unknown: tuple[str, ...]) -> Rendered:
    """Marks to places. Entities are decoded only here, so that none becomes markup."""
    reader = _Reader(targets)
    for piece in _MARK.finditer(text):
        reader.read(piece[0])
    links = tuple(sorted(reader.links, key=lambda link: (link.start, link.end)))
    return Rendered("".join(reader.parts), links, tuple(reader.breaks), tuple(reader.credits), unknown)


class _Reader:
    """The text so far and what is open in it."""

    def __init__(self, targets: Sequence[LinkTarget]) -> None:
        self.targets = targets
        self.parts: list[str] = []
        self.links: list[CaptionLink] = []
        self.breaks: list[int] = []
        self.credits: list[tuple[int, int]] = []
        self._length = 0
        self._is_spaced = False  # a space is due before the next word
        self._depth = 0
        self._open: LinkTarget | None = None
        self._link_start = self._link_part = -1
        self._credit_start = -1
        self._in_credit = False

    def read(self, piece: str) -> None:
        """One mark, or the text up to the next one."""
        kind = piece[0]
        if kind == LINK_BEGIN:
            self._begin_link(piece[1:].translate(_DIGITS))
        elif kind == LINK_END:
            self._end_link()
        elif kind == CREDIT_BEGIN:
            self._is_spaced, self._in_credit, self._credit_start = True, True, -1
        elif kind == CREDIT_END:
            if self._in_credit and self._credit_start >= 0:
                self.credits.append((self._credit_start, self._length))
            self._is_spaced, self._in_credit = True, False
        elif kind in (BREAK, SOFT_BREAK):
            self._is_spaced = self._is_spaced or kind == BREAK
            self.breaks.append(self._length)
        elif not _ANY_MARK.match(kind):
            self._words(piece)

    def _words(self, piece: str) -> None:
        text = unicodedata.normalize("NFC", _NONCHARACTERS.sub("", unmask(decode_entities(piece))))
        for number, line in enumerate(text.split("\n")):
            if number:
                self._is_spaced = True
                self.breaks.append(self._length)
            words = line.split()
            if not words:
                self._is_spaced = self._is_spaced or bool(line)
                continue
            self._is_spaced = self._is_spaced or line[0].isspace()
            self._write(" ".join(words))
            self._is_spaced = line[-1].isspace()

    def _write(self, words: str) -> None:
        if self._is_spaced and self._length:
            self.parts.append(" ")
            self._length += 1
        if self._depth and self._link_start < 0:
            self._link_start, self._link_part = self._length, len(self.parts)
        if self._in_credit and self._credit_start < 0:
            self._credit_start = self._length
        self.parts.append(words)
        self._length += len(words)

    def _begin_link(self, number: str) -> None:
        self._depth += 1
        if self._depth == 1 and number:
            self._open, self._link_start = self.targets[int(number)], -1

    def _end_link(self) -> None:
        self._depth = max(0, self._depth - 1)
        if self._depth or self._open is None:
            return
        if self._link_start >= 0:
            surface = "".join(self.parts[self._link_part :])
            target = self._open
            self.links.append(CaptionLink(self._link_start, self._length, surface, target.title, target.wiki))
        self._open = None
