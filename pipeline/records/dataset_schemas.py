"""The Arrow schemas of a data set, each column with its meaning."""

import pyarrow as pa

from pipeline.records.schemas import Column, Schema

_I64 = pa.int64()
_I32 = pa.int32()
_TEXT = pa.string()
_BOOL = pa.bool_()
_TEXTS = pa.list_(pa.field("element", pa.string(), nullable=False))


def _up(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, "ascending") for name in names)


_PAIR_ID = Column("pair_id", _TEXT, "Stable id of the image-caption pair")
_MENTION_ID = Column("mention_id", _TEXT, "pair_id, a dash and the number of the mention")
_SPLIT = Column("split", _TEXT, "train, valid, test or another name; the folder's too")
_TOPIC = Column("topic", _TEXT, "Topic; null where the source has none", nullable=True)
_CAPTION = Column("caption", _TEXT, "Text of the caption")
_IMAGE_ID = Column("image_id", _TEXT, "Hash of wiki and file title; null without image", nullable=True)

PAIRS = Schema(
    "dataset_pairs", 1, "Image-caption pairs of a data set, by split",
    (
        _PAIR_ID, _SPLIT,
        Column("article_id", _I64, "Page id of the article; null where the source does not say", nullable=True),
        Column("article_title", _TEXT, "Title of the article or document", nullable=True),
        Column("date", _TEXT, "Date of the article (ISO)", nullable=True),
        _TOPIC, _CAPTION, _IMAGE_ID,
        Column("image_url", _TEXT, "Address of the image file, repaired", nullable=True),
        Column("sha256", _TEXT, "Digest of the image file", nullable=True),
        Column("perceptual_hash", _TEXT, "Perceptual hash of the image", nullable=True),
        Column("credit", _TEXT, "Credit line taken off the caption", nullable=True),
        Column("licence", _TEXT, "Licence of the caption", nullable=True),
        Column("source_key", _TEXT, "Name of the record in its source"),
    ),
    ("pair_id", "split"), _up("pair_id", "split"),
)  # fmt: skip
DATASET_MENTIONS = Schema(
    "dataset_mentions", 1, "Mentions of a data set with their gold entities, by split",
    (
        _MENTION_ID, _PAIR_ID, _SPLIT, _CAPTION,
        Column("surface", _TEXT, "Text of the mention"),
        Column("start", _I32, "First code point in the caption; null where it is ambiguous", nullable=True),
        Column("end", _I32, "One after the last code point; null together with start", nullable=True),
        Column("type", _TEXT, "One of the paper's seven, or the source's own; null without", nullable=True),
        Column("entity_id", _I64, "Page id of the gold entity; null for NIL and before look-up", nullable=True),
        Column("entity", _TEXT, "Title of the gold entity; null for NIL and where unreadable", nullable=True),
        Column("qid", _TEXT, "Wikidata id of the gold entity", nullable=True),
        Column("is_nil", _BOOL, "Annotated as not in the knowledge base"),
        _TOPIC, _IMAGE_ID,
        Column("visual_clues", _TEXTS, "Kinds of clue that the image gives", nullable=True),
        Column("ambiguity", _I32, "Number of entities the surface can mean", nullable=True),
        Column("provenance", _TEXT, "Where the label comes from: import:FORMAT or gold"),
    ),
    ("mention_id", "split"), _up("mention_id", "split"),
)  # fmt: skip
GIVEN_CANDIDATES = Schema(
    "given_candidates", 1, "Candidates that the source itself lists for a mention",
    (
        _MENTION_ID, _SPLIT,
        Column("rank", _I32, "From 0, best first"),
        Column("entity", _TEXT, "Title of the candidate"),
        Column("is_gold", _BOOL, "Whether it is the gold entity; false for NIL"),
    ),
    ("mention_id", "split", "rank"), _up("mention_id", "split", "rank"),
)  # fmt: skip
REPAIRS = Schema(
    "repairs", 1, "Values of the source that were mended, and faults that stay",
    (
        Column("file", _TEXT, "Name of the source file"),
        Column("record", _I64, "Number of the record in the file, from 0"),
        Column("item", _I32, "Number of the repair in its record, from 0"),
        Column("mention", _I32, "Number of the mention in the record; null for the record itself", nullable=True),
        Column("field", _TEXT, "Field of the source"),
        Column("kind", _TEXT, "What was wrong"),
        Column("before", _TEXT, "Value as read"),
        Column("after", _TEXT, "Value used; null where the fault stays", nullable=True),
    ),
    ("file", "record", "item"), _up("file", "record", "item"),
)  # fmt: skip
