"""What a file's name tells of its content: still image, video, sound."""

STILL_EXTENSIONS = frozenset({"jpg", "jpeg", "png", "svg", "gif", "tif", "tiff", "webp", "xcf", "bmp"})
"""Endings of files that show a picture; `.ogg` is no such file, most of them are sound."""
FILM_EXTENSIONS = frozenset({"ogv", "webm", "ogg", "mpg", "mpeg", "mp4", "mov"})
"""Endings of files that may be films, `.ogg` among them."""
OTHER = "other"
_ENDING_CHARS = 5


def is_still_image(file_title: str) -> bool:
    """Whether a file title ends like a picture, not like a video, a document or sound."""
    return extension(file_title) in STILL_EXTENSIONS


def may_be_film(file_title: str) -> bool:
    """Whether a file title ends as films do."""
    return extension(file_title) in FILM_EXTENSIONS


def extension(file_title: str) -> str:
    """What stands behind the last full stop, in lower case; '' without one."""
    return file_title.rpartition(".")[2].lower() if "." in file_title else ""


def kind_by_name(file_title: str) -> str:
    """A word to count a file under: its ending, or `other` where that is none of a usual form."""
    ending = extension(file_title)
    is_usual = ending.isascii() and ending.isalnum() and len(ending) <= _ENDING_CHARS
    return ending if is_usual else OTHER
