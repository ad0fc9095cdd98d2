"""The Arrow schemas of the corpus: articles and pairs."""

import pyarrow as pa

from pipeline.records.schemas import Column, Schema

_I64 = pa.int64()
_I32 = pa.int32()
_TEXT = pa.string()
_TIME = pa.timestamp("ms", tz="UTC")
_TEXTS = pa.list_(pa.field("element", pa.string(), nullable=False))
CAPTION_LINK = pa.struct(
    [
        pa.field("start", _I32, nullable=False),
        pa.field("end", _I32, nullable=False),
        pa.field("surface", _TEXT, nullable=False),
        pa.field("target", _TEXT, nullable=False),
        pa.field("wiki", _TEXT, nullable=False),
    ]
)
"""One link of a caption: code points start to end are `surface`; `target` is a title key of `wiki`."""

_ARTICLE_ID = Column("article_id", _I64, "Id of the article's page in the news wiki")
_DATE = Column("date", _TIME, "Day of the article, at midnight UTC", nullable=True)
_TOPIC = Column("topic", _TEXT, "One of the ten topics, '' when none applies")
_REVISION = Column("revision_id", _I64, "Revision that was read", nullable=True)

NEWS_ARTICLES = Schema(
    "articles", 1, "Articles of a news wiki",
    (
        _ARTICLE_ID,
        Column("title", _TEXT, "Title key"),
        _DATE,
        Column("date_evidence", _TEXT, "Where the date was read, '' when there is none"),
        Column("status", _TEXT, "published, developing, review, disputed, abandoned or unmarked"),
        Column("categories", _TEXTS, "Category titles in document order"),
        _TOPIC,
        Column("topic_evidence", _TEXT, "What decided the topic, ties and unmapped categories by name"),
        _REVISION,
        Column("url", _TEXT, "Address of the article"),
        Column("licence", _TEXT, "Licence of its text, '' when unknown"),
    ),
    ("article_id",), (("article_id", "ascending"),),
)  # fmt: skip

_PAIR_ID = Column("pair_id", _TEXT, "16 hex digits: hash of wiki, article, file title and caption")
_ARTICLE_TITLE = Column("article_title", _TEXT, "Title key of the article")
_POSITION = Column("position", _I32, "Document order in the article, from 0")
_IMAGE_ID = Column("image_id", _TEXT, "16 hex digits: hash of wiki and file title")
_FILE_TITLE = Column("file_title", _TEXT, "File title without prefix")
_CAPTION = Column("caption", _TEXT, "Caption as a reader sees it, without credit unless all of it reads as one")
_CAPTION_LINKS = Column(
    "caption_links", pa.list_(pa.field("element", CAPTION_LINK, nullable=False)),
    "Links with their spans in the caption",
)  # fmt: skip
_CREDIT = Column("credit", _TEXT, "Credit that stood in the caption, '' when none")

RAW_PAIRS = Schema(
    "raw_pairs", 1, "Images with their captions of all articles, before any rule",
    (
        _ARTICLE_ID, _POSITION, _PAIR_ID, _ARTICLE_TITLE, _DATE, _TOPIC, _IMAGE_ID, _FILE_TITLE, _CAPTION,
        _CAPTION_LINKS, _CREDIT, _REVISION,
        Column("unknown_templates", _TEXTS, "Templates in the caption that no table knows, sorted"),
    ),
    ("article_id", "position"), (("article_id", "ascending"), ("position", "ascending")),
)  # fmt: skip

LOCAL_FILES = Schema(
    "local_files", 1, "Files with a page in the news wiki itself: its own uploads",
    (Column("page_id", _I64, "Id of the file's page"), _FILE_TITLE), ("page_id",), (("page_id", "ascending"),),
)  # fmt: skip

PAIRS = Schema(
    "pairs", 1, "Images with their captions, dropped ones included",
    (
        _PAIR_ID, _ARTICLE_ID, _ARTICLE_TITLE, _DATE, _TOPIC, _POSITION, _IMAGE_ID, _FILE_TITLE,
        Column("image_url", _TEXT, "Address of the original: the wiki's own where it has a page for it, else Commons"),
        _CAPTION, _CAPTION_LINKS, _CREDIT,
        Column("n_words", _I32, "Runs of word characters in the caption"),
        _REVISION,
        Column("status", _TEXT, "kept, review or dropped"),
        Column("reasons", _TEXTS, "Rules that spoke, with the matched term where there is one"),
    ),
    # A pair written twice in one article has one id; position tells the rows apart.
    ("article_id", "position"), (("article_id", "ascending"), ("position", "ascending")),
)  # fmt: skip
