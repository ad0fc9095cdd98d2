"""Cutting the text of a range into its <page> elements."""

import re
from collections.abc import Iterator

from pipeline.dump.streams import DamagedStream, Source

MAX_PAGE_BYTES = 64 << 20
_TAIL_BYTES = 128
"""No tag that is looked for is longer, its prefix aside."""
_COMMENT_END = re.compile(b"-->")


class PageWindow:
    """A bounded window over a range's text that gives out one <page> element after another.

    Ownership: a page whose `<page` begins in the range's own streams is given out whole, even where it ends in the
    next one (files packed by parallel compressors are cut anywhere); what comes before the first `<page` is skipped.

    Attributes:
        closed: </mediawiki> was the last thing seen.
        at: Place in the file.
    """

    def __init__(self, source: Source, prefix: str = "", max_page_bytes: int = MAX_PAGE_BYTES) -> None:
        name = f"{prefix}:".encode() if prefix else b""
        self.closed = False
        self._source = source
        self._max = max_page_bytes
        self._open = b"<" + name + b"page"
        self._tail = len(name) + _TAIL_BYTES
        name = re.escape(name)
        self._close = re.compile(b"</" + name + b"page>")  # `re` finds it in half the time of `bytes.find`
        self._token = re.compile(rb"<(?:(" + name + rb"page)[\s>/]|(!--)|(/?)" + name + rb"mediawiki[\s>])")
        self._odd_token = re.compile(rb"<!\[CDATA\[|<!--|</" + name + rb"page\s*>|<" + name + rb"page[\s>/]")
        self._buffer = b""
        self._pos = 0
        self._owned = True
        self._closed_at = 0  # end of the nearest closing tag known
        self._border = -1  # place in the buffer where the next range's bytes begin, once they are read

    @property
    def at(self) -> int:
        """Place in the file."""
        return self._source.position

    def blocks(self) -> Iterator[bytes]:
        """The <page> elements, opening and closing tags included.

        Raises:
            DamagedStream: the text ends inside a page, or one is longer than the window may be.
        """
        while self._next_page():
            known = self._closed_at > self._pos
            if not known:
                self._closed_at = self._find(self._close, self._pos)
            start, end = self._pos, self._closed_at
            if known and (second := self._buffer.find(self._open, start + 1, end)) >= 0:
                # The page before ran into this one: others may follow, and not each of them may copy all the rest.
                end = second + len(self._open) + 1
            self._pos = end
            yield self._buffer[start:end]

    def careful(self, block: bytes) -> bytes:
        """The true extent of the page that `block` was cut as: CDATA and comments may hold tags.

        A page that is not closed ends where the next begins. The window goes on after what is returned.
        """
        start = self._pos - len(block)
        while (end := self._careful_end(start)) < 0:
            start = self._grow(start)
        self._pos = end
        return self._buffer[start:end]

    def _next_page(self) -> bool:
        """Move to the next page that belongs to the range; False when there is none."""
        while True:
            found = self._token.search(self._buffer, self._pos)
            if found is None:
                if not self._more_between():
                    return False
                continue
            if 0 <= self._border <= found.start():
                return False
            if found[2]:
                self._pos = found.start()
                self._pos = self._find(_COMMENT_END, found.start() + 4)
            elif found[1]:
                self._pos = found.start()
                self.closed = False
                return True
            else:
                self.closed = bool(found[3])
                self._pos = found.end()

    def _more_between(self) -> bool:
        """Read on where no page is open; past the range's end only for a tag that was begun in it."""
        keep = max(self._pos, len(self._buffer) - self._tail)
        if self._border < 0:
            self._shift(keep)
            if self._read(beyond=False):
                return True
        tail = self._buffer[self._pos :] if self._border < 0 else self._buffer[self._pos : self._border]
        begun = tail.rfind(b"<")
        if begun < 0 or b">" in tail[begun:] or (self._border >= 0 and len(self._buffer) - self._border > self._tail):
            return False
        return self._read(beyond=True)

    def _find(self, end: re.Pattern[bytes], start: int) -> int:
        """Where the next `end` ends in the open element that begins at `_pos`, reading on as needed."""
        while (found := end.search(self._buffer, start)) is None:
            resume = max(start, len(self._buffer) - self._tail) - self._pos
            self._pos = self._grow(self._pos)
            start = self._pos + resume
        return found.end()

    def _grow(self, start: int) -> int:
        """Read on until the text from `start` has doubled; its new place."""
        if len(self._buffer) - start > self._max:
            raise DamagedStream(f"a page is longer than {self._max >> 20} MB, at byte {self.at:,} of the file")
        start -= self._shift(min(start, self._pos))
        wanted = 2 * len(self._buffer)
        if not self._read(beyond=True):
            raise DamagedStream(f"the file ends inside a page, at byte {self.at:,}")
        while len(self._buffer) < wanted and self._read(beyond=True):
            pass
        return start

    def _shift(self, keep: int) -> int:
        """Forget the buffer before `keep`; by how much places moved."""
        self._buffer = self._buffer[keep:]
        self._pos -= keep
        self._closed_at -= keep
        self._pos = max(self._pos, 0)
        if self._border >= 0:
            self._border = max(self._border - keep, 0)
        return keep

    def _read(self, *, beyond: bool) -> bool:
        """Append the next bytes; False at the end of the range (with `beyond`: of the file)."""
        if self._border < 0:
            if data := self._source.read():
                self._buffer += data
                return True
            if not beyond:
                return False
        data = self._source.read(beyond=True)
        if data and self._border < 0:
            self._border = len(self._buffer)
        self._buffer += data
        return bool(data)

    def _careful_end(self, start: int) -> int:
        """End of the page at `start`, or -1 when more text is needed."""
        place = start + 5
        while found := self._odd_token.search(self._buffer, place):
            token = found[0]
            if token.startswith(b"<!"):
                closer = b"]]>" if token.startswith(b"<![") else b"-->"
                place = self._buffer.find(closer, found.end())
                if place < 0:
                    return -1
            elif token.startswith(b"</"):
                return found.end()
            else:
                return found.start()
        return -1
