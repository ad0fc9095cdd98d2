"""Writes short films and one sound by ffmpeg."""

import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from mediagen.draw import picture_of
from mediagen.scene import frames
from mediagen.shapes import Scene

CODECS = {
    "ogv": ("-c:v", "libtheora", "-q:v", "6", "-f", "ogg"),
    "webm": ("-c:v", "libvpx", "-b:v", "300k", "-deadline", "realtime", "-cpu-used", "8", "-f", "webm"),
    "mp4": ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-f", "mp4"),
}
EXACT = (
    "-map_metadata",
    "-1",
    "-fflags",
    "+bitexact",
    "-flags:v",
    "+bitexact",
    "-flags:a",
    "+bitexact",
    "-threads",
    "1",
)
FRAMES, DARK_FRAMES, RATE = 10, 5, 5
SECONDS = 60


def film(scene: Scene, ending: str, form: str) -> bytes:
    """Two seconds of the scene in motion; a "dark video" begins with a black second."""
    images = [picture_of(frame) for frame in frames(scene, FRAMES)]
    if form == "dark video":
        images = [*(Image.new("RGB", images[0].size) for _ in range(DARK_FRAMES)), *images]
    width, height = images[0].size
    source = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(RATE), "-i", "-")
    raw = b"".join(image.tobytes() for image in images)
    return _ffmpeg((*source, "-pix_fmt", "yuv420p", *EXACT, *CODECS[ending]), raw)


def sound() -> bytes:
    """A second of a tone, as Ogg Vorbis."""
    tone = ("-f", "lavfi", "-i", "sine=frequency=330:duration=1:sample_rate=16000")
    return _ffmpeg((*tone, *EXACT, "-c:a", "libvorbis", "-f", "ogg"), b"")


def _ffmpeg(arguments: tuple[str, ...], data: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sample-film-") as folder:
        out = Path(folder) / "film"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", *arguments, "-y", str(out)]
        subprocess.run(command, input=data, check=True, timeout=SECONDS)  # noqa: S603 - our own command
        return out.read_bytes()
