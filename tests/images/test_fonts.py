"""Text in drawings: one font, whatever the machine has."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from pipeline.images.fonts import CONFIG, FONT_FILE, FONT_FOLDER, FONT_NAME, font_environment, font_identity
from pipeline.images.isolated import ImageFile, Isolated
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import ImageError, NormalizedImage
from pipeline.images.svg import svg_backend

try:
    svg_backend("auto")
except ImageError:
    pytest.skip("no SVG backend loads on this machine", allow_module_level=True)
if sys.platform == "darwin":
    pytest.skip("cairo draws with the system's own text there", allow_module_level=True)

ALPHABETS = {
    "latin": "The quick brown fox ÄÖÜß éñçł",
    "cyrillic": "Съешь ещё этих мягких булок",
    "greek": "Ξεσκεπάζω τὴν ψυχοφθόρα",
}
NO_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>"""


def drawing(text: str, attributes: str = "") -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="60">'
        f'<text x="10" y="40" font-size="30" {attributes}>{text}</text></svg>'
    ).encode()


def drawn(*drawings: bytes) -> list[NormalizedImage]:
    with Isolated(NormalizeOptions(side_px=640)) as child:
        outcomes = list(child.normalize_many(ImageFile(str(n), data) for n, data in enumerate(drawings)))
    assert all(isinstance(outcome, NormalizedImage) for outcome in outcomes), outcomes
    return outcomes


def ink(outcome: NormalizedImage) -> Image.Image:
    """The text alone, cut out."""
    picture = Image.open(io.BytesIO(outcome.image_bytes)).convert("L").point(lambda value: 255 - value)
    box = picture.getbbox()
    assert box, "nothing was drawn"
    return picture.crop(box)


def test_system_fonts_count_for_nothing(tmp_path, monkeypatch):
    drawings = [drawing(text, 'font-family="Liberation Sans"') for text in ALPHABETS.values()]
    usual = drawn(*drawings)
    (tmp_path / "empty").mkdir()
    config = tmp_path / "none.conf"
    config.write_text(NO_FONTS.format(tmp_path / "empty", tmp_path / "cache"))
    for name, value in {
        "FONTCONFIG_FILE": str(config), "FONTCONFIG_PATH": str(tmp_path), "FONTCONFIG_SYSROOT": str(tmp_path),
        "HOME": str(tmp_path), "LANG": "ja_JP.UTF-8", "LC_ALL": "C", "FC_LANG": "ar",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    without = drawn(*drawings)
    assert [one.sha256 for one in without] == [one.sha256 for one in usual]


@pytest.mark.skipif(not shutil.which("fc-list"), reason="fontconfig's commands are not installed")
def test_one_font_is_known(tmp_path):
    shown = subprocess.run(
        ["fc-list", "--format", "%{file}\n"],
        env=font_environment(tmp_path, dict(os.environ)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split("\n")[:-1] == [str(FONT_FILE)]
    assert (tmp_path / CONFIG).is_file()


def test_every_family_is_the_one_font():
    families = ["Arial", "serif", "monospace", "No Such Font", "DejaVu Sans"]
    pictures = drawn(*(drawing("Hamburg", f'font-family="{name}"') for name in families))
    assert len({one.sha256 for one in pictures}) == 1


@pytest.mark.parametrize("name", ALPHABETS)
def test_glyphs_are_drawn_and_are_no_boxes(name):
    letters = sorted({letter for letter in ALPHABETS[name] if letter.isalpha()})
    # A character that no font has: what an empty box looks like.
    box, *glyphs = (ink(one) for one in drawn(drawing("\ue123"), *(drawing(letter) for letter in letters)))
    assert box.size[0] > 5
    assert all(glyph.tobytes() != box.tobytes() for glyph in glyphs)
    assert len({(glyph.size, glyph.tobytes()) for glyph in glyphs}) == len(letters)


def test_bold_is_bolder():
    plain, bold = drawn(drawing("Hamburg"), drawing("Hamburg", 'font-weight="bold"'))
    assert sum(ink(bold).tobytes()) > 1.2 * sum(ink(plain).tobytes())


def test_the_folder_holds_the_font_and_its_licence():
    assert sorted(path.suffix for path in FONT_FOLDER.iterdir()) == [".ttf", ".txt"]
    assert b"Bitstream Vera" in (FONT_FOLDER / "DejaVuSans-LICENSE.txt").read_bytes()


def test_the_identity_is_that_of_the_file():
    found = font_identity()
    assert found["sha256"] == "abdc775b21b1bc470d50c97e790d276f2054b7504e56e5bd3e64f48d68582322"
    from PIL import ImageFont

    font = ImageFont.truetype(str(FONT_FILE), 10)
    assert font.getname() == (FONT_NAME, "Book")


def test_odd_folders_are_escaped(tmp_path):
    folder = tmp_path / "a & <b>"
    folder.mkdir()
    environment = font_environment(folder, {"PATH": "x", "FC_DEBUG": "1"})
    assert environment == {"PATH": "x", "FONTCONFIG_FILE": str(folder / CONFIG)}
    assert "a &amp; &lt;b&gt;" in (folder / CONFIG).read_text()
    assert Path(environment["FONTCONFIG_FILE"]).is_file()
