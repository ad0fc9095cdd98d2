"""Small pictures for pages."""

import io

THUMBNAIL_SIDE_PX = 200
THUMBNAIL_BYTES_MAX = 12_000
_QUALITIES = (78, 60, 40, 20)
_SIGNATURES = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)
_BACKGROUND = (255, 255, 255)


def make_thumbnail(image_bytes: bytes, side_px: int = THUMBNAIL_SIDE_PX) -> bytes | None:
    """A JPEG of at most `side_px` and about `THUMBNAIL_BYTES_MAX`; None for what cannot be read.

    Only for pictures that `pipeline.images` made: it decodes in this process. The same bytes give the same thumbnail
    with the same Pillow.
    """
    from PIL import Image  # noqa: PLC0415 - Pillow is an extra, and pages without pictures need none

    try:
        with Image.open(io.BytesIO(image_bytes), formats=("JPEG", "PNG")) as image:
            image.draft("RGB", (side_px * 2, side_px * 2))  # a JPEG is decoded at a fraction of its size
            small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    small.thumbnail((side_px, side_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if small.mode == "RGBA":
        ground = Image.new("RGB", small.size, _BACKGROUND)
        ground.paste(small, mask=small.getchannel("A"))
        small = ground
    for quality in _QUALITIES:
        written = io.BytesIO()
        small.save(written, "JPEG", quality=quality, optimize=True)
        if written.tell() <= THUMBNAIL_BYTES_MAX:
            break
    return written.getvalue()


def picture_type(content: bytes) -> str:
    """The media type of a JPEG, PNG, GIF or WebP by its first bytes, '' for anything else."""
    return next((kind for mark, place, kind in _SIGNATURES if content[place : place + len(mark)] == mark), "")
