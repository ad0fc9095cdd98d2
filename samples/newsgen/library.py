"""The files that pages show, and what each holds."""

import re
from dataclasses import dataclass, field
from random import Random

# Title and what it shows.
NEUTRAL = (
    ("Crowd on a square.jpg", "town"), ("Press conference table.jpg", "desk"), ("Street at night.png", "town"),
    ("Hills before rain.jpg", "hills"), ("Papers on a desk.jpg", "desk"), ("Empty concert hall.webp", "stage"),
    ("Waves at noon.jpg", "water"), ("Roofs of the old town.svg", "town"), ("Court house steps.jpg", "front"),
    ("Lake in fog.tif", "water"), ("Trees on a ridge.gif", "hills"), ("Notes and pens.jpg", "desk"),
    ("Old gate.png", "front"), ("Curtain before the show.jpg", "stage"),
)  # fmt: skip
# Ending and fate, with how often each comes among emblems.
ENDINGS = (
    ("jpg", "still", 46), ("JPG", "exif", 5), ("png", "still", 9), ("png", "transparent", 6), ("png", "palette", 3),
    ("svg", "still", 12), ("gif", "still", 4), ("gif", "animated", 4), ("png", "animated", 2), ("webp", "still", 3),
    ("webp", "animated", 2), ("tif", "still", 2), ("jpg", "grey", 2),
)  # fmt: skip
MAX_EMBLEMS = 600
MAX_VIEWS = 280
TURN = tuple((ending, form) for ending, form, times in ENDINGS for _ in range(times))


@dataclass(frozen=True, slots=True)
class Picture:
    """What a file holds.

    Attributes:
        emblems: What the visual identities in it are made from; none for a neutral view.
        form: How it is written: still, animated, transparent, palette, exif, grey, cmyk, deep, pages …
        fate: ok, broken (cut off), missing (no file), mislabelled (another type than its ending says), html (a page
            of words), empty (no bytes).
        local: It lies on the news wiki itself, not on Commons.
        is_portrait: The picture of an encyclopedia, not of the press.
    """

    file_title: str
    emblems: tuple[str, ...] = ()
    form: str = "still"
    fate: str = "ok"
    local: bool = False
    is_portrait: bool = False


@dataclass(slots=True)
class Library:
    """Files in the order in which they were first shown."""

    pictures: dict[str, Picture] = field(default_factory=dict)
    shown: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    count: int = 0
    views: dict[str, str] = field(default_factory=dict)
    n_views: int = 0

    def add(self, picture: Picture) -> str:
        """Note a file; the first note of a title counts."""
        self.pictures.setdefault(picture.file_title, picture)
        return picture.file_title

    def neutral(self, number: int) -> str:
        """A view that tells nothing, shown in many places."""
        return self.add(Picture(NEUTRAL[number % len(NEUTRAL)][0]))

    def view(self, number: int) -> str:
        """A view that tells nothing, shown once; after `MAX_VIEWS` of them the first is shown again."""
        title, kind = NEUTRAL[number % len(NEUTRAL)]
        stem, _, ending = title.rpartition(".")
        own = f"{stem} {self.n_views % MAX_VIEWS + 1}.{ending}"
        self.n_views += 1
        self.views[own] = kind
        return self.add(Picture(own))

    def emblem(self, surface: str, emblems: tuple[str, ...], year: int, rng: Random) -> str:
        """A file whose picture shows these identities; its name tells no more than the caption.

        After `MAX_EMBLEMS` of them an old one is shown again.
        """
        others = self.shown.setdefault(emblems, [])
        if self.count >= MAX_EMBLEMS and others:
            return rng.choice(others)
        self.count += 1
        ending, form = TURN[self.count * 37 % len(TURN)]
        safe = re.sub(r"[^\w .&-]", "", surface)
        title = f"{safe} {year} {self.count:04d}.{ending}"
        others.append(title)
        return self.add(Picture(title, emblems, form, local=rng.random() < 0.08))
