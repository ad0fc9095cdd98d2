"""The perceptual hash: 64-bit dHash."""

from PIL import Image

_COLUMNS, _ROWS = 9, 8


def perceptual_hash(picture: Image.Image) -> str:
    """Difference hash as 16 hexadecimal digits (N. Krawetz, "Kind of Like That", 2013).

    The picture in grey (ITU-R 601 luma) is averaged down to 9 x 8; bit 63 - (8 * row + column) is 1
    where a cell is darker than its right neighbour.
    """
    grey = picture.convert("L").resize((_COLUMNS, _ROWS), Image.Resampling.BOX)
    cells = grey.tobytes()
    bits = 0
    for row in range(_ROWS):
        for column in range(_COLUMNS - 1):
            at = row * _COLUMNS + column
            bits = bits << 1 | (cells[at] < cells[at + 1])
    return f"{bits:016x}"


def hash_distance(one: str, other: str) -> int:
    """How many of the 64 bits differ; about 10 and less means the same picture."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
