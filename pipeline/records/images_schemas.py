"""The Arrow schemas of the image job: wanted files and images."""

import pyarrow as pa

from pipeline.records.schemas import Column, Schema

_I32 = pa.int32()
_I64 = pa.int64()
_TEXT = pa.string()
_BOOL = pa.bool_()
_IMAGE_ID = Column("image_id", _TEXT, "16 hex digits: hash of wiki and file title")
_FILE_TITLE = Column("file_title", _TEXT, "File title without prefix")

WANTED_IMAGES = Schema(
    "wanted_images", 2, "Files that the image job is to get",
    (
        _IMAGE_ID,
        Column("wiki", _TEXT, "Wiki that uses the file; unless `repo` is known, its own files are tried after Commons"),
        _FILE_TITLE,
        Column("n_uses", _I64, "Pairs or entities that show the file"),
        Column("caption", _TEXT, "Caption of the first use, '' when none"),
        Column("used_by", _TEXT, "Title of the article of the first use, or id of the entity"),
        Column("repo", _TEXT, "Folder on the upload host that is known to have the file; '' = not known"),
    ),
    ("image_id",), (("image_id", "ascending"),),
)  # fmt: skip

IMAGES = Schema(
    "images", 1, "Every wanted file: one clean picture, or the reason why there is none",
    (
        _IMAGE_ID,
        Column("repo", _TEXT, "Folder on the upload host: wikipedia/commons, wikinews/en …; '' unknown"),
        _FILE_TITLE,
        Column("source_url", _TEXT, "Address of the bytes that were read; file:NAME below --source-dir; '' when none"),
        Column("outcome", _TEXT, "ok, missing, failed or withheld"),
        Column("reason", _TEXT, "Short name of what went wrong, '' when ok"),
        Column("message", _TEXT, "The same in a sentence"),
        Column("original_format", _TEXT, "By content: jpg, png, apng, gif, webp, tif, svg, ogg, webm, mp4, mpeg"),
        Column("original_width_px", _I32, "Width of the file that was read, as shown; 0 unknown"),
        Column("original_height_px", _I32, "Height of the same"),
        Column("source_sha256", _TEXT, "SHA-256 of the file that was read, '' when none"),
        Column("source_size_bytes", _I64, "Its size"),
        Column("width_px", _I32, "Width of the picture, 0 when there is none"),
        Column("height_px", _I32, "Height of the picture"),
        Column("format", _TEXT, "jpg or png, '' when there is no picture"),
        Column("image_bytes", pa.binary(), "The picture: RGB, without metadata", nullable=True),
        Column("size_bytes", _I64, "Its size"),
        Column("sha256", _TEXT, "SHA-256 of the picture, '' when there is none"),
        Column("perceptual_hash", _TEXT, "64-bit difference hash as 16 hex digits, '' when there is no picture"),
        Column("frame_index", _I32, "Frame of an animation or page of a tif that was taken, from 0", nullable=True),
        Column("frame_time_s", pa.float64(), "Moment of a video that was taken, in seconds", nullable=True),
        Column("is_video", _BOOL, "The file is a video"),
        Column("is_override", _BOOL, "A person named the moment (--frames)"),
        Column("background", _TEXT, "Colour under what was transparent, #rrggbb", nullable=True),
        Column("steps", _TEXT, "What was done to the pixels, in order, by spaces"),
        Column("backend", _TEXT, "Libraries that decoded, with versions"),
        Column("licence", _TEXT, "Short names of the licences, by ' / '", nullable=True),
        Column("author", _TEXT, "Whom to name, as plain text", nullable=True),
        Column("description_url", _TEXT, "The page that says so", nullable=True),
        Column("redistributable", _BOOL, "May be passed on, changed, for any purpose; null unknown", nullable=True),
    ),
    ("image_id",), (("image_id", "ascending"),), payloads=("image_bytes",),
)  # fmt: skip
