"""Drawings: drawn alike, and nothing outside them is read."""

import base64
import io
import subprocess
import sys
import time

import pytest
from PIL import Image

from pipeline.images.normalize import normalize
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import Failure, ImageError, NormalizedImage, Reason
from pipeline.images.svg import svg_backend
from pipeline.images.svg_check import check_svg
from tests.support import images

NAMES = ["red", "green", "blue", "white"]


def loads(name: str) -> bool:
    try:
        svg_backend(name)
    except ImageError:
        return False
    return True


BACKENDS = [
    pytest.param(name, marks=pytest.mark.skipif(not loads(name), reason=f"{name} does not load on this machine"))
    for name in ("cairosvg", "pyvips")
]
needs_backend = pytest.mark.skipif(not loads("auto"), reason="no SVG backend loads on this machine")


def outcome_of(data, **options):
    return normalize(data, name="x", options=NormalizeOptions(side_px=96, **options))


def good(data, **options) -> NormalizedImage:
    outcome = outcome_of(data, **options)
    assert isinstance(outcome, NormalizedImage), outcome
    return outcome


def reason(data, **options) -> Reason:
    outcome = outcome_of(data, **options)
    assert isinstance(outcome, Failure), outcome
    return outcome.reason


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "attributes",
    [
        'width="48" height="32"',  # old Inkscape: no viewBox
        'viewBox="0 0 48 32"',
        'viewBox="0,0,48,32" width="100%" height="100%"',
        'width="48px" height="32px" viewBox="0 0 48 32"',
        'width="36pt" height="24pt" viewBox="0 0 48 32"',
        'width="4800" height="3200" viewBox="0 0 48 32"',
        'width="12" viewBox="0 0 48 32"',
    ],
)
def test_drawn_at_the_stated_side(backend, attributes):
    outcome = good(images.svg(attributes=attributes), svg_backend=backend)
    assert (outcome.width_px, outcome.height_px) == (96, 64)
    assert images.quarters_of(outcome.image_bytes) == NAMES
    assert outcome.backend.startswith(backend + "-")
    assert outcome.original_width_px / outcome.original_height_px == pytest.approx(1.5)
    assert (outcome.format, outcome.original_format) == ("png", "svg")


@pytest.mark.parametrize("backend", BACKENDS)
def test_background_is_stated(backend):
    empty = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><g/></svg>'
    outcome = good(empty, background="#0a0b0c", svg_backend=backend)
    assert Image.open(io.BytesIO(outcome.image_bytes)).getpixel((5, 5)) == (10, 11, 12)
    assert outcome.background == "#0a0b0c"


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="2in" height="1in"', (192, 96)),
        ('width="25.4mm" height="2.54cm"', (96, 96)),
        ("", (512, 512)),
        ('width="10"', (10, 10)),
        ('viewBox="0 0 30 60"', (30, 60)),
        ('height="20" viewBox="0 0 30 60"', (10, 20)),
        ('width="-5" height="nonsense" viewBox="0 0 0 0"', (512, 512)),
        ('width="1e2" height="50"', (100, 50)),
    ],
)
def test_nominal_size(attributes, size):
    found = check_svg(f"<svg {attributes}/>".encode(), NormalizeOptions())
    assert (found.width, found.height) == pytest.approx(size)


@pytest.mark.parametrize(
    "attributes",
    ['width="1e9" height="1e9"', 'width="1000000000" height="1"', 'viewBox="0 0 1e300 1"', 'width="1e999" height="1"'],
)
def test_enormous_sizes_are_refused(attributes):
    assert reason(images.svg(attributes=attributes)) == Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE svg [<!ENTITY a "b">]>',
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>',
        '<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]>',
        '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
    ],
)
def test_entities_are_refused(prolog):
    body = "<text>&a;</text>" if "% a" not in prolog else ""
    assert reason(images.svg(body, prolog=prolog)) == Reason.UNSAFE_SVG


@needs_backend
def test_a_plain_doctype_is_fine():
    public = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:9/svg11.dtd">'
    assert images.quarters_of(good(images.svg(prolog=public)).image_bytes) == NAMES


@pytest.mark.parametrize(
    "body",
    [
        '<image xlink:href="file:///etc/passwd" width="9" height="9"/>',
        '<image href="http://127.0.0.1:9/x.png" width="9" height="9"/>',
        '<image xlink:href="picture.png" width="9" height="9"/>',
        '<image xlink:href="\n//example.org/x.png" width="9" height="9"/>',
        '<use xlink:href="other.svg#a"/>',
        '<rect fill="url(http://127.0.0.1:9/x.svg#a)" width="9" height="9"/>',
        '<rect style="fill:url(\'file:///x.svg#a\')" width="9" height="9"/>',
        "<style>@import 'http://127.0.0.1:9/x.css';</style>",
        "<style>@import url(http://127.0.0.1:9/x.css);</style>",
        "<style><![CDATA[ @font-face { src: url(file:///x.ttf) } ]]></style>",
        '<?xml-stylesheet href="file:///x.css"?>',
        '<filter id="f"><feImage xlink:href="file:///etc/passwd"/></filter>',
    ],
)
def test_external_references_are_refused(body):
    assert reason(images.svg(body)) == Reason.EXTERNAL_REFERENCE


