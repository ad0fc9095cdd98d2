"""Which bytes each file of the world has."""

from collections.abc import Mapping
from functools import lru_cache
from random import Random

from newsgen.library import Picture

from mediagen.encode import encode
from mediagen.film import CODECS, film, sound
from mediagen.scene import BACKDROPS, portrait, snapshot, view
from mediagen.shapes import Scene

SIZES = ((240, 180), (200, 240), (272, 180), (216, 216), (288, 192))
SMALL = (160, 120)
HEAVY = ("animated", "blank first", "pages", "deep", "cmyk", "lzw", "video", "dark video", "transparent")
ERROR_PAGE = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body>No such file.</body></html>\n"
CUT_FILM_BYTES = 120


def bytes_of(picture: Picture, kinds: Mapping[str, str]) -> bytes | None:
    """The content of a file, None for one that is missing.

    `kinds` tells what sort of thing an emblem stands for, and what a view shows.
    """
    if picture.fate == "missing":
        return None
    if picture.fate == "empty":
        return b""
    if picture.fate == "html":
        return ERROR_PAGE
    if picture.form == "sound":
        return sound()
    ending = picture.file_title.rpartition(".")[2].lower()
    scene = scene_of(picture, kinds)
    if ending in CODECS:
        data = film(scene, ending, picture.form)
    else:
        data = encode(scene, "jpg" if picture.fate == "mislabelled" else ending, picture.form)
    if picture.fate == "broken":
        # An animation is cut within its first frame, a film within its head.
        return data[: CUT_FILM_BYTES if ending in CODECS else len(data) // (10 if picture.form == "animated" else 3)]
    return data


def scene_of(picture: Picture, kinds: Mapping[str, str]) -> Scene:
    """What the file shows."""
    rng = Random(f"size of {picture.file_title}")
    size = SMALL if picture.form in HEAVY else rng.choice(SIZES)
    if not picture.emblems:
        return view(picture.file_title, size, kinds.get(picture.file_title, ""))
    kind = backdrop(kinds.get(picture.emblems[0], ""), picture.emblems[0])
    if picture.is_portrait:
        return portrait(picture.emblems[0], kind, size)
    return snapshot(picture.emblems, kind, size, picture.file_title)


@lru_cache(maxsize=4096)
def backdrop(kind: str, name: str) -> str:
    """What stands around a sign; things of no known kind keep one by their name."""
    return BACKDROPS.get(kind) or Random(f"backdrop of {name}").choice(("desk", "hills", "front", "town"))
