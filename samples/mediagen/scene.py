"""Composes scenes with the signs of things, or without any."""

from collections.abc import Callable, Iterator
from random import Random

from mediagen.emblem import emblem, main_colour
from mediagen.shapes import Clipped, Colour, Place, Poly, Scene, box, ellipse, mixed, moved, wave

Items = list[Poly | Clipped]
SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((116, 170, 220), (222, 236, 246)), ((246, 196, 140), (252, 234, 208)), ((70, 86, 128), (186, 176, 190)),
    ((176, 190, 198), (232, 234, 232)), ((30, 38, 66), (96, 92, 130)), ((150, 204, 214), (238, 246, 230)),
)  # fmt: skip
FACE: Colour = (216, 218, 224)
"""Figures look like nobody."""
DARK, GREY, PALE, LAMP = (44, 48, 58), (128, 132, 140), (240, 238, 230), (250, 226, 150)
VIEWS = ("town", "water", "hills", "front", "desk", "stage")
BACKDROPS = {
    "person": "person", "place": "town", "country": "town", "river": "water", "storm": "water", "ship": "water",
    "club": "pitch", "team": "pitch", "film": "stage", "band": "stage", "animal": "hills", "element": "hills",
    "company": "front", "organisation": "front", "university": "front", "event": "town", "product": "desk",
    "disease": "desk",
}  # fmt: skip


def portrait(name: str, kind: str, size: tuple[int, int]) -> Scene:
    """The picture that an encyclopedia shows: the sign, large, before what belongs to its kind."""
    rng = Random(f"portrait of {name}")
    return _scene((name,), kind, size, rng, share=0.36, tilt=0.0)


def snapshot(names: tuple[str, ...], kind: str, size: tuple[int, int], title: str) -> Scene:
    """A press picture: the same signs, seen from somewhere, with people before them."""
    rng = Random(f"snapshot {title}")
    scene = _scene(names, kind, size, rng, share=rng.uniform(0.25, 0.34), tilt=rng.uniform(-0.25, 0.25))
    heads = _heads(size, rng) if rng.random() < 0.6 else []
    return Scene(scene.width, scene.height, scene.top, scene.bottom, (*scene.items, *heads))


def view(title: str, size: tuple[int, int], kind: str = "") -> Scene:
    """A view without a sign, of any kind unless one is asked for."""
    rng = Random(f"view {title}")
    top, bottom = rng.choice(SKIES)
    items: Items = []
    BACKGROUNDS[kind or rng.choice(VIEWS)](items, size, rng, GREY)
    if "Crowd" in title or (not kind and rng.random() < 0.5):
        items += _heads(size, rng)
    return Scene(*size, top, bottom, tuple(items))


def _scene(
    names: tuple[str, ...], kind: str, size: tuple[int, int], rng: Random, *, share: float, tilt: float
) -> Scene:
    width, height = size
    top, bottom = rng.choice(SKIES)
    items: Items = []
    # A face belongs to the person; other surroundings are of the moment.
    around = Random(f"face of {names[0]}") if kind == "person" else rng
    BACKGROUNDS[kind](items, size, around, main_colour(names[0]))
    radius = min(width, height) * (share if len(names) == 1 else 0.22)
    for number, name in enumerate(names):
        x = width * (0.5 if len(names) == 1 else (0.28, 0.72)[number]) + rng.uniform(-0.06, 0.06) * width
        if kind == "person" and len(names) == 1:
            x = width * 0.68
        place = Place(x, height * rng.uniform(0.38, 0.46), radius, tilt)
        shade = Place(place.x + radius * 0.08, place.y + radius * 0.1, radius * 1.03, tilt)
        sign = emblem(name)
        items.append(Poly(shade.put(sign.window), mixed(bottom, (0, 0, 0), 0.45)))
        items += moved((sign,), place)
    return Scene(width, height, top, bottom, tuple(items))


def _heads(size: tuple[int, int], rng: Random) -> Items:
    width, height = size
    items: Items = []
    for n in range(9):
        x, y = width * (n + rng.uniform(0.1, 0.9)) / 9, height * rng.uniform(0.86, 0.94)
        shade = mixed(DARK, FACE, rng.uniform(0.0, 0.3))
        items.append(Poly(ellipse(x, y, width * 0.034, height * 0.058, 16), shade))
        items.append(Poly(ellipse(x, height * 1.03, width * 0.062, height * 0.09, 16), mixed(shade, DARK, 0.5)))
    return items


