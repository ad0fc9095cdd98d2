"""Writes the files and what is known of them."""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from newsgen.library import Picture
from newsgen.write import write_lines

from mediagen.files import bytes_of
from mediagen.rights import rights_of

DRAWING_THREADS = 3
FORMATS = {"jpeg": "jpg", "tiff": "tif", "ogv": "ogg"}
FAILURES = {"broken": "broken", "html": "not_an_image", "empty": "empty"}
VIDEOS = ("ogv", "webm", "mp4")


def write_media(pictures: Sequence[Picture], kinds: Mapping[str, str], folder: Path, truth: Path) -> int:
    """Write every file under its name with underscores; returns the bytes written."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with ThreadPoolExecutor(DRAWING_THREADS) as pool:
        for picture, data in zip(pictures, pool.map(partial(bytes_of, kinds=kinds), pictures), strict=True):
            if data is not None:
                (folder / file_name(picture.file_title)).write_bytes(data)
            rows.append(media_row(picture, data))
    write_lines(truth / "media.jsonl", rows)
    return sum(row["size_bytes"] for row in rows)


def file_name(file_title: str) -> str:
    """Name on disk: as the wiki stores it, a slash written %2F."""
    return file_title.replace(" ", "_").replace("/", "%2F")


def media_row(picture: Picture, data: bytes | None) -> dict:
    """One line of truth/media.jsonl: the file, and what a job must make of it."""
    ending = picture.file_title.rpartition(".")[2].lower()
    outcome, reason = _outcome(picture)
    rights = rights_of(picture)
    return {
        "file_title": picture.file_title,
        "file_name": file_name(picture.file_title) if data is not None else None,
        "repo": "wikinews/en" if picture.local else "wikipedia/commons",
        "ending": ending,
        "format": _format(picture, ending) if outcome == "ok" else "",
        "form": picture.form,
        "fate": picture.fate,
        "broken": picture.fate == "broken",
        "outcome": outcome,
        "reason": reason,
        "is_video": outcome == "ok" and ending in VIDEOS,
        "emblems": picture.emblems,
        "is_portrait": picture.is_portrait,
        "licence": rights.licence,
        "author": rights.author,
        "redistributable": rights.redistributable,
        "size_bytes": len(data or b""),
        "sha256": hashlib.sha256(data).hexdigest() if data is not None else "",
    }


def _outcome(picture: Picture) -> tuple[str, str]:
    if picture.fate == "missing":
        return "missing", "not_found"
    if picture.form == "sound":
        return "failed", "audio"
    if picture.fate == "broken" and picture.form == "video":
        return "failed", "no_frame"
    if picture.fate in FAILURES:
        return "failed", FAILURES[picture.fate]
    return "ok", ""


def _format(picture: Picture, ending: str) -> str:
    """The format by content."""
    if picture.fate == "mislabelled":
        return "jpg"
    if ending == "png" and picture.form == "animated":
        return "apng"
    return FORMATS.get(ending, ending)
