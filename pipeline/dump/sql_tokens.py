"""Tokens of a MySQL dump: values, statements, column names."""

import re
from collections.abc import Callable

from pipeline.dump.streams import Source

Value = bytes | int | float | None

_STRING = rb"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'"
VALUE = rb"(?:(?:_[A-Za-z0-9]++\s*+|[xXbB])?+" + _STRING + rb"|[^\s,()';]++)"
"""A value in a row: a string (perhaps with a charset or as hex), a number, NULL, 0x…"""
MAX_STATEMENT_BYTES = 64 << 20
"""Longest row or other statement that is read; an INSERT of many rows may be longer."""

STATEMENT = re.compile(
    rb"(?:[^;'\"`/#-]++|" + _STRING + rb"|\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"|`[^`]*+`"
    rb"|/\*.*?\*/|--[ \t][^\n]*+(?:\n|\Z)|#[^\n]*+(?:\n|\Z)|/(?!\*)|-)*+;",
    re.DOTALL,
)
"""All up to the semicolon that ends a statement; those in strings, names and comments end none."""
_COMMENT = re.compile(rb"\s++|--(?:[ \t][^\n]*)?\n|#[^\n]*\n|/\*.*?\*/|;", re.DOTALL)
_COMMENT_MARKS = (b"-", b"#", b"/*")
_ITEM = re.compile(rb"`([^`]*)`|([A-Za-z_][\w$]*)|" + _STRING + rb"|([(),])|[^\s`(),']++", re.DOTALL)
_NO_COLUMN = {b"PRIMARY", b"UNIQUE", b"KEY", b"INDEX", b"CONSTRAINT", b"FULLTEXT", b"SPATIAL", b"FOREIGN", b"CHECK"}
_ESCAPE = re.compile(rb"\\(.)|''", re.DOTALL)
_ESCAPED = {b"0": b"\0", b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a", b"%": b"\\%", b"_": b"\\_"}
_WORDS: dict[bytes, Value] = {b"NULL": None, b"TRUE": 1, b"FALSE": 0}


def value_of(token: bytes) -> Value:
    r"""A value as Python holds it: strings as bytes, numbers, None for NULL.

    Raises:
        ValueError: the token is no value; its text says so.
    """
    first = token[:1]
    if first == b"'":
        body = token[1:-1]
        return _unescape(body) if b"\\" in body or b"''" in body else body
    try:
        return int(token)
    except ValueError:
        return _odd_value(token)


def _odd_value(token: bytes) -> Value:
    """NULL, floats, hex and charset-marked strings."""
    if token.upper() in _WORDS:
        return _WORDS[token.upper()]
    prefix, quote, body = token.partition(b"'")
    try:
        if quote:
            if prefix in {b"x", b"X"}:
                return bytes.fromhex(body[:-1].decode("ascii"))
            return int(body[:-1], 2) if prefix in {b"b", b"B"} else _unescape(body[:-1])
        if token[:2] == b"0x":
            return bytes.fromhex(token[2:].decode("ascii"))
        if token[:1] in b"+-.0123456789":
            return float(token)
    except (ValueError, UnicodeDecodeError):
        pass
    raise ValueError(f"{token[:40].decode('utf-8', 'replace')!r}, which is no SQL value")


def _unescape(body: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]) if found[1] else b"'", body)


def column_names(definition: bytes) -> list[str]:
    """Column names from the text after a CREATE TABLE's opening bracket; keys and constraints are passed over."""
    names: list[str] = []
    depth = 1
    begins = True
    for found in _ITEM.finditer(definition):
        quoted, word, mark = found.groups()
        if mark == b"(":
            depth += 1
        elif mark == b")":
            depth -= 1
            if not depth:
                break
        elif begins and (quoted is not None or (word is not None and word.upper() not in _NO_COLUMN)):
            names.append((quoted if quoted is not None else word).decode("utf-8", "replace"))
        begins = mark == b"," and depth == 1
    return names


class SqlText:
    """A bounded window over the text of a dump, moved token by token.

    Attributes:
        at_end: there is nothing left to read on.
        last_comment: the last line comment before the current place, b"" when a statement followed it.
    """

    def __init__(self, source: Source, on_bytes: Callable[[int], None] | None = None) -> None:
        self.at_end = False
        self.last_comment = b""
        self._source = source
        self._on_bytes = on_bytes
        self._told = 0
        self._buffer = b""
        self._pos = 0

    def peek(self, n_bytes: int) -> bytes:
        """The next bytes, without moving."""
        while len(self._buffer) - self._pos < n_bytes and self._more():
            pass
        return self._buffer[self._pos : self._pos + n_bytes]

    def match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Match and pass the pattern here, reading on while it does not fit and may yet; None when it never will."""
        while (found := pattern.match(self._buffer, self._pos)) is None:
            if len(self._buffer) - self._pos > MAX_STATEMENT_BYTES or not self._more():
                return None
        self._pos = found.end()
        return found

    def statement(self) -> bytes | None:
        """Pass the statement here; its text, None when it does not end."""
        self.last_comment = b""
        found = self.match(STATEMENT)
        return None if found is None else found[0]

    def start(self) -> bytes:
        """First bytes of the next statement, b"" when there is none."""
        self._skip_comments()
        return self.peek(16)

    def _skip_comments(self) -> None:
        """Move past white space, comments and lone semicolons."""
        while True:
            while found := _COMMENT.match(self._buffer, self._pos):
                if found[0][:1] in b"-#":
                    self.last_comment = found[0]
                self._pos = found.end()
            if self._pos < len(self._buffer) and not self._buffer.startswith(_COMMENT_MARKS, self._pos):
                return
            if not self._more():
                break
        if self._buffer.startswith((b"-", b"#"), self._pos):  # a last line without its newline
            self.last_comment = self._buffer[self._pos :]
            self._pos = len(self._buffer)

    def _more(self) -> bool:
        """Read on, at least as much as is held; False at the end."""
        parts = [self._buffer[self._pos :]]
        self._pos = 0
        missing = len(parts[0])
        while data := self._source.read():
            parts.append(data)
            missing -= len(data)
            if missing <= 0:
                break
        self._buffer = b"".join(parts)
        self._tell()
        self.at_end = len(parts) == 1
        return not self.at_end

    def _tell(self) -> None:
        if self._on_bytes is not None:
            self._on_bytes(self._source.position - self._told)
            self._told = self._source.position