def _person(items: Items, size: tuple[int, int], rng: Random, colour: Colour) -> None:
    width, height = size
    items.append(Poly(box(0, height * 0.86, width, height), mixed(colour, PALE, 0.75)))
    skin, hair = FACE, mixed(colour, DARK, rng.uniform(0.3, 0.7))
    x, y, r = width * 0.27, height * 0.36, min(width, height) * 0.15
    coat = mixed(colour, DARK, 0.25)
    items.append(Poly(ellipse(x, height * 0.98, r * 2.1, height * 0.42), coat))
    items.append(Poly(box(x - r * 0.4, y + r * 0.6, x + r * 0.4, y + r * 1.75), mixed(skin, DARK, 0.15)))
    items.append(Poly(ellipse(x, y - r * 0.18, r * 1.08, r * 1.3), hair))
    items.append(Poly(ellipse(x, y + r * 0.12, r * 0.92, r * 1.12), skin))
    for side in (-0.36, 0.36):
        items.append(Poly(ellipse(x + side * r, y + r * 0.02, r * 0.1, r * 0.12, 12), DARK))
    items.append(Poly(box(x - r * 0.25, y + r * 0.62, x + r * 0.25, y + r * 0.7), mixed(skin, (150, 30, 40), 0.6)))
    items.append(Poly(((x - r * 0.5, height * 0.62), (x, height * 0.78), (x + r * 0.5, height * 0.62)), PALE))


def _town(items: Items, size: tuple[int, int], rng: Random, colour: Colour) -> None:
    width, height = size
    x = -width * 0.02
    while x < width:
        w, h = width * rng.uniform(0.07, 0.14), height * rng.uniform(0.18, 0.5)
        wall = mixed(mixed(GREY, colour, 0.25), PALE, rng.uniform(0.0, 0.5))
        items.append(Poly(box(x, height - h, x + w, height), wall))
        if rng.random() < 0.5:
            items.append(
                Poly(((x, height - h), (x + w / 2, height - h * 1.2), (x + w, height - h)), mixed(wall, DARK, 0.4))
            )
        rows = int(h / (height * 0.09))
        for r in range(rows):
            y = height * (1.03 + 0.09 * r) - h
            for left in (x + w * 0.18, x + w * 0.58):
                light = LAMP if rng.random() < 0.4 else mixed(wall, DARK, 0.5)
                items.append(Poly(box(left, y, left + w * 0.22, y + height * 0.045), light))
        x += w * rng.uniform(0.95, 1.1)


def _water(items: Items, size: tuple[int, int], rng: Random, colour: Colour) -> None:
    width, height = size
    sea = mixed((30, 90, 140), colour, 0.15)
    for n in range(5):
        y = height * (0.6 + 0.09 * n)
        shift = -rng.uniform(0, width * 0.2)
        items.append(Poly(wave(shift, width * 1.2, y, height * 0.02, height), mixed(sea, PALE, 0.4 - 0.1 * n)))


def _pitch(items: Items, size: tuple[int, int], rng: Random, colour: Colour) -> None:
    width, height = size
    items.append(Poly(box(0, height * 0.3, width, height * 0.62), mixed(GREY, DARK, 0.4)))
    for n in range(60):
        x, y = rng.uniform(0, width), height * (0.34 + 0.06 * (n % 5))
        items.append(Poly(ellipse(x, y, width * 0.012, height * 0.016, 8), mixed(colour, PALE, rng.random())))
    for n in range(8):
        left, right = width * n / 8, width * (n + 1) / 8
        grass = (52, 134, 62) if n % 2 else (64, 150, 72)
        far = (left - width / 2) * 0.75 + width / 2, (right - width / 2) * 0.75 + width / 2
        spread = (left - width / 2) * 1.5 + width / 2, (right - width / 2) * 1.5 + width / 2
        items.append(
            Poly(((far[0], height * 0.62), (far[1], height * 0.62), (spread[1], height), (spread[0], height)), grass)
        )
    items.append(Poly(box(0, height * 0.78, width, height * 0.79), PALE))


