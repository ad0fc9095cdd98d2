"""Figures of a data set that papers and reference pages give."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records.dataset import Caption
from pipeline.titles.words import MIN_WORDS, count_words


@dataclass(frozen=True, slots=True)
class CaptionStatistics:
    """Counts over captions and their mentions; words are runs of letters, digits and underscores."""

    captions: int
    mentions: int
    entities: int
    nil: int
    with_image: int
    words: int
    too_short: int
    unplaced: int

    @property
    def words_per_caption(self) -> float:
        """Mean words of a caption; 0 without captions."""
        return self.words / self.captions if self.captions else 0.0

    @property
    def mentions_per_caption(self) -> float:
        """Mean mentions of a caption; 0 without captions."""
        return self.mentions / self.captions if self.captions else 0.0


def caption_statistics(captions: Sequence[Caption]) -> CaptionStatistics:
    """Count `captions`."""
    words = [count_words(caption.caption) for caption in captions]
    mentions = [mention for caption in captions for mention in caption.mentions]
    return CaptionStatistics(
        captions=len(captions),
        mentions=len(mentions),
        entities=len({mention.entity for mention in mentions if mention.entity is not None}),
        nil=sum(mention.is_nil for mention in mentions),
        with_image=sum(caption.image_url is not None for caption in captions),
        words=sum(words),
        too_short=sum(count < MIN_WORDS for count in words),
        unplaced=sum(mention.start is None for mention in mentions),
    )
