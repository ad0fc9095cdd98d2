"""Writes a scene as SVG."""

from mediagen.shapes import Clipped, Colour, Point, Poly, Scene


def svg_of(scene: Scene, words: str = "", *, fades: bool = False) -> bytes:
    """The scene as a drawing, with `words` along its bottom; `fades` lays a gradient of colours over it."""
    width, height = scene.width, scene.height
    defs = [_fade("ground", scene.top, scene.bottom)]
    body = [f'<rect width="{width}" height="{height}" fill="url(#ground)"/>']
    for number, item in enumerate(scene.items):
        if isinstance(item, Poly):
            body.append(_poly(item))
        else:
            defs.append(f'<clipPath id="c{number}"><polygon points="{_points(item.window)}"/></clipPath>')
            inner = "".join(map(_poly, item.polys))
            body.append(f'<g clip-path="url(#c{number})">{inner}</g>{_rim(item)}')
    if fades:
        defs.append(
            '<radialGradient id="glow" cx="0.5" cy="0.42" r="0.6"><stop offset="0.5" stop-color="#ffdc5a" '
            'stop-opacity="0"/><stop offset="1" stop-color="#c02020" stop-opacity="0.85"/></radialGradient>'
        )
        body.append(f'<rect width="{width}" height="{height}" fill="url(#glow)"/>')
    if words:
        body.append(
            f'<rect y="{height * 0.8:g}" width="{width}" height="{height * 0.2:g}" fill="#202838"/>'
            f'<text x="{width / 2:g}" y="{height * 0.94:g}" font-family="sans-serif" font-size="{height * 0.12:g}" '
            f'text-anchor="middle" fill="#ffffff">{words}</text>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
        f"<defs>{''.join(defs)}</defs>\n" + "\n".join(body) + "\n</svg>\n"
    ).encode()


def _fade(name: str, top: Colour, bottom: Colour) -> str:
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{_hex(top)}"/>'
        f'<stop offset="1" stop-color="{_hex(bottom)}"/></linearGradient>'
    )


def _poly(poly: Poly) -> str:
    return f'<polygon points="{_points(poly.points)}" fill="{_hex(poly.colour)}"/>'


def _rim(item: Clipped) -> str:
    return f'<polygon points="{_points(item.window)}" fill="none" stroke="{_hex(item.rim)}" stroke-width="3"/>'


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
