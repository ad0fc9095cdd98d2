"""Flat coloured polygons, of which every picture is made."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin

Point = tuple[float, float]
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Poly:
    """One filled polygon."""

    points: tuple[Point, ...]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Clipped:
    """Polygons seen through a polygon, whose rim is drawn."""

    polys: tuple[Poly, ...]
    window: tuple[Point, ...]
    rim: Colour


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: a ground that fades from `top` to `bottom`, and what stands on it, back to front."""

    width: int
    height: int
    top: Colour
    bottom: Colour
    items: tuple[Poly | Clipped, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something drawn around (0, 0) with radius 1 stands in a scene."""

    x: float
    y: float
    radius: float
    angle: float = 0.0

    def put(self, points: tuple[Point, ...]) -> tuple[Point, ...]:
        """Points moved there."""
        c, s = cos(self.angle) * self.radius, sin(self.angle) * self.radius
        return tuple((self.x + c * x - s * y, self.y + s * x + c * y) for x, y in points)


def ring_of(sides: int, radius: float = 1.0, turn: float = 0.0) -> tuple[Point, ...]:
    """A regular polygon around (0, 0), its first corner on top."""
    return tuple(
        (radius * sin(2 * pi * n / sides + turn), -radius * cos(2 * pi * n / sides + turn)) for n in range(sides)
    )


def star(points: int, inner: float, radius: float = 1.0) -> tuple[Point, ...]:
    """A star around (0, 0)."""
    corners = 2 * points
    return tuple(
        ((radius if n % 2 == 0 else radius * inner) * sin(pi * n / points),
         -(radius if n % 2 == 0 else radius * inner) * cos(pi * n / points))
        for n in range(corners)
    )  # fmt: skip


def box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    """A rectangle."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def ellipse(x: float, y: float, width: float, height: float, sides: int = 28) -> tuple[Point, ...]:
    """An ellipse around (x, y) with these radii."""
    return tuple((x + px * width, y + py * height) for px, py in ring_of(sides))


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with a share of `other`."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def wave(left: float, right: float, y: float, height: float, bottom: float) -> tuple[Point, ...]:
    """A band from a wavy line down to `bottom`."""
    steps = 24
    line = tuple((left + (right - left) * n / steps, y + height * sin(n * pi / 3)) for n in range(steps + 1))
    return (*line, (right, bottom), (left, bottom))


def moved(items: tuple[Poly | Clipped, ...], place: Place) -> Iterator[Poly | Clipped]:
    """Items drawn around (0, 0), put in their place."""
    for item in items:
        if isinstance(item, Poly):
            yield Poly(place.put(item.points), item.colour)
        else:
            polys = tuple(Poly(place.put(poly.points), poly.colour) for poly in item.polys)
            yield Clipped(polys, place.put(item.window), item.rim)
