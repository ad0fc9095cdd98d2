"""Reading a dump file's bytes, decompressed, from one range."""

import bz2
import codecs
import zlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from pipeline.records.errors import InputError

READ_BYTES = 16 << 10
"""Packed bytes at a time: so little that a bz2 block, of up to 900 kB, comes out whole and the next is hardly begun."""
CHUNK_BYTES = 2 << 20
_FOREIGN = (
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"PK\x03\x04", "a zip archive"),
)


class DamagedStream(Exception):  # noqa: N818 - a place in a file, turned into an InputError by the reader of pages
    """Compressed bytes that end too early or do not decode."""


class Form(StrEnum):
    """How a dump file is packed, told by its first bytes and never by its name."""

    BZ2 = "bz2"
    GZIP = "gzip"
    PLAIN = "plain"


def form_of(path: Path) -> Form:
    """Packing of a file by content.

    Raises:
        InputError: the file is missing, empty, a folder, or packed in a way that cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if not start:
        raise InputError(f"{path} is empty")
    for magic, name in _FOREIGN:
        if start.startswith(magic):
            raise InputError(f"{path} is {name}; unpack it first, or take the .bz2 dump")
    if start[:3] == b"BZh" and start[3:4].isdigit():
        return Form.BZ2
    return Form.GZIP if start.startswith(b"\x1f\x8b") else Form.PLAIN


class Source(Protocol):
    """Bytes of a range; `read` gives b'' at its end, `read(beyond=True)` goes on to the end of the file."""

    def read(self, *, beyond: bool = False) -> bytes:
        """The next bytes, b'' when there are none."""

    @property
    def position(self) -> int:
        """About where in the file the last bytes came from."""


class PlainSource:
    """A file that is not packed; always one range."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._position = file.tell()

    @property
    def position(self) -> int:
        """Bytes read."""
        return self._position

    def read(self, *, beyond: bool = False) -> bytes:  # noqa: ARG002 - the range is the whole file
        """The next bytes, b'' at the end."""
        data = self._file.read(CHUNK_BYTES)
        self._position += len(data)
        return data


class _Decoder(Protocol):
    """What the decoders of bz2 and gzip have in common."""

    def feed(self, data: bytes) -> bytes: ...
    @property
    def hungry(self) -> bool: ...
    @property
    def ended(self) -> bool: ...
    @property
    def rest(self) -> bytes: ...


class _Bz2Decoder:
    """One bz2 stream."""

    def __init__(self) -> None:
        self._decoder = bz2.BZ2Decompressor()

    @property
    def hungry(self) -> bool:
        return self._decoder.needs_input

    @property
    def ended(self) -> bool:
        return self._decoder.eof

    @property
    def rest(self) -> bytes:
        return self._decoder.unused_data

    def feed(self, data: bytes) -> bytes:
        return self._decoder.decompress(data, CHUNK_BYTES)


class _GzipDecoder:
    """One gzip member."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(wbits=31)

    @property
    def hungry(self) -> bool:
        return not self._decoder.unconsumed_tail

    @property
    def ended(self) -> bool:
        return self._decoder.eof

    @property
    def rest(self) -> bytes:
        return self._decoder.unused_data

    def feed(self, data: bytes) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, CHUNK_BYTES)


class PackedSource:
    """Consecutive compressed streams: those that begin before `end` are the range's own.

    Every stream is read to its end, and the one after it begins where it ended; bytes that are no stream are an error.
    """

    def __init__(self, file: BinaryIO, end: int, form: Form) -> None:
        self._file = file
        self._end = end
        self._form = form
        self._new: Callable[[], _Decoder] = _Bz2Decoder if form is Form.BZ2 else _GzipDecoder
        self._pending = b""
        self._fed = file.tell()
        self._decoder: _Decoder | None = None

    @property
    def position(self) -> int:
        """Compressed bytes given to the decoder."""
        return self._fed

    def read(self, *, beyond: bool = False) -> bytes:
        """The next decompressed bytes; b'' when the range's own streams (with `beyond`: the file) are at their end.

        Raises:
            DamagedStream: the file ends inside a stream, or the bytes do not decode.
        """
        while True:
            if self._decoder is None and not self._next_stream(beyond=beyond):
                return b""
            data = self._decode()
            if data:
                return data

    def _next_stream(self, *, beyond: bool) -> bool:
        """Begin the stream at the current place; False when there is none to read."""
        if self._fed >= self._end and not beyond:
            return False
        self._fill()
        while self._pending[:1] == b"\0":  # padding of tapes and object stores
            stripped = self._pending.lstrip(b"\0")
            self._fed += len(self._pending) - len(stripped)
            self._pending = stripped
            self._fill()
        if not self._pending:
            return False
        self._decoder = self._new()
        return True

    def _fill(self) -> None:
        if not self._pending:
            self._pending = self._file.read(READ_BYTES)

    def _decode(self) -> bytes:
        decoder = self._decoder
        assert decoder is not None
        feed = b""
        if decoder.hungry:
            self._fill()
            feed, self._pending = self._pending, b""
            if not feed:
                raise DamagedStream(f"the file ends inside a {self._form} stream, at byte {self._fed:,}")
        try:
            data = decoder.feed(feed)
        except (OSError, EOFError, zlib.error) as error:
            raise DamagedStream(f"the {self._form} data near byte {self._fed:,} is damaged ({error})") from error
        self._fed += len(feed)
        if decoder.ended:
            self._pending = decoder.rest
            self._fed -= len(self._pending)
            self._decoder = None
        return data


class TranscodedSource:
    """Bytes of another encoding, given out as UTF-8.

    What cannot be decoded comes out as bytes that are no UTF-8, so that the page's own check finds it.
    """

    def __init__(self, source: Source, encoding: str) -> None:
        self._source = source
        self._errors = "surrogatepass" if encoding.lower().startswith("utf-") else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding)(self._errors)
        self._encoding = encoding

    @property
    def position(self) -> int:
        """Place in the file."""
        return self._source.position

    def read(self, *, beyond: bool = False) -> bytes:
        """The next bytes as UTF-8, b'' at the end."""
        while data := self._source.read(beyond=beyond):
            if text := self._decode(data, final=False):
                return text.encode("utf-8", self._errors)
        return self._decode(b"", final=True).encode("utf-8", self._errors)

    def _decode(self, data: bytes, *, final: bool) -> str:
        try:
            return self._decoder.decode(data, final)
        except UnicodeDecodeError as error:
            place = f"near byte {self._source.position:,}"
            raise DamagedStream(f"the text {place} is no {self._encoding} ({error.reason})") from error


class OpenRange:
    """A dump range opened for reading; a context manager around its source."""

    def __init__(self, path: Path, start: int = 0, end: int | None = None, encoding: str = "utf-8") -> None:
        form = form_of(path)
        self._file = path.open("rb")
        self._file.seek(start)
        size = path.stat().st_size
        source: Source
        if form is Form.PLAIN:
            source = PlainSource(self._file)
        else:
            source = PackedSource(self._file, size if end is None else end, form)
        self.source = source if encoding == "utf-8" else TranscodedSource(source, encoding)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
