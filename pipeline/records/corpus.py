"""Row types of the corpus; columns are described in `corpus_schemas`."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

PAIR_KEPT, PAIR_REVIEW, PAIR_DROPPED = "kept", "review", "dropped"


@dataclass(frozen=True, slots=True)
class NewsArticle:
    """One article of a news wiki."""

    article_id: int
    title: str
    date: datetime | None
    date_evidence: str
    status: str
    categories: tuple[str, ...]
    topic: str
    topic_evidence: str
    revision_id: int | None
    url: str
    licence: str


@dataclass(frozen=True, slots=True)
class CaptionLink:
    """A link in a caption: caption[start:end] == surface, in code points."""

    start: int
    end: int
    surface: str
    target: str
    wiki: str


@dataclass(frozen=True, slots=True)
class RawPair:
    """One image with its caption as an article shows it, before any rule; named like `Pair`."""

    article_id: int
    position: int
    pair_id: str
    article_title: str
    date: datetime | None
    topic: str
    image_id: str
    file_title: str
    caption: str
    caption_links: tuple[CaptionLink, ...]
    credit: str
    revision_id: int | None
    unknown_templates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that has a page in the news wiki itself."""

    page_id: int
    file_title: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One image with its caption, as an article shows it."""

    pair_id: str
    article_id: int
    article_title: str
    date: datetime | None
    topic: str
    position: int
    image_id: str
    file_title: str
    image_url: str
    caption: str
    caption_links: tuple[CaptionLink, ...]
    credit: str
    n_words: int
    revision_id: int | None
    status: str
    reasons: tuple[str, ...]


def pair_id(wiki: str, article_id: int, file_title: str, caption_key: str) -> str:
    """16 hex digits that name a pair, the same in every run; `caption_key` is the caption's surface key."""
    text = f"{wiki}\n{article_id}\n{file_title}\n{caption_key}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
