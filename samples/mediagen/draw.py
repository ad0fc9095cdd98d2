"""Draws a scene with Pillow."""

from PIL import Image, ImageDraw

from mediagen.shapes import Clipped, Point, Poly, Scene

OVER = 2
"""Drawn so many times larger, then made smaller: smooth edges."""
Drawing = ImageDraw.ImageDraw


def picture_of(scene: Scene, *, ground: bool = True) -> Image.Image:
    """The scene as RGB; without its `ground` as RGBA that is transparent there."""
    size = scene.width * OVER, scene.height * OVER
    mode = "RGB" if ground else "RGBA"
    image = _ground(scene).resize(size) if ground else Image.new(mode, size, (255, 255, 255, 0))
    pencil = ImageDraw.Draw(image)
    for item in scene.items:
        if isinstance(item, Poly):
            pencil.polygon(_scaled(item.points), fill=item.colour)
        else:
            _clipped(image, pencil, item)
    return image.reduce(OVER)


def _clipped(image: Image.Image, pencil: Drawing, item: Clipped) -> None:
    """Only the box around the window is drawn and pasted."""
    window = _scaled(item.window)
    left, top = (int(min(point[axis] for point in window)) - 1 for axis in (0, 1))
    right, bottom = (int(max(point[axis] for point in window)) + 2 for axis in (0, 1))
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in window], fill=255)
    layer = Image.new("RGB", mask.size)
    inner = ImageDraw.Draw(layer)
    for poly in item.polys:
        inner.polygon([(x - left, y - top) for x, y in _scaled(poly.points)], fill=poly.colour)
    image.paste(layer, (left, top), mask)
    pencil.line([*window, window[0], window[1]], fill=item.rim, width=3 * OVER, joint="curve")


def _ground(scene: Scene) -> Image.Image:
    column = Image.new("RGB", (1, scene.height))
    last = max(1, scene.height - 1)
    for y in range(scene.height):
        share = y / last
        colour = tuple(round(a + (b - a) * share) for a, b in zip(scene.top, scene.bottom, strict=True))
        column.putpixel((0, y), colour)
    return column


def _scaled(points: tuple[Point, ...]) -> list[Point]:
    return [(x * OVER, y * OVER) for x, y in points]
