"""Word and entity vectors in wikipedia2vec's text format, read line by line."""

import bz2
import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from pipeline.records.errors import InputError

ENTITY = "ENTITY/"
"""What the name of an entity begins with; underscores stand for spaces after it."""
_OPENERS: dict[str, Callable[..., Any]] = {".bz2": bz2.open, ".gz": gzip.open}
_MOST_DIMENSIONS = 1 << 14
_LONGEST_NAME, _LONGEST_NUMBER = 4096, 32
"""Bytes: a title has 255 and a number about 12; a file without line ends must not be read as one line."""

_DATE = re.compile(r"(?<!\d)(?:20\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class NamedVector:
    """One line of the file.

    Attributes:
        name: A word in lower case, or an entity's title with spaces.
        is_entity: Which of the two.
        vector: (D,) float32.
    """

    name: str
    is_entity: bool
    vector: npt.NDArray[np.float32]


def date_in_name(path: Path) -> str:
    """The dump that published vectors are of, such as 20180420 of enwiki_20180420_100d.txt.bz2; empty without one."""
    found = _DATE.search(path.name)
    return found[0] if found else ""


def read_vectors(path: Path) -> Iterator[NamedVector]:
    """All vectors of a text file (plain, .gz or .bz2): a line "count dimensions", then a name and its numbers each.

    Memory holds one line, and none is longer than its numbers can be. Pickled models of wikipedia2vec are refused: a
    pickle can run any code.

    Raises:
        InputError: the file is of another format, or ends too early; names the line.
    """
    try:
        with _OPENERS.get(path.suffix, open)(path, "rb") as file:
            count, width = _head(file.readline(_LONGEST_NAME), path)
            longest = _LONGEST_NAME + width * _LONGEST_NUMBER
            number = 1
            for number, line in enumerate(iter(partial(file.readline, longest), b""), 2):
                if len(line) == longest:
                    raise InputError(f"{path}, line {number}, has {longest:,} bytes or more, not {width} numbers")
                if number > count + 1:
                    raise InputError(f"{path} has more than the {count:,} vectors that its first line tells")
                yield _vector(line, width, path, number)
            if number != count + 1:
                raise InputError(f"{path} ends after {number - 1:,} of {count:,} vectors")
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} cannot be read as vectors: {error}") from error


def write_vectors(file: BinaryIO, count: int, width: int, rows: Iterator[NamedVector]) -> None:
    """Write the same format; 6 decimals a number."""
    file.write(f"{count} {width}\n".encode())
    for row in rows:
        name = ENTITY + row.name.replace(" ", "_") if row.is_entity else row.name
        numbers = " ".join(f"{value:.6g}" for value in row.vector.tolist())
        file.write(f"{name} {numbers}\n".encode())


def _head(line: bytes, path: Path) -> tuple[int, int]:
    parts = line.split()
    if len(parts) == 2 and all(part.isdigit() for part in parts):
        count, width = int(parts[0]), int(parts[1])
        if 0 < width <= _MOST_DIMENSIONS:
            return count, width
    raise InputError(
        f'{path} does not begin with a line "count dimensions": it is not in wikipedia2vec\'s text format '
        "(its own pickle files are not read; wikipedia2vec's save_text writes text)"
    )


def _vector(line: bytes, width: int, path: Path, number: int) -> NamedVector:
    try:
        name, numbers = line.decode("utf-8").rstrip("\n").split(" ", 1)
        vector = np.array(numbers.split(), np.float32)
    except (UnicodeDecodeError, ValueError) as error:
        raise InputError(f"{path}, line {number}, is no name with numbers: {error}") from None
    if len(vector) != width or not np.isfinite(vector).all():
        raise InputError(f"{path}, line {number}, does not hold {width} finite numbers")
    is_entity = name.startswith(ENTITY)
    return NamedVector(name.removeprefix(ENTITY).replace("_", " ") if is_entity else name, is_entity, vector)
