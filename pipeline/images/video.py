"""A video's sharpest frame that is not dark, by ffmpeg."""

import importlib
import io
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from PIL import Image, ImageFilter, ImageStat

from pipeline.images.damage import DAMAGE, describe
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import ImageError, Reason
from pipeline.images.raster import Picture

_DEMUXERS = {"ogg": "ogg", "webm": "matroska", "mp4": "mov", "mpeg": "mpeg"}
_DURATION = re.compile(rb"Duration: (\d+):(\d\d):(\d\d\.\d+)")
_VIDEO_STREAM = re.compile(rb"Stream #\S+.*: Video: ")
_SOUND_STREAM = re.compile(rb"Stream #\S+.*: Audio: ")
_SAMPLE_WIDTH = 160
_TIMES_WITHOUT_DURATION = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
_SQUARE = "scale=trunc(iw*sar/2+0.5)*2:ih:flags=bicubic+accurate_rnd+bitexact,setsar=1"
_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_DARK, _BRIGHT, _FLAT = 24.0, 240.0, 6.0


def decode_video(data: bytes, kind: str, options: NormalizeOptions) -> Picture:
    """The frame at `frame_time_s`, or the best of `video_samples` evenly spaced ones.

    Raises:
        ImageError: audio, no_frame, no_ffmpeg, too_many_pixels, timeout.
    """
    with tempfile.TemporaryDirectory(prefix="mel-video-") as folder:
        # A file, not a pipe: mp4 keeps its table at the end.
        path = Path(folder) / "video"
        path.write_bytes(data)
        film = _Film(path, _DEMUXERS[kind], options)
        time_s = options.frame_time_s if options.frame_time_s is not None else film.best_time()
        frame = film.frame(time_s, _SQUARE)
    if frame is None:
        raise ImageError(Reason.NO_FRAME, f"no frame can be decoded at {time_s:g} s{film.end_before(time_s)}")
    return Picture(frame.convert("RGB"), *frame.size, backend=ffmpeg_version(), frame_time_s=time_s, steps=["frame"])


def frame_score(frame: Image.Image) -> float:
    """How good a still is: the variance of its Laplacian, in grey at 160 px width.

    Frames that are dark (mean under 24), bright (over 240) or flat (deviation under 6) score below all others.
    """
    grey = frame.convert("L")
    level = ImageStat.Stat(grey)
    sharpness = float(ImageStat.Stat(grey.filter(_LAPLACE)).var[0])
    usable = _DARK <= level.mean[0] <= _BRIGHT and level.stddev[0] >= _FLAT
    return sharpness if usable else sharpness - 1e9


@cache
def ffmpeg_path() -> str:
    """Where ffmpeg is.

    Raises:
        ImageError: no_ffmpeg.
    """
    try:
        path = str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise ImageError(Reason.NO_FFMPEG, "imageio-ffmpeg is missing or has no ffmpeg for this machine") from error
    if shutil.which(path) is None:  # of the variable IMAGEIO_FFMPEG_EXE, which is believed unseen
        raise ImageError(Reason.NO_FFMPEG, f"{path} is no program")
    return path


@cache
def ffmpeg_version() -> str:
    """Name and version of ffmpeg.

    Raises:
        ImageError: no_ffmpeg.
    """
    first = subprocess.run([ffmpeg_path(), "-version"], capture_output=True, check=False).stdout.split(b"\n")[0]  # noqa: S603
    return "ffmpeg-" + (first.split()[2:3] or [b"unknown"])[0].decode("ascii", errors="replace")


class _Film:
    """One video file and the ffmpeg runs over it."""

    def __init__(self, path: Path, demuxer: str, options: NormalizeOptions) -> None:
        self._options = options
        self._input = ["-f", demuxer, "-max_pixels", str(options.max_pixels), "-i", f"file:{path}"]
        report = self._run([], ["-t", "0", "-f", "null", "-"]).stderr
        if not _VIDEO_STREAM.search(report):
            if _SOUND_STREAM.search(report):
                raise ImageError(Reason.AUDIO, "holds sound alone")
            if b"exceeds max_pixels" in report or b"Picture size" in report:
                raise ImageError(Reason.TOO_MANY_PIXELS, f"frames of more than {options.max_pixels} px")
            raise ImageError(Reason.NO_FRAME, "no video stream can be read")
        found = _DURATION.search(report)
        self._duration_s = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else 0.0

    def end_before(self, time_s: float) -> str:
        """Words for a moment past the end; '' for any other, or when the end is not known."""
        is_past = 0 < self._duration_s <= time_s
        return f": the film ends at {self._duration_s:g} s" if is_past else ""

    def best_time(self) -> float:
        """The moment of the frame with the best score; the earliest of equals."""
        best, best_score = self._times()[0], float("-inf")
        for time_s in self._times():
            frame = self.frame(time_s, f"scale={_SAMPLE_WIDTH}:-2:flags=bicubic+accurate_rnd+bitexact")
            if frame is not None and frame_score(frame) > best_score:
                best, best_score = time_s, frame_score(frame)
        if best_score == float("-inf"):
            raise ImageError(Reason.NO_FRAME, "no frame can be decoded")
        return best

    def _times(self) -> list[float]:
        if self._duration_s <= 0:
            return list(_TIMES_WITHOUT_DURATION)
        n = self._options.video_samples
        return [round(self._duration_s * (2 * k + 1) / (2 * n), 3) for k in range(n)]

    def frame(self, time_s: float, picture_filter: str) -> Image.Image | None:
        """The first frame at or after `time_s`; None where there is none."""
        form = ["-map", "0:v:0", "-frames:v", "1", "-vf", picture_filter]
        out = ["-pix_fmt", "rgb24", "-c:v", "ppm", "-f", "image2pipe", "-"]
        raw = self._run(["-ss", f"{time_s:.3f}"], [*form, *out]).stdout
        if not raw:
            return None
        try:
            picture = Image.open(io.BytesIO(raw), formats=["PPM"])
            picture.load()
        except DAMAGE as error:
            raise ImageError(Reason.BROKEN, describe(error)) from error
        return picture

    def _run(self, before: list[str], after: list[str]) -> subprocess.CompletedProcess[bytes]:
        limits = ["-timelimit", str(max(1, round(self._options.seconds))), "-protocol_whitelist", "file,pipe"]
        quiet = ["-nostdin", "-hide_banner", "-threads", "1", "-filter_threads", "1"]
        command = [ffmpeg_path(), *quiet, *limits, *before, *self._input, *after]
        try:
            return subprocess.run(command, capture_output=True, check=False, timeout=self._options.seconds)  # noqa: S603
        except subprocess.TimeoutExpired as error:
            raise ImageError(Reason.TIMEOUT, f"ffmpeg took more than {self._options.seconds:g} s") from error
