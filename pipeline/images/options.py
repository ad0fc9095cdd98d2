"""What a normalised image shall look like, and its limits."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.records.errors import UsageError

MAX_PIXELS_ALLOWED = 178_956_970
"""Pillow refuses to open more by itself (twice its `MAX_IMAGE_PIXELS`)."""
FORMATS = ("auto", "jpg", "png")
SVG_BACKENDS = ("auto", "cairosvg", "pyvips")


@dataclass(frozen=True, slots=True)
class NormalizeOptions:
    """Options of `normalize`; part of the job digest.

    Attributes:
        side_px: longest side of the result. Pixels are never blown up; an SVG, which has none, is drawn at this size.
        format: `auto` keeps drawings and lossless sources (svg, png, gif) as png and makes the rest jpg.
        jpeg_quality: 1 to 95.
        background: `#rrggbb` under everything that is transparent.
        max_bytes: size of the source.
        max_pixels: width times height of the source; of an animation, over all frames looked at.
        max_svg_side_px: a declared width or height above it is refused.
        max_frames: frames of an animation looked at for one that is not a single colour.
        video_samples: frames of a video that are scored.
        frame_time_s: this frame of a video instead of the best one.
        seconds: given to one run of ffmpeg; the limit for a whole file is the child process's.
        svg_backend: `auto` is cairosvg where libcairo loads, else pyvips.
    """

    side_px: int = 1024
    format: str = "auto"
    jpeg_quality: int = 90
    background: str = "#ffffff"
    max_bytes: int = 256 << 20
    max_pixels: int = 100_000_000
    max_svg_side_px: int = 100_000
    max_frames: int = 64
    video_samples: int = 12
    frame_time_s: float | None = None
    seconds: float = 20.0
    svg_backend: str = "auto"

    def __post_init__(self) -> None:
        """Refuse what could only fail later, file by file."""
        _in_range("side_px", self.side_px, 16, 8192)
        _in_range("jpeg_quality", self.jpeg_quality, 1, 95)
        _in_range("max_pixels", self.max_pixels, 1, MAX_PIXELS_ALLOWED)
        _in_range("max_frames", self.max_frames, 1, 10_000)
        _in_range("video_samples", self.video_samples, 1, 1000)
        _one_of("format", self.format, FORMATS)
        _one_of("svg_backend", self.svg_backend, SVG_BACKENDS)
        if not re.fullmatch("#[0-9a-fA-F]{6}", self.background):
            raise UsageError(f"background is {self.background!r}; allowed is a colour written #rrggbb")
        if self.frame_time_s is not None and not 0 <= self.frame_time_s < float("inf"):
            raise UsageError(f"frame_time_s is {self.frame_time_s}; allowed is 0 or more")

    @property
    def background_rgb(self) -> tuple[int, int, int]:
        """The background as three numbers from 0 to 255."""
        red, green, blue = bytes.fromhex(self.background[1:])
        return red, green, blue

    def to_json(self) -> dict[str, Any]:
        """For the job digest and for the child process."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "NormalizeOptions":
        """What `to_json` wrote."""
        return cls(**value)


def _in_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise UsageError(f"{name} is {value}; allowed is {least} to {most}")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{name} is {value!r}; allowed is {', '.join(allowed)}")