def _stage(items: Items, size: tuple[int, int], rng: Random, colour: Colour) -> None:
    width, height = size
    items.append(Poly(box(0, 0, width, height), (36, 28, 44)))
    for n in range(4):
        x = width * (0.14 + 0.24 * n)
        light = mixed(mixed(colour, PALE, 0.55), (36, 28, 44), 0.55)
        items.append(
            Poly(
                ((x, -5), (x + width * rng.uniform(-0.25, 0.25), height * 0.84), (x + width * 0.16, height * 0.84)),
                light,
            )
        )
    items.append(Poly(box(0, height * 0.8, width, height), (84, 58, 44)))
    for side in (0, 1):
        for n in range(4):
            x = width * (0.03 * n if side == 0 else 1 - 0.03 * (n + 1))
            items.append(Poly(box(x, 0, x + width * 0.031, height * 0.82), (150 - 16 * (n % 2), 24, 40)))


def _hills(items: Items, size: tuple[int, int], rng: Random, colour: Colour) -> None:
    width, height = size
    for n, green in enumerate(((150, 180, 120), (112, 156, 92), (84, 132, 70))):
        y = height * (0.72 + 0.1 * n)
        items.append(
            Poly(
                ellipse(width * rng.uniform(0.1, 0.9), y + height * 0.35, width * 0.8, height * 0.45),
                mixed(green, colour, 0.12),
            )
        )
    for _ in range(5):
        x, y = rng.uniform(0.05, 0.95) * width, height * rng.uniform(0.74, 0.8)
        items.append(Poly(box(x - 2, y, x + 2, y + height * 0.09), (96, 70, 48)))
        items.append(
            Poly(ellipse(x, y - height * 0.03, width * 0.035, height * 0.07, 14), mixed((60, 110, 60), colour, 0.1))
        )


def _front(items: Items, size: tuple[int, int], rng: Random, colour: Colour) -> None:
    width, height = size
    wall = mixed(PALE, colour, rng.uniform(0.12, 0.25))
    items.append(Poly(box(width * 0.08, height * 0.14, width * 0.92, height * 0.9), wall))
    items.append(
        Poly(
            ((width * 0.04, height * 0.16), (width * 0.5, height * 0.02), (width * 0.96, height * 0.16)),
            mixed(wall, DARK, 0.3),
        )
    )
    for n in range(6):
        x = width * (0.12 + 0.136 * n)
        items.append(Poly(box(x, height * 0.62, x + width * 0.06, height * 0.9), mixed(wall, DARK, 0.18)))
    items.append(Poly(box(width * 0.04, height * 0.9, width * 0.96, height), mixed(GREY, PALE, 0.4)))


def _desk(items: Items, size: tuple[int, int], rng: Random, colour: Colour) -> None:
    width, height = size
    items.append(Poly(box(0, height * 0.72, width, height), (146, 108, 76)))
    items.append(Poly(box(0, height * 0.72, width, height * 0.75), (176, 136, 98)))
    for _ in range(3):
        x, w = width * rng.uniform(0.05, 0.8), width * rng.uniform(0.08, 0.16)
        items.append(Poly(box(x, height * 0.78, x + w, height * 0.9), mixed(PALE, colour, rng.uniform(0.0, 0.3))))


BACKGROUNDS: dict[str, Callable[[Items, tuple[int, int], Random, Colour], None]] = {
    "person": _person, "town": _town, "water": _water, "pitch": _pitch, "stage": _stage, "hills": _hills,
    "front": _front, "desk": _desk,
}  # fmt: skip


def frames(scene: Scene, count: int) -> Iterator[Scene]:
    """The scene in motion: its last sign swings, people stay."""
    signs = [number for number, item in enumerate(scene.items) if isinstance(item, Clipped)]
    for n in range(count):
        shift = Place(scene.width * 0.03 * (n - count / 2), scene.height * 0.015 * (n % 3), 1.0)
        items = list(scene.items)
        for number in signs:
            items[number] = next(moved((items[number],), shift))
        yield Scene(scene.width, scene.height, scene.top, scene.bottom, tuple(items))
