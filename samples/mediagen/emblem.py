"""The visual identity of a thing: a sign made from its name."""

from functools import lru_cache
from random import Random

from mediagen.shapes import Clipped, Colour, Point, Poly, box, mixed, ring_of, star

COLOURS: tuple[Colour, ...] = (
    (200, 32, 46), (24, 74, 160), (12, 124, 72), (240, 180, 24), (92, 36, 128), (232, 110, 30), (18, 150, 176),
    (120, 72, 40), (226, 84, 140), (44, 52, 66), (142, 180, 40), (104, 136, 214),
)  # fmt: skip
LIGHT: tuple[Colour, ...] = ((255, 255, 255), (252, 240, 208), (222, 234, 246))
SHAPES: tuple[tuple[Point, ...], ...] = (
    ring_of(36), ring_of(6), ring_of(4), ring_of(8, turn=0.3927), star(12, 0.82),
    ((-0.86, -0.9), (0.86, -0.9), (0.86, 0.1), (0.62, 0.6), (0.0, 1.0), (-0.62, 0.6), (-0.86, 0.1)),
    ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    ((-0.95, -0.8), (0.95, -0.8), (0.95, 0.95), (0.0, 0.5), (-0.95, 0.95)),
    ((-1.0, -0.62), (1.0, -0.62), (1.0, 0.62), (-1.0, 0.62)),
    ((0.0, -1.0), (0.95, 0.75), (-0.95, 0.75)),
)  # fmt: skip
PATTERNS = 11
CHARGES: tuple[tuple[Point, ...], ...] = (
    star(5, 0.42), ring_of(32, 0.8), star(4, 0.32), ring_of(3), ring_of(4, 0.95), star(8, 0.55),
    ((-0.3, -1), (0.3, -1), (0.3, -0.3), (1, -0.3), (1, 0.3), (0.3, 0.3), (0.3, 1), (-0.3, 1), (-0.3, 0.3), (-1, 0.3),
     (-1, -0.3), (-0.3, -0.3)),
    ((-0.9, 0.7), (-0.9, -0.6), (-0.45, 0.0), (0.0, -0.8), (0.45, 0.0), (0.9, -0.6), (0.9, 0.7)),
    ((0.25, -1.0), (-0.7, 0.2), (-0.05, 0.2), (-0.25, 1.0), (0.7, -0.25), (0.05, -0.25)),
    ((0.0, 0.9), (-0.9, -0.05), (-0.75, -0.65), (-0.35, -0.75), (0.0, -0.35), (0.35, -0.75), (0.75, -0.65),
     (0.9, -0.05)),
)  # fmt: skip


@lru_cache(maxsize=4096)
def emblem(name: str) -> Clipped:
    """The sign of `name` around (0, 0) with radius 1: shape, pattern, colours and charge follow from the name."""
    rng = Random(f"emblem of {name}")
    shape = rng.choice(SHAPES)
    first, second = rng.sample(COLOURS, 2)
    if rng.random() < 0.4:
        second = rng.choice(LIGHT)
    field = [Poly(box(-1.1, -1.1, 1.1, 1.1), first), *_pattern(rng.randrange(PATTERNS), second)]
    charge = rng.choice(CHARGES)
    size = rng.choice((0.42, 0.5))
    light = sum(first) > 480
    tint = (30, 30, 36) if light else rng.choice(LIGHT[:2])
    field.append(Poly(ring_of(36, size * 1.28), mixed(first, (0, 0, 0), 0.15)))
    field.append(Poly(tuple((x * size, y * size) for x, y in charge), tint))
    return Clipped(tuple(field), shape, mixed(first, (0, 0, 0), 0.55))


def main_colour(name: str) -> Colour:
    """The colour that the sign of `name` has most of."""
    return emblem(name).polys[0].colour


def _pattern(number: int, colour: Colour) -> list[Poly]:
    """What lies over the first colour."""
    edge = 1.1
    if number == 0:
        parts = [box(-edge + n * 0.44, -edge, -edge + n * 0.44 + 0.22, edge) for n in range(5)]
    elif number == 1:
        parts = [box(-edge, -edge + n * 0.44, edge, -edge + n * 0.44 + 0.22) for n in range(5)]
    elif number == 2:
        parts = [
            ((n * 0.6 - 2.3, edge), (n * 0.6 - 2.0, edge), (n * 0.6 + 0.2, -edge), (n * 0.6 - 0.1, -edge))
            for n in range(7)
        ]
    elif number == 3:
        step = 0.44
        cells = [(n % 5, n // 5) for n in range(25) if n % 2 == 0]
        parts = [
            box(-edge + x * step, -edge + y * step, -edge + (x + 1) * step, -edge + (y + 1) * step) for x, y in cells
        ]
    elif number == 4:
        parts = [box(0, -edge, edge, edge)]
    elif number == 5:
        parts = [box(-edge, -edge, 0, 0), box(0, 0, edge, edge)]
    elif number == 6:
        rays = ring_of(24, 2.0)
        parts = [((0, 0), rays[n], rays[n + 1]) for n in range(0, 24, 2)]
    elif number == 7:
        return [Poly(ring_of(36, 0.92), colour), Poly(ring_of(36, 0.74), mixed(colour, (0, 0, 0), 0.35))]
    elif number == 8:
        parts = [tuple((x * 0.16 + a * 0.5, y * 0.16 + b * 0.5) for x, y in ring_of(16))
                 for a in (-2, -1, 0, 1, 2) for b in (-2, -1, 0, 1, 2)]  # fmt: skip
    elif number == 9:
        parts = [
            ((-edge, y), (0, y + 0.5), (edge, y), (edge, y + 0.26), (0, y + 0.76), (-edge, y + 0.26))
            for y in (-1.3, -0.75, -0.2, 0.35)
        ]
    else:
        parts = [((-edge, -edge), (edge, -edge), (-edge, edge))]
    return [Poly(tuple(part), colour) for part in parts]
