"""Writes a scene as a file of any picture format."""

import io
from typing import Any

from PIL import Image, ImageCms

from mediagen.draw import picture_of
from mediagen.scene import frames
from mediagen.shapes import Scene
from mediagen.svg import svg_of

SIDEWAYS = (6, Image.Transpose.ROTATE_90)
PILLOW_NAMES = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "apng": "PNG", "gif": "GIF", "webp": "WEBP", "tif": "TIFF",
                "tiff": "TIFF"}  # fmt: skip
OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 84}, "PNG": {"compress_level": 6}, "GIF": {"optimize": False},
    "WEBP": {"quality": 78, "method": 2}, "TIFF": {"compression": "tiff_lzw"},
}  # fmt: skip
MODES = {"grey": "L", "cmyk": "CMYK"}
FRAMES = 4


def encode(scene: Scene, ending: str, form: str) -> bytes:
    """The bytes of a file with this ending; `form` says in which of the ways of its format."""
    if ending == "svg":
        words = "Weather &amp; words" if form == "text" else ""
        return svg_of(scene, words, fades=form == "gradient")
    name = PILLOW_NAMES[ending]
    if form in ("animated", "blank first"):
        return _animation(scene, name, is_blank_first=form == "blank first")
    if form == "pages":
        return _animation(scene, name, is_blank_first=False)
    image, options = _still(scene, form)
    return saved(image, name, **options)


def _still(scene: Scene, form: str) -> tuple[Image.Image, dict[str, Any]]:
    """The picture in the mode that `form` asks for, and options of its file."""
    image = picture_of(scene, ground=form != "transparent")
    if form in MODES:
        return image.convert(MODES[form]), {}
    if form == "palette":
        return image.quantize(48), {}
    if form == "deep":
        grey = image.convert("L").tobytes()
        return Image.frombytes("I;16", image.size, b"".join((900 + 40 * v).to_bytes(2, "little") for v in grey)), {}
    if form == "exif":
        exif = Image.Exif()
        exif[0x0112], turn = SIDEWAYS
        return image.transpose(turn), {"exif": exif}
    if form == "icc":
        return image, {"icc_profile": _profile()}
    return image, {}


def _profile() -> bytes:
    """An sRGB profile; the time at which it was made, bytes 24 to 35, is left out."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data[:24] + bytes(12) + data[36:]


def _animation(scene: Scene, name: str, *, is_blank_first: bool) -> bytes:
    images = [picture_of(frame) for frame in frames(scene, FRAMES)]
    if is_blank_first:
        images.insert(0, Image.new("RGB", images[0].size, (255, 255, 255)))
    if name == "GIF":
        images = [image.quantize(64, dither=Image.Dither.NONE) for image in images]
    timing: dict[str, Any] = {} if name == "TIFF" else {"duration": 240, "loop": 0}
    return saved(images[0], name, save_all=True, append_images=images[1:], **timing)


def saved(image: Image.Image, name: str, **options: Any) -> bytes:  # noqa: ANN401 - options of Pillow
    """The file's bytes."""
    out = io.BytesIO()
    image.save(out, name, **{**OPTIONS[name], **options})
    return out.getvalue()
