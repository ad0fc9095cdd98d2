"""Captions as rows of the data-set artifacts."""

import hashlib
from collections.abc import Iterator

from pipeline.records.dataset import Caption, DatasetMention, GivenCandidate, Pair
from pipeline.records.digest import image_id
from pipeline.records.errors import PageError
from pipeline.titles.file_urls import read_upload_url, wiki_of


def pair_id(caption: Caption, source: str) -> str:
    """16 hex digits that name a pair: hash of source, key, caption and image; the same in every split."""
    parts = (source, caption.key, caption.caption, caption.image_url or "")
    return hashlib.blake2b("\x00".join(parts).encode(), digest_size=8).hexdigest()


def pair_row(caption: Caption, source: str, licence: str | None) -> Pair:
    """The pair of a caption; what the source does not say stays null."""
    return Pair(
        pair_id=pair_id(caption, source),
        split=caption.split,
        article_id=None,
        article_title=caption.source_title,
        date=None,
        topic=caption.topic,
        caption=caption.caption,
        image_id=_image_id(caption),
        image_url=caption.image_url,
        sha256=None,
        perceptual_hash=None,
        credit=None,
        licence=licence,
        source_key=caption.key,
    )


def mention_rows(caption: Caption, source: str) -> Iterator[DatasetMention]:
    """One row a mention, numbered in the source's order."""
    pair, image = pair_id(caption, source), _image_id(caption)
    for number, mention in enumerate(caption.mentions):
        yield DatasetMention(
            mention_id=_mention_id(pair, number),
            pair_id=pair,
            split=caption.split,
            caption=caption.caption,
            surface=mention.surface,
            start=mention.start,
            end=mention.end,
            type=mention.type,
            entity_id=None,
            entity=mention.entity,
            qid=mention.qid,
            is_nil=mention.is_nil,
            topic=caption.topic,
            image_id=image,
            visual_clues=None,
            ambiguity=None,
            provenance=f"import:{source}",
        )


def candidate_rows(caption: Caption, source: str) -> Iterator[GivenCandidate]:
    """One row for each candidate that the source lists."""
    pair = pair_id(caption, source)
    for number, mention in enumerate(caption.mentions):
        for rank, entity in enumerate(mention.candidates):
            is_gold = entity == mention.entity
            yield GivenCandidate(_mention_id(pair, number), caption.split, rank, entity, is_gold)


def _mention_id(pair: str, number: int) -> str:
    return f"{pair}-{number:03}"


def _image_id(caption: Caption) -> str | None:
    """Id of the image; null without image and for addresses that name no file.

    Old versions, and files whose folders are not those of their name, are other images than the file of that name.
    """
    if caption.image_url is None:
        return None
    try:
        address = read_upload_url(caption.image_url)
    except PageError:
        return None
    title = address.title if address.is_hashed_right else f"{address.hash_dirs}/{address.title}"
    return image_id(wiki_of(address.repo), f"{address.archived}!{title}" if address.archived else title)
