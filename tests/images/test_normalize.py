"""Raster formats: each becomes one upright RGB picture."""

import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.images.normalize import normalize
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import Failure, NormalizedImage, Reason, from_parts, to_parts
from tests.support import images

NAMES = ("red", "green", "blue", "white")


def good(data, **options) -> NormalizedImage:
    outcome = normalize(data, name="x", options=NormalizeOptions(**options))
    assert isinstance(outcome, NormalizedImage), outcome
    picture = Image.open(io.BytesIO(outcome.image_bytes))
    assert (picture.mode, picture.size) == ("RGB", (outcome.width_px, outcome.height_px))
    assert picture.format == {"jpg": "JPEG", "png": "PNG"}[outcome.format]
    assert outcome.sha256 == hashlib.sha256(outcome.image_bytes).hexdigest()
    assert outcome.size_bytes == len(outcome.image_bytes)
    return outcome


def reason(data, **options) -> Reason:
    outcome = normalize(data, name="x", options=NormalizeOptions(**options))
    assert isinstance(outcome, Failure), outcome
    assert outcome.message.startswith("x: ")
    return outcome.reason


def level(data, x, y):
    return Image.open(io.BytesIO(data)).convert("RGB").getpixel((x, y))


@pytest.mark.parametrize("name", [n for n in images.every_format() if not n.startswith(("film", "drawing.svg"))])
def test_every_raster_format_shows_the_quarters(name):
    data = images.every_format()[name]
    outcome = good(data)
    assert images.quarters_of(outcome.image_bytes) == list(NAMES)
    assert (outcome.width_px, outcome.height_px) == (48, 32)
    assert (outcome.original_width_px, outcome.original_height_px) == (48, 32)
    assert outcome.original_size_bytes == len(data)
    assert outcome.source_sha256 == hashlib.sha256(data).hexdigest()
    assert outcome.frame_index == {"moving": 1, "pages": 0}.get(name.split(".")[0])
    assert (outcome.is_video, outcome.is_override, outcome.frame_time_s) == (False, False, None)
    assert outcome.backend.startswith("pillow-")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_obeyed_before_the_resize(orientation):
    outcome = good(images.turned_jpg(orientation), side_px=24)
    assert images.quarters_of(outcome.image_bytes) == list(NAMES)
    assert (outcome.width_px, outcome.height_px) == (24, 16)
    assert (outcome.original_width_px, outcome.original_height_px) == (48, 32)


