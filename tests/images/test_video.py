"""Videos: a sharp frame that is not dark, always the same one."""

import subprocess
import sys

import pytest
from PIL import Image, ImageFilter

from pipeline.images.normalize import normalize
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import Failure, ImageError, NormalizedImage, Reason
from pipeline.images.video import ffmpeg_path, frame_score
from tests.support import images


def has_ffmpeg() -> bool:
    try:
        ffmpeg_path()
    except ImageError:
        return False
    return True


pytestmark = pytest.mark.skipif(not has_ffmpeg(), reason="imageio-ffmpeg is not installed")
DARK_THEN_SHARP = (
    "color=black:s=64x48:r=10:d=2[a];testsrc=s=64x48:r=10:d=1[b];color=gray:s=64x48:r=10:d=1[c];[a][b][c]concat=n=3"
)


def good(data, **options) -> NormalizedImage:
    outcome = normalize(data, name="x", options=NormalizeOptions(**options))
    assert isinstance(outcome, NormalizedImage), outcome
    assert outcome.is_video
    return outcome


@pytest.mark.parametrize("kind", images.CODECS)
def test_every_container(kind):
    outcome = good(images.video(kind))
    assert (outcome.width_px, outcome.height_px, outcome.format) == (64, 48, "jpg")
    assert outcome.frame_time_s is not None
    assert 0 <= outcome.frame_time_s <= 2
    assert outcome.backend.startswith("ffmpeg-")
    assert not outcome.is_override


@pytest.mark.parametrize("kind", images.CODECS)
def test_dark_and_flat_parts_are_avoided(kind):
    outcome = good(images.video(kind, DARK_THEN_SHARP))
    assert 1.9 <= outcome.frame_time_s <= 3.0


def test_override_names_the_moment():
    outcome = good(images.video("webm", DARK_THEN_SHARP), frame_time_s=0.5)
    assert (outcome.frame_time_s, outcome.is_override) == (0.5, True)
    assert outcome.image_bytes != good(images.video("webm", DARK_THEN_SHARP)).image_bytes


def test_override_beyond_the_end():
    outcome = normalize(images.video("webm"), name="x", options=NormalizeOptions(frame_time_s=1000))
    assert isinstance(outcome, Failure)
    assert outcome.reason == Reason.NO_FRAME


def test_pixels_that_are_not_square_are_made_so():
    outcome = good(images.video("webm", "testsrc=d=1:s=64x48:r=10,setsar=2"))
    assert (outcome.width_px, outcome.height_px) == (128, 48)


@pytest.mark.parametrize("form", ["ogg", "webm", "mp4"])
def test_sound_alone_is_audio(form):
    outcome = normalize(images.sound(form), name="x.ogg")
    assert isinstance(outcome, Failure)
    assert outcome.reason == Reason.AUDIO


def test_frames_of_too_many_pixels():
    outcome = normalize(images.video("mp4"), name="x", options=NormalizeOptions(max_pixels=1000))
    assert isinstance(outcome, Failure)
    assert outcome.reason in (Reason.TOO_MANY_PIXELS, Reason.NO_FRAME)


def test_a_list_of_files_is_no_video(tmp_path):
    """A container may name other files; only the bytes given are read."""
    secret = tmp_path / "secret.webm"
    secret.write_bytes(images.video("webm"))
    for text in (f"ffconcat version 1.0\nfile '{secret}'\n", f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n"):
        outcome = normalize(text.encode(), name="x")
        assert isinstance(outcome, Failure)
        outcome = normalize(b"\x1a\x45\xdf\xa3" + text.encode(), name="x")
        assert isinstance(outcome, Failure)
        assert outcome.reason == Reason.NO_FRAME


def test_score_prefers_sharp_and_refuses_dark():
    sharp = Image.effect_noise((160, 120), 60)
    blurred = sharp.filter(ImageFilter.GaussianBlur(1))
    dark = sharp.point(lambda value: value // 20)
    assert frame_score(sharp) > frame_score(blurred) > 0 > frame_score(dark)
    assert frame_score(Image.new("RGB", (160, 120), (255, 255, 255))) < 0


@pytest.mark.parametrize(
    "missing", ['sys.modules["imageio_ffmpeg"] = None', 'os.environ["IMAGEIO_FFMPEG_EXE"] = "/nowhere/ffmpeg"']
)
def test_no_ffmpeg_is_a_named_outcome(missing):
    script = f"""
import os, sys
{missing}
from pipeline.images.normalize import normalize
print(normalize(b"\\x1a\\x45\\xdf\\xa3" + bytes(100), name="x").reason.value)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.split() == ["no_ffmpeg"]
