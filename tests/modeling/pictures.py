"""Small pictures of shapes, and artifacts that hold them."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

from pipeline.records.images_schemas import IMAGES
from tests.support.annotation_server import image_row
from tests.support.projects import write_artifact

COLOURS = ("red", "green", "blue", "orange", "purple", "black", "teal", "brown")


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def shape(colour: str, *, round_: bool = True, at: int = 8, side: int = 32, ground: str = "white") -> bytes:
    """A disc or square of a colour."""
    picture = Image.new("RGB", (48, 40), ground)
    draw = ImageDraw.Draw(picture)
    box = (at, 4, at + side - 8, side - 4)
    (draw.ellipse if round_ else draw.rectangle)(box, fill=colour)
    return png(picture)


def image_artifact(folder: Path, pictures: dict[str, bytes | None]) -> Path:
    """An images artifact; None for a picture that is missing."""
    rows = [image_row(id_, f"{id_}.png", content) for id_, content in sorted(pictures.items())]
    write_artifact(folder / "images", IMAGES, rows)
    return folder