def test_damaged_exif_does_not_matter():
    data = images.saved(images.quarters(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    assert images.quarters_of(good(data).image_bytes) == list(NAMES)


def test_output_carries_no_metadata():
    exif = Image.Exif()
    exif[0x010E] = "a secret description"
    data = images.saved(images.quarters(), "JPEG", exif=exif, icc_profile=images.swapped_profile(), comment=b"secret")
    written = good(data).image_bytes
    assert b"secret" not in written
    assert b"ICC_PROFILE" not in written


def test_longest_side_is_stated_and_nothing_is_blown_up():
    wide = images.saved(images.quarters(200, 100), "PNG")
    assert (good(wide, side_px=50).width_px, good(wide, side_px=50).height_px) == (50, 25)
    assert good(wide, side_px=400).width_px == 200
    assert good(images.saved(images.quarters(2000, 2), "PNG"), side_px=100).height_px == 1
    assert "resize" in good(wide, side_px=50).steps


def test_large_jpg_keeps_its_original_size():
    outcome = good(images.saved(images.quarters(1600, 1200), "JPEG"), side_px=100)
    assert (outcome.original_width_px, outcome.original_height_px) == (1600, 1200)
    assert (outcome.width_px, outcome.height_px) == (100, 75)
    assert images.quarters_of(outcome.image_bytes) == list(NAMES)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
def test_transparency_is_flattened_on_the_stated_background(form):
    extra = {"lossless": True} if form == "WEBP" else {}
    data = images.saved(images.rgb_with_alpha(), form, **extra)
    outcome = good(data, background="#0a0b0c", format="png")
    assert level(outcome.image_bytes, 47, 31) == (10, 11, 12)
    assert images.quarters_of(outcome.image_bytes)[:3] == list(NAMES[:3])
    assert outcome.background == "#0a0b0c"
    assert "flatten" in outcome.steps


def test_no_background_where_nothing_is_transparent():
    assert good(images.saved(images.quarters().convert("RGBA"), "PNG")).background is None


def test_palette_with_transparency():
    outcome = good(images.palette_with_transparency(), background="#dc1414")
    assert images.quarters_of(outcome.image_bytes) == ["red", "green", "blue", "red"]


def test_grey_with_alpha():
    picture = Image.new("LA", (4, 4), (100, 255))
    picture.putpixel((3, 3), (100, 0))
    outcome = good(images.saved(picture, "PNG"))
    assert level(outcome.image_bytes, 0, 0) == (100,) * 3
    assert level(outcome.image_bytes, 3, 3) == (255,) * 3


def test_one_bit():
    picture = Image.new("1", (4, 4))
    picture.putpixel((3, 3), 1)
    outcome = good(images.saved(picture, "PNG"))
    assert (level(outcome.image_bytes, 0, 0), level(outcome.image_bytes, 3, 3)) == ((0,) * 3, (255,) * 3)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_by_their_real_range(form):
    outcome = good(images.deep_grey(1000, 3000, form), format="png")
    assert level(outcome.image_bytes, 0, 0) == (0,) * 3
    assert level(outcome.image_bytes, 31, 0) == (255,) * 3
    assert "range" in outcome.steps


def test_sixteen_bits_of_one_value():
    outcome = good(images.deep_grey(0x8080, 0x8080))
    assert level(outcome.image_bytes, 0, 0) == (128,) * 3


def test_floats():
    picture = Image.new("F", (2, 1))
    picture.putpixel((0, 0), -0.25)
    picture.putpixel((1, 0), 0.75)
    outcome = good(images.saved(picture, "TIFF"), format="png")
    assert (level(outcome.image_bytes, 0, 0), level(outcome.image_bytes, 1, 0)) == ((0,) * 3, (255,) * 3)


def test_floats_without_a_range_are_broken():
    picture = Image.new("F", (2, 1), float("inf"))
    assert reason(images.saved(picture, "TIFF")) == Reason.BROKEN


@pytest.mark.parametrize(("form", "options"), [("JPEG", {"quality": 95}), ("TIFF", {"compression": "tiff_lzw"})])
def test_cmyk(form, options):
    data = images.saved(images.quarters().convert("CMYK"), form, **options)
    outcome = good(data)
    assert images.quarters_of(outcome.image_bytes) == list(NAMES)
    assert "cmyk" in outcome.steps


def test_lab():
    from PIL import ImageCms

    lab = ImageCms.profileToProfile(
        images.quarters(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    lab.info = {}
    assert images.quarters_of(good(images.saved(lab, "TIFF")).image_bytes) == list(NAMES)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
def test_icc_profile_leads_to_srgb(form):
    swapped = Image.merge("RGB", [images.quarters().getchannel(name) for name in "GRB"])
    outcome = good(images.saved(swapped, form, icc_profile=images.swapped_profile()))
    assert images.quarters_of(outcome.image_bytes) == list(NAMES)
    assert "icc" in outcome.steps


@pytest.mark.parametrize("profile", [b"", b"nonsense" * 40])
def test_damaged_profile_is_ignored(profile):
    data = images.saved(images.quarters(), "PNG", icc_profile=profile)
    assert images.quarters_of(good(data).image_bytes) == list(NAMES)


def test_profile_of_another_colour_space_is_ignored():
    data = images.saved(images.quarters().convert("L"), "PNG", icc_profile=images.swapped_profile())
    assert "icc" not in good(data).steps


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_first_frame_that_is_not_one_colour(form):
    lossless = {"lossless": True} if form == "WEBP" else {}
    assert good(images.animation(form, blank_first=False, **lossless)).frame_index == 0
    assert good(images.animation(form, blank_first=True, **lossless)).frame_index == 1


def test_animation_of_blank_frames_gives_the_first():
    frames = [Image.new("RGB", (8, 8), (n * 40, 0, 0)) for n in range(3)]
    data = images.saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert good(data).frame_index == 0


def test_frames_count_against_the_pixel_limit():
    data = images.animation("GIF", blank_first=True)
    assert good(data, max_pixels=48 * 32).frame_index == 0
    assert good(data, max_frames=1).frame_index == 0


def test_format_can_be_chosen():
    jpg, png = images.saved(images.quarters(), "JPEG"), images.saved(images.quarters(), "PNG")
    assert [good(jpg).format, good(png).format] == ["jpg", "png"]
    assert [good(jpg, format="png").format, good(png, format="jpg").format] == ["png", "jpg"]


@pytest.mark.parametrize("name", images.every_format())
def test_same_input_same_bytes(name):
    data = images.every_format()[name]
    assert normalize(data, name=name) == normalize(data, name=name)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Reason.EMPTY),
        (b"<html>502 Bad Gateway</html>", Reason.NOT_AN_IMAGE),
        (b"%PDF-1.4 ...", Reason.UNSUPPORTED_TYPE),
        (b"\x89PNG\r\n\x1a\nxxxxxxxxxxxxxxxx", Reason.BROKEN),
        (b"\xff\xd8\xff\xe0", Reason.BROKEN),
        (b"GIF89a", Reason.BROKEN),
        (b"II*\x00\x08\x00\x00\x00", Reason.BROKEN),
        (b"RIFF\x00\x00\x00\x00WEBP", Reason.BROKEN),
        (b"fLaC....", Reason.AUDIO),
    ],
)
def test_named_failures(data, expected):
    assert reason(data) == expected


def test_too_many_bytes_and_pixels():
    data = images.saved(images.quarters(), "PNG")
    assert reason(data, max_bytes=10) == Reason.TOO_LARGE
    assert reason(data, max_pixels=48 * 32 - 1) == Reason.TOO_MANY_PIXELS
    assert reason(images.png_header(30_000, 30_000)) == Reason.TOO_MANY_PIXELS
    assert reason(images.png_header(20_000, 6_000)) == Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize("name", images.every_format())
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_files_have_a_named_outcome(name, share):
    data = images.every_format()[name]
    outcome = normalize(data[: int(len(data) * share)], name=name)
    if isinstance(outcome, NormalizedImage):
        # Only where a whole picture stands before the cut.
        assert name.startswith("film") or images.quarters_of(outcome.image_bytes) == list(NAMES)
    else:
        assert outcome.reason in (Reason.BROKEN, Reason.NO_FRAME, Reason.NOT_AN_IMAGE, Reason.AUDIO)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_files_never_raise(data):
    name = data.draw(
        st.sampled_from(["photo.jpg", "drawing.png", "moving.gif", "still.webp", "scan.tif", "drawing.svg"])
    )
    content = bytearray(images.every_format()[name])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    outcome = normalize(bytes(content), name=name)
    assert isinstance(outcome, NormalizedImage | Failure)
    header, body = to_parts(outcome)
    assert from_parts(_through_json(header), body) == outcome


def _through_json(value):
    import json

    return json.loads(json.dumps(value))


@pytest.mark.parametrize("value", [None, [], {}, {"reason": "odd"}, {"reason": {}}, {"format": "jpg"}])
def test_nonsense_is_no_outcome(value):
    with pytest.raises(ValueError, match=r"object|fields|valid"):
        from_parts(value, b"")


@pytest.mark.parametrize(("name", "wrong"), [("width_px", "3"), ("width_px", True), ("steps", [1]), ("is_video", 1)])
def test_outcome_with_a_wrong_field_is_refused(name, wrong):
    header, body = to_parts(good(images.saved(images.quarters(), "PNG")))
    with pytest.raises(ValueError, match=name):
        from_parts({**_through_json(header), name: wrong}, body)
