"""What a split needs to know of a pair."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from annotation.tokens import words
from pipeline.formats.dataset_rows import mention_rows, pair_row
from pipeline.formats.reading import Reading
from pipeline.records.dataset import DatasetMention, Pair, RepairKind

ARTICLE, IMAGE, IMAGE_URL, CAPTION, ENTITY, PAIR = "article", "image", "image_url", "caption", "entity", "pair"
NEAR_CAPTION, NEAR_IMAGE = "near_caption", "near_image"
URL_REPAIRS = frozenset(
    {RepairKind.THUMBNAIL_WITHOUT_THUMB, RepairKind.THUMBNAIL_WIDTH, RepairKind.HASH_MISMATCH, RepairKind.URL_SCHEME}
)
"""Kinds of repair that change the address of an image."""


@dataclass(frozen=True, slots=True)
class SplitPair:
    """A pair with all that it may share with others.

    Attributes:
        pair_id: Its id.
        caption: Text.
        keys: (kind, value): pairs with an equal key of a kind leak into each other.
        entities: Gold entities, one a mention; NIL left out.
        surfaces: Casefolded surfaces, one a mention.
        features: (feature, value), one for each time it occurs: topic, type, nil, year …
        perceptual_hash: 64-bit hash of the image, 16 hexadecimal digits.
    """

    pair_id: str
    caption: str
    keys: tuple[tuple[str, str], ...] = ()
    entities: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    features: tuple[tuple[str, str], ...] = ()
    perceptual_hash: str | None = None

    @property
    def n_mentions(self) -> int:
        """Mentions of the caption."""
        return len(self.surfaces)

    def values(self, kind: str) -> tuple[str, ...]:
        """All keys of a kind."""
        if kind == PAIR:
            return (self.pair_id,)
        if kind == ENTITY:
            return self.entities
        return tuple(value for name, value in self.keys if name == kind)


def caption_key(caption: str) -> str:
    """The words of a caption: equal up to case, punctuation and space; the caption itself where it has none."""
    return " ".join(words(caption)) or caption


def split_pair(pair: Pair, mentions: Sequence[DatasetMention], *, written_url: str | None = None) -> SplitPair:
    """A row of `pairs/` with its rows of `mentions/`.

    `written_url` is the image's address as its source has it, where that was repaired.
    """
    url = written_url or pair.image_url
    keys = [
        (ARTICLE, str(pair.article_id) if pair.article_id is not None else pair.article_title),
        (IMAGE, pair.image_id),
        (IMAGE, pair.sha256),
        (IMAGE_URL, url),
        (CAPTION, caption_key(pair.caption)),
    ]
    return SplitPair(
        pair_id=pair.pair_id,
        caption=pair.caption,
        keys=tuple((kind, value) for kind, value in keys if value),
        entities=tuple(one.entity or one.qid or "" for one in mentions if one.entity or one.qid),
        surfaces=tuple(one.surface.casefold() for one in mentions),
        features=tuple(_features(pair, mentions)),
        perceptual_hash=pair.perceptual_hash,
    )


def split_pairs(
    pairs: Iterable[Pair], mentions: Iterable[DatasetMention], written: Mapping[str, str] | None = None
) -> list[SplitPair]:
    """Rows of a data set, in the order of `pairs`; `written`: pair id -> address of its image before repairs."""
    of_pair: dict[str, list[DatasetMention]] = {}
    for mention in mentions:
        of_pair.setdefault(mention.pair_id, []).append(mention)
    urls = written or {}
    return [split_pair(pair, of_pair.get(pair.pair_id, []), written_url=urls.get(pair.pair_id)) for pair in pairs]


def pairs_of_reading(reading: Reading, source: str) -> dict[str, SplitPair]:
    """Captions of an imported file by their key."""
    written = _written_urls(reading)
    found = {}
    for number, caption in enumerate(reading.captions):
        row = pair_row(caption, source, None)
        found[caption.key] = split_pair(row, list(mention_rows(caption, source)), written_url=written.get(number))
    return found


def _features(pair: Pair, mentions: Sequence[DatasetMention]) -> Iterable[tuple[str, str]]:
    if pair.topic:
        yield "topic", pair.topic
    if pair.date:
        yield "year", pair.date[:4]
    for one in mentions:
        if one.type:
            yield "type", one.type
        yield "nil", "NIL" if one.is_nil else "linked"
        if one.ambiguity is not None:
            yield "ambiguity", bucket(one.ambiguity)


BUCKETS = ((0, 0, "0"), (1, 1, "1"), (2, 5, "2-5"), (6, 10, "6-10"), (11, 20, "11-20"), (21, 50, "21-50"))
"""Candidates of a mention, as in Figure 4(b) of the paper."""
LAST_BUCKET = "> 50"


def bucket(n_candidates: int) -> str:
    """The class of Figure 4(b) for a number of candidates."""
    return next((name for low, high, name in BUCKETS if low <= n_candidates <= high), LAST_BUCKET)


def _written_urls(reading: Reading) -> Mapping[int, str]:
    """Number of a record -> its image address before repairs."""
    return {
        one.record: one.before
        for one in reversed(reading.repairs)
        if one.mention is None and one.kind in URL_REPAIRS and one.field != "entity_url"
    }
