"""Mentions for training that nobody labelled: entities by their titles."""

import re
from itertools import chain

from modeling.data.entities import EntityCatalog, IndexedEntity
from modeling.data.entity_samples import EntitySample
from modeling.data.mentions import Mention

_QUALIFIER = re.compile(r" \([^()]*\)$|, .*$")
_SENTENCE = re.compile(r".*?[.!?](?=\s|$)", re.DOTALL)


def title_mentions(entities: EntityCatalog, most: int, seed: int = 0) -> list[Mention]:
    """Each entity meant by its bare title, in the first sentence of its own text: weak supervision without labels.

    Of a larger catalog `most` entities are drawn: all mentions are held in memory, about 1 KB each.
    """
    rows = chain.from_iterable(EntitySample(entities, most, seed).batches(1024))
    return [found for entity in rows if (found := _title_mention(entity))]


def _title_mention(entity: IndexedEntity) -> Mention | None:
    surface = _QUALIFIER.sub("", entity.title)
    match = _SENTENCE.match(entity.text)
    sentence = (match.group() if match else entity.text).strip()
    if not surface or not sentence:
        return None
    rest = sentence.removeprefix(entity.title).removeprefix(surface)
    caption = surface + (rest if rest != sentence else f": {sentence}")
    name = f"title-{entity.entity_id}"
    end = len(surface)
    return Mention(
        name, name, "weak", caption, surface, 0, end, None, entity.entity_id, entity.title, False, None, None, None
    )  # fmt: skip
