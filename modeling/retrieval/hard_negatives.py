"""Entities that look like the gold entity and are not."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from modeling.data.entities import EntityCatalog, IndexedEntity, KbCatalog
from modeling.data.mentions import Mention
from modeling.data.ranking import NO_ENTITY, Ids, Ranking
from modeling.retrieval.blink_encoder import BiEncoder
from modeling.retrieval.dense import Vectors, search_vectors
from modeling.retrieval.dense_files import VectorFolder
from modeling.retrieval.encoding import Batches, encode_entities

_MINED_FROM = 64


def negatives_of(gold: Sequence[int], rankings: Sequence[Ranking], n: int) -> Ids:
    """(N, n) candidates that are not gold, taken from the rankings in turn, best first; `NO_ENTITY` where they end."""
    found = np.full((len(gold), n), NO_ENTITY)
    for row, own in enumerate(gold):
        lists = [ranking.ids[row, : int(ranking.lengths[row])].tolist() for ranking in rankings]
        mixed = dict.fromkeys(id_ for rank in _by_rank(lists) for id_ in rank if id_ != own)
        chosen = list(mixed)[:n]
        found[row, : len(chosen)] = chosen
    return found


def own_candidates(
    encoder: BiEncoder, mentions: Sequence[Mention], entities: Batches, folder: Path, shard_rows: int
) -> Ranking:
    """The best entities of each mention by the towers as they are; finished shards of vectors in `folder` are kept."""

    def encode(batch: Sequence[IndexedEntity]) -> tuple[Ids, Vectors]:
        return np.array([one.entity_id for one in batch]), encoder.encode_entities(batch)

    folder.mkdir(exist_ok=True)
    encode_entities(folder, entities, encode, shard_rows=shard_rows)
    vectors = VectorFolder(folder / "vectors", encoder.width)
    k, device = min(_MINED_FROM, len(entities)), str(encoder.mention.model.device)
    return search_vectors(encoder.encode_mentions(mentions), vectors, k, device=device)


def prior_candidates(entities: EntityCatalog, mentions: Sequence[Mention], k: int) -> Ranking | None:
    """What the surfaces mean by P(e|m); None where the entities come from no knowledge base."""
    if not isinstance(entities, KbCatalog):
        return None
    ids, scores = np.full((len(mentions), k), NO_ENTITY), np.full((len(mentions), k), -np.inf, np.float32)
    answers = entities.store.lookup_many((mention.surface for mention in mentions), k)
    for row, candidates in enumerate(answers):
        articles = [id_ for id_ in candidates.entity_ids if id_ >= 0]
        ids[row, : len(articles)] = articles
        scores[row, : len(articles)] = -np.arange(len(articles))
    return Ranking(ids, scores)


def _by_rank(lists: list[list[int]]) -> list[list[int]]:
    longest = max((len(one) for one in lists), default=0)
    return [[one[rank] for one in lists if rank < len(one)] for rank in range(longest)]
