"""Charts as files of their own: SVG, PNG, PDF."""

import re
from importlib import import_module

from markupsafe import Markup

from pipeline.records.errors import UsageError

FORMATS = ("svg", "png", "pdf")
PNG_SCALE = 2.0
_SIZE = re.compile(r'viewBox="0 0 (?P<width>[0-9.]+) (?P<height>[0-9.]+)"')
_STYLE = (
    "text{font:13px Helvetica,Arial,'DejaVu Sans',sans-serif;fill:#1b1c20}text.note{fill:#5c606b}"
    "text.small{font-size:10.5px}.grid{stroke:#dfe0e4}"
)
_CREATED = re.compile(rb"/CreationDate \(D:[^)]*\)")


def standalone(chart: Markup) -> str:
    """A chart as an SVG file: with its size and type, dark on white.

    Raises:
        ValueError: it is no chart of this package.
    """
    text = str(chart)
    size = _SIZE.search(text)
    if size is None:
        raise ValueError("a chart should begin with its view box")
    width, height = size["width"], size["height"]
    head, _, rest = text.partition(">")
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"></rect>'
    return f'{head} width="{width}" height="{height}"><style>{_STYLE}</style>{ground}{rest}\n'


def chart_file(chart: Markup, format_: str) -> bytes:
    """A chart as the bytes of a file; PNG and PDF by cairosvg. Equal charts give equal bytes with the same Cairo.

    Raises:
        UsageError: the format is none, or cairosvg does not load.
    """
    svg = standalone(chart)
    if format_ == "svg":
        return svg.encode()
    if format_ not in FORMATS:
        raise UsageError(f"{format_!r} is no format of figures; there are {', '.join(FORMATS)}")
    try:
        cairosvg = import_module("cairosvg")
    except (ImportError, OSError) as error:
        raise UsageError(
            f"figures as {format_} need cairosvg and the library cairo (pip install 'mel-toolkit[images]'): {error}"
        ) from error
    if format_ == "png":
        picture: bytes = cairosvg.svg2png(bytestring=svg.encode(), scale=PNG_SCALE)
        return picture
    document: bytes = cairosvg.svg2pdf(bytestring=svg.encode())
    return _CREATED.sub(lambda found: b"/CreationDate (D:20000101000000Z)".ljust(len(found[0])), document)
