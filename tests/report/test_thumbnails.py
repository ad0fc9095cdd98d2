"""Thumbnails: their bounds and what cannot be read."""

import io

import pytest

from pipeline.report.thumbnails import THUMBNAIL_BYTES_MAX, make_thumbnail, picture_type

Image = pytest.importorskip("PIL.Image")


def encoded(image, form="PNG"):
    written = io.BytesIO()
    image.save(written, form)
    return written.getvalue()


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(("size", "small"), [((800, 400), (200, 100)), ((300, 900), (67, 200)), ((50, 20), (50, 20))])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_the_longest_side_is_bounded(size, small, form):
    made = opened(make_thumbnail(encoded(Image.new("RGB", size, "red"), form)))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", small)
    assert made.getpixel((5, 5))[0] > 240


def test_noise_stays_within_the_bytes():
    noise = Image.effect_noise((600, 600), 120).convert("RGB")
    assert len(make_thumbnail(encoded(noise))) <= THUMBNAIL_BYTES_MAX


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_modes(mode):
    image = Image.new("L", (40, 40), 200).convert(mode) if mode != "I;16" else Image.new(mode, (40, 40), 60000)
    assert opened(make_thumbnail(encoded(image))).mode == "RGB"


def test_transparent_parts_are_white():
    made = opened(make_thumbnail(encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 0)))))
    assert made.getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content", [b"", b"no picture", encoded(Image.new("RGB", (90, 90)))[:60], encoded(Image.new("RGB", (9, 9)), "GIF")]
)
def test_what_cannot_be_read_gives_none(content):
    assert make_thumbnail(content) is None


def test_the_same_picture_gives_the_same_bytes():
    content = encoded(Image.effect_noise((300, 300), 50).convert("RGB"))
    assert make_thumbnail(content) == make_thumbnail(content)


@pytest.mark.parametrize(
    ("form", "kind"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("GIF", "image/gif"), ("WEBP", "image/webp"), ("BMP", "")],
)
def test_types_by_content(form, kind):
    assert picture_type(encoded(Image.new("RGB", (9, 9)), form)) == kind
