"""What a file's name tells of its content: still image, video, sound."""

STILL_EXTENSIONS = frozenset({"jpg", "jpeg", "png", "svg", "gif", "tif", "tiff", "webp", "xcf", "bmp"})
"""Endings of files that show a picture; `.ogg` is no such file, most of them are sound."""


def is_still_image(file_title: str) -> bool:
    """Whether a file title ends like a picture, not like a video, a document or sound."""
    return file_title.rpartition(".")[2].lower() in STILL_EXTENSIONS
