"""Where the streams of a bz2 file begin, found by scanning."""

import bz2
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.records.manifest import write_json

_SCAN_BYTES = 8 << 20
_HEAD_BYTES = 10
_BLOCK = b"1AY&SY"  # first block of a stream: the digits of pi
_FOOTER = 0x177245385090  # end of a stream: the digits of its root, then 32 bits of checksum, then padding to a byte
_FOOTER_BYTES = 11
_START = re.compile(rb"BZh[1-9]" + _BLOCK)
_FIRST_BLOCK_BYTES = 2 << 20


def stream_starts(
    path: Path, cache_dir: Path | None = None, on_bytes: Callable[[int], None] | None = None
) -> list[int]:
    """Offsets of all bz2 streams that hold data, in order, 0 first.

    Streams begin at whole bytes; a header found inside a stream is told from a real one by what stands before it.
    The answer is kept in `cache_dir` under the file's path, size and time of change. `on_bytes` hears of progress.
    """
    cache = None if cache_dir is None else cache_dir / f"streams-{_identity(path)}.json"
    if cache is not None and (known := _read_cache(cache, path)) is not None:
        return known
    with path.open("rb") as file:
        starts = [offset for offset in _candidates(file, on_bytes) if is_stream_start(file, offset)]
    if not starts or starts[0] != 0:
        starts.insert(0, 0)
    if cache is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        write_json(cache, {**_stamp(path), "starts": starts})
    return starts


def is_stream_start(file: BinaryIO, offset: int) -> bool:
    """Whether a bz2 stream begins at `offset`: header there, another stream's end before it (or its block decodes)."""
    before = min(offset, _FOOTER_BYTES)
    file.seek(offset - before)
    data = file.read(before + _HEAD_BYTES)
    if not _START.fullmatch(data[before:]):
        return False
    return offset == 0 or _ends_stream(data[:before]) or _decodes(file, offset)


def _ends_stream(before: bytes) -> bool:
    """Whether these bytes end with a stream's footer; it begins at any bit and is padded with zeros."""
    value = int.from_bytes(before, "big")
    return any((value >> (shift + 32)) & 0xFFFFFFFFFFFF == _FOOTER for shift in range(8))


def _decodes(file: BinaryIO, offset: int) -> bool:
    """Whether the first block at `offset` can be decoded."""
    file.seek(offset)
    decoder = bz2.BZ2Decompressor()
    try:
        return bool(decoder.decompress(file.read(_FIRST_BLOCK_BYTES), 1))
    except OSError:
        return False


def _candidates(file: BinaryIO, on_bytes: Callable[[int], None] | None) -> Iterator[int]:
    """Offsets at which the ten bytes of a stream's start stand."""
    base = 0
    rest = b""
    file.seek(0)
    while data := file.read(_SCAN_BYTES):
        place = file.tell()
        window = rest + data
        for found in _START.finditer(window):
            yield base + found.start()
        rest = window[-(_HEAD_BYTES - 1) :]
        base += len(window) - len(rest)
        if on_bytes is not None:
            on_bytes(len(data))
        file.seek(place)  # the caller looks at candidates in the same file


def _identity(path: Path) -> str:
    return hashlib.blake2b(str(path.resolve()).encode(), digest_size=8).hexdigest()


def _stamp(path: Path) -> dict[str, int | str]:
    status = path.stat()
    return {"path": str(path.resolve()), "size_bytes": status.st_size, "mtime_ns": status.st_mtime_ns}


def _read_cache(cache: Path, path: Path) -> list[int] | None:
    """The kept offsets when they are of this very file; a damaged cache counts as none."""
    try:
        value = json.loads(cache.read_text(encoding="utf-8"))
        stamp, starts = {key: value[key] for key in _stamp(path)}, value["starts"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if stamp != _stamp(path) or not starts or not all(isinstance(start, int) for start in starts):
        return None
    return list(starts)
