"""What a knowledge base adds to gold mentions: entity ids and ambiguity."""

from collections.abc import Iterable
from dataclasses import replace

from pipeline.kb.store import MentionStore
from pipeline.records.dataset import DatasetMention

_MOST = 1_000


def with_entities(mentions: Iterable[DatasetMention], store: MentionStore) -> list[DatasetMention]:
    """The mentions with the id of their entity, its title behind redirects, and how many entities the surface can mean.

    An entity that the knowledge base lacks keeps its title and has no id.
    """
    n_candidates: dict[str, int] = {}
    found = []
    for row in mentions:
        if row.surface not in n_candidates:
            n_candidates[row.surface] = len(store.lookup(row.surface, _MOST))
        hit = store.find_title(row.entity) if row.entity is not None else None
        found.append(
            replace(
                row,
                entity_id=hit.entity_id if hit is not None else row.entity_id,
                entity=hit.entity if hit is not None else row.entity,
                ambiguity=n_candidates[row.surface],
            )
        )
    return found
