"""Gold labels and candidates named by the catalog in use."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from modeling.data.entities import EntityCatalog, KbCatalog
from modeling.data.mentions import Mention
from modeling.data.ranking import NO_ENTITY, Ids
from pipeline.records import schemas
from pipeline.records.manifest import open_artifact, read_groups


def link_mentions(mentions: Sequence[Mention], entities: EntityCatalog) -> list[Mention]:
    """The mentions with `entity_id` as the catalog has it: the page that the gold title ends at, redirects followed.

    A data set's own page ids may be those of another wiki or date, so the title decides; the id stays only where there
    is no title. None where the catalog lacks the entity.
    """
    ids: dict[str, int | None] = {}
    linked = []
    for mention in mentions:
        title, id_ = mention.entity, mention.entity_id
        if title is not None:
            if title not in ids:
                ids[title] = entities.find(title)
            id_ = ids[title]
        linked.append(replace(mention, entity_id=None if mention.is_nil else id_))
    return linked


def titles_of(ids: Ids, entities: EntityCatalog) -> dict[int, str]:
    """Entity id -> title for all of `ids` that the catalog holds; `NO_ENTITY` may be among them.

    Of a knowledge base only ids and titles are read, once through: millions of leads would be slow.
    """
    wanted = np.unique(ids[ids != NO_ENTITY])
    if not isinstance(entities, KbCatalog):
        return {id_: one.title for id_, one in entities.get(wanted.tolist()).items()}
    found: dict[int, str] = {}
    for path in open_artifact(entities.folder / schemas.ENTITIES.name, schemas.ENTITIES).paths:
        for table in read_groups(path, ("entity_id", "title")):
            column = table["entity_id"].to_numpy()
            rows = np.flatnonzero(np.isin(column, wanted))
            if len(rows):
                found |= dict(zip(column[rows].tolist(), table["title"].take(rows).to_pylist(), strict=True))
    return found
