"""The streams of a multistream dump that hold certain pages."""

from bisect import bisect_right
from collections.abc import Collection
from html import unescape
from pathlib import Path

from pipeline.dump.index import WrongIndex, index_beside, index_lines, index_offsets
from pipeline.dump.ranges import DumpRange
from pipeline.dump.scan import is_stream_start


def ranges_of_titles(path: Path, titles: Collection[str]) -> list[DumpRange] | None:
    """The streams with these pages, by the index beside the dump; None without an index that fits.

    Of a title that stands there twice the last place counts. Titles that the index lacks are simply not in the dump.
    """
    index = index_beside(path)
    if index is None:
        return None
    size = path.stat().st_size
    try:
        offsets = index_offsets(index, size)
        wanted = sorted({_place(offsets, offset) for offset in _offsets_of(index, titles)})
    except WrongIndex:
        return None
    ends = [*offsets[1:], size]
    ranges = [DumpRange(str(path), offsets[at], ends[at], ordinal, False) for ordinal, at in enumerate(wanted)]
    with path.open("rb") as file:
        return ranges if all(is_stream_start(file, one.start) for one in ranges) else None


def _offsets_of(index: Path, titles: Collection[str]) -> set[int]:
    """Offsets of the streams that hold the titles, as the index's lines `offset:page_id:title` say."""
    plain = {title.encode() for title in titles}
    found: dict[bytes, int] = {}
    for text in index_lines(index):
        for line in text.split(b"\n"):
            parts = line.split(b":", 2)
            if len(parts) < 3:
                continue
            title = parts[2]
            if b"&" in title:  # old dumps write entities
                title = unescape(title.decode(errors="replace")).encode()
            if title in plain:
                found[title] = int(parts[0])
    return set(found.values())


def _place(offsets: list[int], offset: int) -> int:
    return bisect_right(offsets, offset) - 1
