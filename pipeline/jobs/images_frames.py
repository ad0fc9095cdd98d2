"""Frames of videos that a person picked, as the paper's authors did."""

import math
from pathlib import Path

from pipeline.records.errors import InputError, PageError
from pipeline.titles.file_urls import file_name


def read_frames(path: Path) -> dict[str, float]:
    """File title (spaces, no prefix) -> seconds from the start.

    Two columns with a tab between them; a first line that names the columns, empty lines and those that begin
    with `#` do not count.

    Raises:
        InputError: no such file, or a line that is none; says where.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--frames {path} cannot be read as text: {error}") from error
    frames: dict[str, float] = {}
    for number, line in enumerate(text.split("\n"), 1):
        parts = line.rstrip("\r").split("\t")
        if not line.strip() or line.startswith("#") or (number == 1 and parts[1:2] == ["seconds"]):
            continue
        title, seconds = _read_line(parts, f"{path}, line {number}")
        if title in frames:
            raise InputError(f"{path}, line {number}: {title!r} is named twice")
        frames[title] = seconds
    return frames


def _read_line(parts: list[str], place: str) -> tuple[str, float]:
    if len(parts) < 2:
        raise InputError(f"{place}: a file title, a tab and seconds are needed, such as 'Film.webm', tab, '12.5'")
    try:
        seconds = float(parts[1])
        title = file_name(parts[0]).replace("_", " ")
    except ValueError:
        seconds, title = math.nan, ""
    except PageError as error:
        raise InputError(f"{place}: {error}") from error
    if not 0 <= seconds < math.inf:
        raise InputError(f"{place}: {parts[1][:40]!r} is no number of seconds from 0")
    return title, seconds
