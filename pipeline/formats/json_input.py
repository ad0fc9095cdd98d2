"""Reading JSON of others: limits, record numbers, typed fields."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pipeline.records.errors import InputError

MAX_FILE_BYTES = 2 << 30
"""Largest file, unpacked."""
MAX_TEXT_CHARS = 1_000_000
"""Longest text of one field."""
MAX_ITEMS = 10_000
"""Longest list of one field."""
_SPACE = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_QUOTED = 60


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file: its number from 0, its key where the file is an object, and its JSON value."""

    file: Path
    number: int
    key: str
    value: Any

    def fail(self, field: str, problem: str) -> NoReturn:
        """Refuse the record.

        Raises:
            InputError: always; names file, record and field.
        """
        raise InputError(f"{self.file}: record {self.number}, {field}: {problem}")

    def member(self, field: str) -> object:
        """A field of an object; refused where the record is none or lacks it."""
        if not isinstance(self.value, dict):
            self.fail("record", f"should be an object, not {kind_of(self.value)}")
        if field not in self.value:
            self.fail(field, "is missing")
        member: object = self.value[field]
        return member

    def text(self, value: object, field: str) -> str:
        """`value` as a text of bearable length that is Unicode."""
        if not isinstance(value, str):
            self.fail(field, f"should be a text, not {kind_of(value)}")
        if len(value) > MAX_TEXT_CHARS:
            self.fail(field, f"has {len(value):,} characters; at most {MAX_TEXT_CHARS:,}")
        if _SURROGATE.search(value):
            self.fail(field, "holds half a character (a lone surrogate)")
        return value

    def full_text(self, value: object, field: str) -> str:
        """`value` as a text that is not blank."""
        text = self.text(value, field)
        if not text.strip():
            self.fail(field, "is empty")
        return text

    def number_of(self, value: object, field: str) -> int:
        """`value` as a whole number, 0 or more."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(field, f"should be a whole number, not {kind_of(value)}")
        if not 0 <= value < 1 << 31:
            self.fail(field, f"should be 0 or more and below 2^31, not {str(value)[:_QUOTED]}")
        return value

    def items(self, value: object, field: str, arity: int | None = None) -> list[Any]:
        """`value` as a list, of `arity` items where that is given."""
        if not isinstance(value, list):
            self.fail(field, f"should be a list, not {kind_of(value)}")
        if arity is not None and len(value) != arity:
            self.fail(field, f"should have {arity} items, not {len(value)}")
        if len(value) > MAX_ITEMS:
            self.fail(field, f"has {len(value):,} items; at most {MAX_ITEMS:,}")
        return value

    def texts(self, value: object, field: str) -> tuple[str, ...]:
        """`value` as a list of texts."""
        return tuple(self.text(one, f"{field}[{place}]") for place, one in enumerate(self.items(value, field)))


def read_records(path: Path) -> Iterator[Record]:
    """The members of the array or object that a file holds, one by one.

    Raises:
        InputError: the file is missing, too large, empty, no UTF-8 or no such JSON; names the record that breaks.
    """
    text = read_text(path)
    start = _skip(text, 0)
    opening = text[start : start + 1]
    if opening not in {"[", "{"}:
        raise InputError(f"{path}: should hold a JSON array or object{', but is empty' if not opening else ''}")
    n_records = 0
    for record in _members(text, path, start, is_object=opening == "{"):
        n_records += 1
        yield record
    if not n_records:
        raise InputError(f"{path}: holds no records")


def read_json(path: Path) -> object:
    """The one JSON value of a file.

    Raises:
        InputError: as for `read_records`.
    """
    text = read_text(path)
    value, end = _decode(text, _skip(text, 0), path, 0)
    if _skip(text, end) != len(text):
        raise InputError(f"{path}: goes on after its JSON value")
    return value


def read_lines(path: Path) -> Iterator[Record]:
    """The JSON values of a file of lines; blank lines are passed over.

    Raises:
        InputError: as for `read_records`.
    """
    number = 0
    for line in read_text(path).split("\n"):
        if not line.strip():
            continue
        value, end = _decode(line, _skip(line, 0), path, number)
        if line[end:].strip():
            raise InputError(f"{path}: record {number}: goes on after its JSON value")
        yield Record(path, number, "", value)
        number += 1
    if not number:
        raise InputError(f"{path}: holds no records")


def read_text(path: Path, max_bytes: int = MAX_FILE_BYTES) -> str:
    """The text of a file, unpacked where it is gzip, without a byte order mark.

    Raises:
        InputError: it is missing, larger than `max_bytes` unpacked, damaged or no UTF-8.
    """
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path) if is_packed else path.open("rb") as file:
            data = file.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise InputError(f"{path}: is larger than {max_bytes:,} bytes")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is no UTF-8 at byte {error.start:,}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: is a damaged gzip file: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names[type(value)]


def _members(text: str, path: Path, start: int, *, is_object: bool) -> Iterator[Record]:
    closing, number = "}" if is_object else "]", 0
    place = _skip(text, start + 1)
    while text[place : place + 1] != closing:
        key = ""
        if is_object:
            name, place = _decode(text, place, path, number)
            place = _skip(text, place)
            if not isinstance(name, str) or text[place : place + 1] != ":":
                raise InputError(f"{path}: record {number}: is broken JSON at character {place:,}: no key and colon")
            key, place = name, _skip(text, place + 1)
        value, place = _decode(text, place, path, number)
        yield Record(path, number, key, value)
        number += 1
        place = _skip(text, place)
        mark = text[place : place + 1]
        if mark == closing:
            break
        if mark != ",":
            raise InputError(f"{path}: record {number}: is broken JSON at character {place:,}: no comma or {closing}")
        place = _skip(text, place + 1)
        if text[place : place + 1] == closing:
            raise InputError(f"{path}: record {number}: is broken JSON at character {place:,}: nothing after a comma")
    if _skip(text, place + 1) != len(text):
        raise InputError(f"{path}: goes on after its JSON value")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _decode(text: str, place: int, path: Path, number: int) -> tuple[Any, int]:
    """The JSON value at `place` and where it ends."""
    try:
        return _DECODER.raw_decode(text, place)
    except json.JSONDecodeError as error:
        problem = f"is broken JSON at character {error.pos:,}: {error.msg}"
    except RecursionError:
        problem = "is nested too deeply"
    except ValueError as error:
        problem = str(error)
    raise InputError(f"{path}: record {number}: {problem}")


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
