"""The index beside a multistream dump: where its streams begin."""

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.dump.streams import DamagedStream, OpenRange
from pipeline.records.errors import InputError

_MULTISTREAM = re.compile(r"(.*-multistream)(\d*)\.xml(.*)\.bz2")
_LINE = re.compile(rb"^(\d{1,18}):\d+:[^\n]*$", re.MULTILINE)
_FIRST_OF_RUN = re.compile(rb"^(\d{1,18}):", re.MULTILINE)


class WrongIndex(Exception):  # noqa: N818 - turned into a warning and a scan
    """An index that does not fit its dump; the message says why."""


def index_beside(path: Path) -> Path | None:
    """The index file that Wikimedia's naming puts beside a multistream dump, if it is there."""
    named = _MULTISTREAM.fullmatch(path.name)
    if named is None:
        return None
    stem, part, pages = named.groups()
    for ending in (".bz2", ""):
        index = path.with_name(f"{stem}-index{part}.txt{pages}{ending}")
        if index.is_file():
            return index
    return None


def index_offsets(index: Path, size_bytes: int) -> list[int]:
    """Offsets of an index in order, each once, with 0 for the head of the dump.

    Raises:
        WrongIndex: a line is no `offset:page_id:title`, the file is damaged, or an offset lies past the dump's end.
    """
    offsets = {0}
    for text in index_lines(index):
        found = _FIRST_OF_RUN.findall(text)
        if len(found) != text.count(b"\n"):
            raise WrongIndex(f"{index} has a line that is no offset:page_id:title")
        offsets.update(map(int, dict.fromkeys(found)))
    if len(offsets) == 1:
        raise WrongIndex(f"{index} names no offset")
    ordered = sorted(offsets)
    if ordered[-1] >= size_bytes:
        raise WrongIndex(f"{index} names the offset {ordered[-1]:,}, past the end of the dump ({size_bytes:,} bytes)")
    return ordered


def index_lines(index: Path) -> Iterator[bytes]:
    """Whole lines of the index, many at a time, each ended by a newline."""
    rest = b""
    try:
        with OpenRange(index) as opened:
            while data := opened.source.read():
                head, newline, tail = data.rpartition(b"\n")
                if newline:
                    yield rest + head + newline
                    rest = tail
                else:
                    rest += data
    except (DamagedStream, InputError) as error:
        raise WrongIndex(f"{index} cannot be read: {error}") from error
    if rest:
        yield rest + b"\n"
