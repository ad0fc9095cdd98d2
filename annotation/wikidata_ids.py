"""Wikidata ids of entities, from a knowledge base."""

from collections.abc import Callable
from pathlib import Path

from pipeline.kb.entities import EntityStore
from pipeline.kb.store import MentionStore


def qids_of(kb: Path) -> Callable[[str], str | None]:
    """Title of an entity -> its Wikidata id; None where the knowledge base does not know it.

    Raises:
        ArtifactError: the knowledge base is missing, unfinished or damaged.
    """
    titles, entities = MentionStore.open(kb), EntityStore.open(kb)

    def find(title: str) -> str | None:
        hit = titles.find_title(title)
        if hit is None or hit.entity_id is None:
            return None
        entity = entities.get([hit.entity_id]).get(hit.entity_id)
        return entity.qid if entity is not None else None

    return find
