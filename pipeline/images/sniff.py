"""The type of a file by its content, never by its name."""

import re

RASTER = frozenset({"jpg", "png", "apng", "gif", "webp", "tif"})
VIDEO = frozenset({"ogg", "webm", "mp4", "mpeg"})
NOT_DRAWN = frozenset({"pdf", "djvu", "xcf", "bmp", "jp2", "avif", "heic", "gzip", "zip", "stl"})

_PREFIXES = (
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"II+\x00", "tif"),
    (b"MM\x00+", "tif"),
    (b"\x1a\x45\xdf\xa3", "webm"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b"\x00\x00\x01\xb3", "mpeg"),
    (b"%PDF", "pdf"),
    (b"AT&TFORM", "djvu"),
    (b"gimp xcf", "xcf"),
    (b"BM", "bmp"),
    (b"\x00\x00\x00\x0cjP  ", "jp2"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"solid ", "stl"),
    (b"ID3", "audio"),
    (b"fLaC", "audio"),
    (b"MThd", "audio"),
)
_OGG_VIDEO = (b"\x80theora", b"\x01video", b"OVP80", b"BBCD")
"""Marks at the start of Theora, OGM, VP8 and Dirac streams."""
_SPACE = re.compile(r"\s*")
_SVG_ROOT = re.compile(r"<(?:[\w.-]+:)?svg(?:[\s>/]|$)")
_HEAD_BYTES = 1 << 16


def sniff(data: bytes) -> str:
    """The format of `data`: a member of RASTER, VIDEO or NOT_DRAWN, `svg`, `audio`, or `` for anything else.

    `ogg`, `webm` and `mp4` name the container; a container that holds sound alone and says so early is `audio`.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "apng" if _is_animated_png(data) else "png"
    if data.startswith(b"OggS"):
        return "ogg" if any(mark in data[:4096] for mark in _OGG_VIDEO) else "audio"
    if data.startswith(b"RIFF"):
        return {b"WEBP": "webp", b"WAVE": "audio"}.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return _iso_brand(data[8:12])
    return _by_prefix(data) or ("svg" if _is_svg(data[:_HEAD_BYTES]) else "")


def _by_prefix(data: bytes) -> str:
    for prefix, name in _PREFIXES:
        if data.startswith(prefix):
            return name
    if data[:1] == b"\xff" and data[1:2] and data[1] & 0xE6 == 0xE2:
        return "audio"  # MPEG layer 3 without a tag
    return ""


def _is_animated_png(data: bytes) -> bool:
    """Whether an `acTL` chunk stands before the pixels."""
    position = 8
    while position + 8 <= len(data):
        kind = data[position + 4 : position + 8]
        if kind in (b"acTL", b"IDAT"):
            return kind == b"acTL"
        position += 12 + int.from_bytes(data[position : position + 4], "big")
    return False


def _iso_brand(brand: bytes) -> str:
    if brand in (b"M4A ", b"M4B ", b"M4P "):
        return "audio"
    if brand in (b"avif", b"avis"):
        return "avif"
    return "heic" if brand in (b"heic", b"heix", b"mif1", b"hevc", b"msf1") else "mp4"


def _is_svg(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) & ~1].decode("utf-16", errors="replace")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    if "<" not in text[:1024]:
        return False
    return bool(_SVG_ROOT.match(text, _skip_prolog(text)))


def _skip_prolog(text: str) -> int:
    """Where the root element starts; linear, whatever the prolog holds."""
    position = 0
    while True:
        position = _end_of_space(text, position)
        ending = _prolog_ending(text, position)
        if not ending:
            return position
        found = text.find(ending, position)
        if found < 0:
            return len(text)
        position = found + len(ending)


def _end_of_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _prolog_ending(text: str, position: int) -> str:
    if text.startswith("<?", position):
        return "?>"
    if text.startswith("<!--", position):
        return "-->"
    if text.startswith("<!", position):
        bracket, close = text.find("[", position), text.find(">", position)
        return "]" if 0 <= bracket < close else ">"
    return ">" if text.startswith(">", position) else ""
