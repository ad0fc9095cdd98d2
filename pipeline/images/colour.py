"""Any colour mode to sRGB, on a stated background."""

import io
import math

from PIL import Image, ImageCms

from pipeline.images.outcomes import ImageError, Reason

_PROFILE_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
"""Colour space an ICC profile describes -> mode of the pixels that it fits."""


def to_rgb(picture: Image.Image, background: tuple[int, int, int]) -> tuple[Image.Image, list[str]]:
    """Mode RGB in sRGB, and what was done: `range`, `icc`, `flatten` or the old mode's name.

    Pixels of more than 8 bits in one channel are stretched from their real least and greatest value to 0..255:
    a 12-bit scan in a 16-bit file would be black otherwise.
    """
    steps: list[str] = []
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith(("I", "F")):
        picture = _stretched(picture)
        steps.append("range")
    base, alpha = _split_alpha(picture)
    rgb = _apply_profile(base, profile) if profile else None
    if rgb is not None:
        steps.append("icc")
    else:
        if base.mode not in ("RGB", "P", "L", "1"):
            steps.append(base.mode.lower())
        rgb = base if base.mode == "RGB" else base.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        steps.append("flatten")
        rgb = Image.composite(rgb, Image.new("RGB", rgb.size, background), alpha)
    return rgb, steps


def _stretched(picture: Image.Image) -> Image.Image:
    values = picture if picture.mode == "F" else picture.convert("I").convert("F")
    least, greatest = values.getextrema()
    if not (isinstance(least, float) and isinstance(greatest, float) and math.isfinite(greatest - least)):
        raise ImageError(Reason.BROKEN, "the pixels have no finite range")
    if least == greatest:
        return Image.new("L", picture.size, _flat_level(picture.mode, least))
    scale = 255 / (greatest - least)
    offset = 0.5 - least * scale
    return values.point(lambda value: value * scale + offset).convert("L")


def _flat_level(mode: str, value: float) -> int:
    """A single value has no range of its own: the type's range decides."""
    level = value / 257 if mode.startswith("I;16") else value * 255 if mode == "F" else value
    return int(min(max(level, 0), 255))


def _split_alpha(picture: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The colours alone, in a mode that holds no transparency, and the alpha channel where there is one."""
    if not picture.has_transparency_data:
        if picture.mode == "P":
            return picture.convert("RGB"), None
        return (picture.convert("L") if picture.mode == "1" else picture), None
    if picture.mode in ("LA", "La", "L"):
        full = picture.convert("LA")
        return full.getchannel("L"), full.getchannel("A")
    full = picture.convert("RGBA")
    alpha = full.getchannel("A")
    full.info.pop("transparency", None)
    return full.convert("RGB"), alpha


def _apply_profile(picture: Image.Image, profile: bytes) -> Image.Image | None:
    """The picture in sRGB; None where the profile is damaged, of another colour space, or sRGB itself."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _PROFILE_MODES.get(source.profile.xcolor_space)
        if mode != picture.mode or (source.profile.profile_description or "").startswith("sRGB"):
            return None
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return converted