def test_style_sheet_before_the_root_is_refused():
    assert reason(images.svg(prolog='<?xml-stylesheet href="http://127.0.0.1:9/x.css"?>')) == Reason.EXTERNAL_REFERENCE


@needs_backend
@pytest.mark.parametrize(
    "body",
    [
        '<a xlink:href="http://example.org/"><g/></a>',
        '<metadata><x:about xmlns:x="urn:x" href="http://example.org/"/></metadata>',
        '<defs><linearGradient id="g"/></defs><g fill="url(#g)"/>',
        '<image xlink:href="" width="9" height="9"/>',
        '<color-profile name="p" xlink:href="file:///System/P3.icc"/>',
    ],
)
def test_links_and_inner_references_are_fine(body):
    assert images.quarters_of(good(images.svg(body)).image_bytes) == NAMES


def embedded(data: bytes, kind: str = "image/png") -> str:
    text = base64.b64encode(data).decode()
    return f'<image xlink:href="data:{kind};base64,{text}" x="0" y="0" width="48" height="32"/>'


@pytest.mark.parametrize("backend", BACKENDS)
def test_embedded_picture_is_drawn(backend):
    blue = images.saved(Image.new("RGB", (48, 32), images.BLUE), "PNG")
    outcome = good(images.svg(embedded(blue)), svg_backend=backend)
    assert images.quarters_of(outcome.image_bytes) == ["blue"] * 4


@pytest.mark.skipif(not loads("cairosvg"), reason="cairosvg does not load on this machine")
@pytest.mark.parametrize(
    "data",
    [
        b"nothing",
        b"\x1f\x8bgzip",
        images.png_header(30_000, 30_000),
        images.svg(),
        b"<svg>&a;</svg>",
        images.saved(Image.new("RGB", (48, 32), images.BLUE), "BMP"),  # Pillow would open it
    ],
    ids=["nothing", "gzip", "bomb", "svg", "entity", "bmp"],
)
def test_odd_embedded_pictures_are_left_out(data):
    assert images.quarters_of(good(images.svg(embedded(data)), svg_backend="cairosvg").image_bytes) == NAMES


@pytest.mark.parametrize(
    "body",
    [
        '<g id="a"><use xlink:href="#a"/></g>',
        '<g id="a"><use xlink:href="#b"/></g><g id="b"><use href="#a"/></g>',
        '<use id="a" xlink:href="#a"/>',
    ],
)
def test_use_of_itself_is_refused(body):
    assert reason(images.svg(body)) == Reason.SVG_RECURSION


def test_multiplying_uses_are_refused_fast():
    levels = "".join(f'<g id="l{n + 1}">' + f'<use xlink:href="#l{n}"/>' * 10 + "</g>" for n in range(12))
    began = time.process_time()
    assert reason(images.svg(f'<rect id="l0" width="1" height="1"/>{levels}')) == Reason.TOO_COMPLEX
    assert time.process_time() - began < 2


def test_long_chains_of_uses_are_refused():
    chain = "".join(f'<g id="l{n + 1}"><use xlink:href="#l{n}"/></g>' for n in range(300))
    assert reason(images.svg(f'<g id="l0"/>{chain}')) == Reason.TOO_COMPLEX
    backwards = "".join(f'<g id="l{n}"><use xlink:href="#l{n + 1}"/></g>' for n in range(300))
    assert reason(images.svg(backwards)) == Reason.TOO_COMPLEX


@pytest.mark.parametrize("depth", [2_000, 50_000])
def test_deep_nesting_has_a_named_outcome(depth):
    assert reason(images.svg("<g>" * depth + "</g>" * depth)) in (Reason.BROKEN, Reason.SVG_RECURSION)


@needs_backend
@pytest.mark.parametrize(
    "body",
    [
        '<pattern id="p"><rect fill="url(#p)" width="9" height="9"/></pattern><rect fill="url(#p)" width="9" height="9"/>',
        '<linearGradient id="g" xlink:href="#g"/><rect fill="url(#g)" width="9" height="9"/>',
        '<mask id="m"><g mask="url(#m)"/></mask><rect mask="url(#m)" width="9" height="9"/>',
        '<clipPath id="c"><g clip-path="url(#c)"/></clipPath><rect clip-path="url(#c)" width="9" height="9"/>',
        '<marker id="m"><path d="M0 0L9 9" marker-end="url(#m)"/></marker><path d="M0 0L9 9" marker-end="url(#m)"/>',
    ],
)
def test_other_circles_end(body):
    outcome = outcome_of(images.svg(body))
    assert isinstance(outcome, NormalizedImage) or outcome.reason in (Reason.SVG_RECURSION, Reason.BROKEN)


@pytest.mark.parametrize(
    "data",
    [b"<svg", b"<svg><g></svg>", b"<svg xmlns='http://www.w3.org/2000/svg'>\x00</svg>", b"<svg>\xff\xfe</svg>"],
)
def test_damaged(data):
    assert reason(data) == Reason.BROKEN


def test_no_backend_is_a_named_outcome():
    script = """
import sys
sys.modules["cairosvg"] = None
sys.modules["pyvips"] = None
from pipeline.images.normalize import normalize
from tests.support import images
print(normalize(images.svg(), name="x").reason.value, normalize(images.saved(images.quarters(), "PNG"), name="x").format)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.split() == ["no_svg_backend", "png"]
