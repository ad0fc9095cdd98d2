"""Dump files cut into ranges: units of work, resume and errors."""

import logging
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipeline.dump.header import read_header
from pipeline.dump.index import WrongIndex, index_beside, index_offsets
from pipeline.dump.scan import is_stream_start, stream_starts
from pipeline.dump.streams import Form, form_of
from pipeline.records.errors import UsageError

RANGE_BYTES = 1 << 20
_LONGEST_GAP = 64 << 20
_LAST_BYTES = 256

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DumpRange:
    """Bytes `start` to `end` of a dump file as it lies on disk: whole compressed streams.

    `ordinal` counts ranges over all files of a dump, in order. A page belongs to the range in which its <page> begins.
    """

    path: str
    start: int
    end: int
    ordinal: int
    whole_file: bool

    @property
    def unit(self) -> str:
        """Name of the range as a unit of work, fit for file names, in dump order when sorted."""
        return f"{self.ordinal:05d}-{self.start:012d}"

    @property
    def size_bytes(self) -> int:
        """Compressed size."""
        return self.end - self.start


def plan_ranges(
    paths: Sequence[Path],
    *,
    cache_dir: Path | None = None,
    range_bytes: int = RANGE_BYTES,
    indexes: Mapping[Path, Path] | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> list[DumpRange]:
    """Cut files into ranges of at least `range_bytes` that cover every byte once, in the order given.

    A bz2 file of several streams is cut where streams begin, by its index (given or beside it) or by a scan, whose
    result is kept in `cache_dir`; any other file is one range. `on_bytes` hears of the scan's progress.

    Raises:
        InputError: a file is missing, empty or no MediaWiki export.
        UsageError: a file is named twice, or `range_bytes` is below 1.
    """
    if range_bytes < 1:
        raise UsageError(f"the size of a range must be at least 1 byte, not {range_bytes}")
    named = [path.resolve() for path in paths]
    if twice := next((path for path in named if named.count(path) > 1), None):
        raise UsageError(f"{twice} is named twice")
    ranges: list[DumpRange] = []
    for path in paths:
        cuts = _cuts(path, range_bytes, (indexes or {}).get(path), cache_dir, on_bytes)
        whole = len(cuts) == 2
        for start, end in pairwise(cuts):
            ranges.append(DumpRange(str(path), start, end, len(ranges), whole))
    return ranges


def _cuts(
    path: Path, range_bytes: int, index: Path | None, cache_dir: Path | None, on_bytes: Callable[[int], None] | None
) -> list[int]:
    """Borders of the file's ranges, 0 and its size included."""
    header = read_header(path)
    size = path.stat().st_size
    if form_of(path) is not Form.BZ2 or header.encoding != "utf-8" or size <= range_bytes:
        return [0, size]
    index = index or index_beside(path)
    if index is not None:
        try:
            return _checked_cuts(path, index, range_bytes)
        except WrongIndex as error:
            _logger.warning("%s; the index is not used, %s is scanned for its streams instead", error, path)
    return _group(stream_starts(path, cache_dir, on_bytes), size, range_bytes)


def _checked_cuts(path: Path, index: Path, range_bytes: int) -> list[int]:
    """Borders by the index, each checked to be the beginning of a stream."""
    size = path.stat().st_size
    offsets = index_offsets(index, size)
    gap, before = max((b - a, a) for a, b in zip(offsets, [*offsets[1:], size], strict=True))
    if gap > max(_LONGEST_GAP, 4 * range_bytes):
        raise WrongIndex(f"{index} names no stream in the {gap:,} bytes after {before:,}")
    cuts = _group(offsets, size, range_bytes)
    with path.open("rb") as file:
        for cut in cuts[:-1]:
            if not is_stream_start(file, cut):
                raise WrongIndex(f"{index} names the offset {cut:,}, where no bz2 stream begins in {path.name}")
    return cuts


def _group(starts: Sequence[int], size: int, range_bytes: int) -> list[int]:
    """Borders such that each range holds whole streams and at least `range_bytes`, the last one what is left."""
    cuts = [0]
    while cuts[-1] + range_bytes < size:
        following = bisect_left(starts, cuts[-1] + range_bytes)
        if following == len(starts):
            break
        cuts.append(starts[following])
    while len(cuts) > 1 and size - cuts[-1] < _LAST_BYTES:
        cuts.pop()  # so that whoever reads the end of the file sees all of </mediawiki>
    return [*cuts, size]
