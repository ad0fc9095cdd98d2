"""Row types of a data set, and a caption with its mentions."""

from dataclasses import dataclass, field
from enum import StrEnum


class RepairKind(StrEnum):
    """What was wrong with a value of a data set."""

    URL_SCHEME = "url_scheme"
    URL_BRACKETS = "url_brackets"
    URL_HOST = "url_host"
    URL_QUERY = "url_query"
    URL_FRAGMENT = "url_fragment"
    URL_SPELLING = "url_spelling"
    BARE_TITLE = "bare_title"
    TITLE_SPELLING = "title_spelling"
    BAD_TITLE = "bad_title"
    FOREIGN_WIKI = "foreign_wiki"
    NIL_SPELLING = "nil_spelling"
    NO_ENTITY = "no_entity"
    TYPE_ALIAS = "type_alias"
    UNKNOWN_TYPE = "unknown_type"
    SURFACE_EMPTY = "surface_empty"
    SURFACE_TRIMMED = "surface_trimmed"
    SURFACE_FROM_SPAN = "surface_from_span"
    SPAN_MOVED = "span_moved"
    SPAN_AMBIGUOUS = "span_ambiguous"
    SPAN_MISSING = "span_missing"
    SPAN_OVERLAP = "span_overlap"
    THUMBNAIL_WITHOUT_THUMB = "thumbnail_without_thumb"
    THUMBNAIL_WIDTH = "thumbnail_width"
    HASH_MISMATCH = "hash_mismatch"
    IMAGE_URL_UNKNOWN = "image_url_unknown"
    SEVERAL_SPLITS = "several_splits"


@dataclass(frozen=True, slots=True)
class CaptionMention:
    """One mention as the formats know it.

    Attributes:
        surface: Text of the mention.
        start: First code point in the caption; None where the place could not be told.
        end: One after the last; None together with `start`.
        type: Person, Organization …; None where the format has none.
        entity: Title of the gold entity; None for NIL and where it could not be read.
        qid: Wikidata id of the gold entity.
        is_nil: Annotated as not in the knowledge base.
        candidates: Titles given with the mention, best first.
        left_context: Words before the mention as given.
        right_context: Words after it as given.
    """

    surface: str
    start: int | None
    end: int | None
    type: str | None = None
    entity: str | None = None
    qid: str | None = None
    is_nil: bool = False
    candidates: tuple[str, ...] = ()
    left_context: tuple[str, ...] = ()
    right_context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption (or sentence) with its mentions, whatever format it came from.

    Attributes:
        key: Name of the record in its source: the id given, or its number.
        caption: The text.
        mentions: In the source's order.
        image_url: Address of the image after repair; None without image.
        topic: The source's topic; None where the format has none.
        source_title: Name of the document where the format gives one.
        image_file: Name of the source's local image file where it gives one.
        split: train, valid, test …; '' until known.
    """

    key: str
    caption: str
    mentions: tuple[CaptionMention, ...] = field(default=())
    image_url: str | None = None
    topic: str | None = None
    source_title: str | None = None
    image_file: str | None = None
    split: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of `pairs/`: an image with its caption."""

    pair_id: str
    split: str
    article_id: int | None
    article_title: str | None
    date: str | None
    topic: str | None
    caption: str
    image_id: str | None
    image_url: str | None
    sha256: str | None
    perceptual_hash: str | None
    credit: str | None
    licence: str | None
    source_key: str


@dataclass(frozen=True, slots=True)
class DatasetMention:
    """One row of `mentions/`: a mention with its gold entity."""

    mention_id: str
    pair_id: str
    split: str
    caption: str
    surface: str
    start: int | None
    end: int | None
    type: str | None
    entity_id: int | None
    entity: str | None
    qid: str | None
    is_nil: bool
    topic: str | None
    image_id: str | None
    visual_clues: tuple[str, ...] | None
    ambiguity: int | None
    provenance: str


@dataclass(frozen=True, slots=True)
class GivenCandidate:
    """One row of `given_candidates/`: a candidate that the source itself lists."""

    mention_id: str
    split: str
    rank: int
    entity: str
    is_gold: bool


@dataclass(frozen=True, slots=True)
class Repair:
    """One row of `repairs/`: a value that was mended, or a fault that stays.

    Attributes:
        file: Name of the source file.
        record: Number of the record in it, from 0.
        mention: Number of the mention in the record, from 0; None for the record itself.
        item: Number of the repair in its record, from 0.
        field: Name of the field in the source.
        kind: A `RepairKind`.
        before: The value as read.
        after: The value used; None where the fault stays.
    """

    file: str
    record: int
    item: int
    mention: int | None
    field: str
    kind: str
    before: str
    after: str | None
