"""The type of a file by its content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.images.sniff import NOT_DRAWN, RASTER, VIDEO, sniff
from tests.support import images

EXPECTED = {
    "photo.jpg": "jpg",
    "drawing.png": "png",
    "still.gif": "gif",
    "moving.gif": "gif",
    "moving.png": "apng",
    "still.webp": "webp",
    "moving.webp": "webp",
    "scan.tif": "tif",
    "pages.tif": "tif",
    "drawing.svg": "svg",
    "film.ogv": "ogg",
    "film.webm": "webm",
    "film.mp4": "mp4",
}


def test_every_format_is_known_by_content():
    assert {name: sniff(data) for name, data in images.every_format().items()} == EXPECTED


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", ""),
        (b"\x89PNG", ""),
        (b"<!DOCTYPE html><html><body><svg></svg>", ""),
        (b"<html><svg/></html>", ""),
        (b"plain text that mentions <svg> somewhere", ""),
        (b"<svg/>", "svg"),
        (b"\xef\xbb\xbf\n <svg>", "svg"),
        (b"<?xml version='1.0'?>\n<!-- > a > comment -->\n<svg:svg xmlns:svg='x'>", "svg"),
        (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://x/y.dtd">\n<svg>', "svg"),
        (b'<!DOCTYPE svg [<!ENTITY a "<b>">\n ]>\n<svg>', "svg"),
        (b"<!-- never closed <svg>", ""),
        ("<svg xmlns='x'>".encode("utf-16"), "svg"),
        (b"<svgfoo>", ""),
        (b"%PDF-1.4", "pdf"),
        (b"AT&TFORMxxxxDJVM", "djvu"),
        (b"\x1f\x8b\x08svgz", "gzip"),
        (b"ID3\x03", "audio"),
        (b"\xff\xfb\x90\x00", "audio"),
        (b"RIFFxxxxWAVEfmt ", "audio"),
        (b"RIFFxxxxAVI LIST", ""),
        (b"OggS" + bytes(24) + b"\x01vorbis", "audio"),
        (b"OggS" + bytes(24) + b"OpusHead", "audio"),
        (b"\x00\x00\x00\x1cftypM4A ", "audio"),
        (b"\x00\x00\x00\x1cftypavif", "avif"),
        (b"\x00\x00\x00\x1cftypheic", "heic"),
        (b"\x00\x00\x00\x1cftypisom", "mp4"),
        (b"\x00\x00\x01\xba", "mpeg"),
    ],
)
def test_kinds(data, kind):
    assert sniff(data) == kind


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"OggS", b"RIFF", b"<?xml ", b"<!", b"<!--"])
)
def test_any_bytes_have_a_kind(data, start):
    assert sniff(start + data) in RASTER | VIDEO | NOT_DRAWN | {"svg", "audio", ""}
