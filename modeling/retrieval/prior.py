"""Candidates by P(e|m) from the knowledge base's mention store."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from modeling.config.options import Option, read_options
from modeling.data.entities import KbCatalog
from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, empty_ranking, sort_ranking
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest
from pipeline.kb.candidates import Candidates
from pipeline.kb.store import MentionStore
from pipeline.kb.store_build import MOST_CANDIDATES
from pipeline.records.errors import UsageError
from pipeline.records.names import Level

_LEVELS = tuple(Level)
_ALL = len(_LEVELS) * MOST_CANDIDATES
OPTIONS = (Option("deepest", str, "stripped", "how far a surface may be relaxed", choices=_LEVELS),)


class Prior:
    """The entities that a surface form means in the wiki's links, titles and redirects (paper 5.1, P(e|m)).

    Exact surface first, then back-filled from the case-folded and the stripped form. A score is P(e|m) of the level
    where the entity was found, less 1 for each level further down: lists sort by level, then by P(e|m).
    """

    name = "prior"

    def __init__(self, store: MentionStore, deepest: Level) -> None:
        self._store = store
        self._deepest = deepest

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Nothing is copied: the index is the store of the KB; the folder keeps its options.

        Raises:
            UsageError: there is no KB, or an option is wrong.
        """
        store, values = _store_of(sources), read_options(cls.name, OPTIONS, options)
        report = IndexReport(len(sources.entities), 0, 0, {"surfaces": store.manifest["counts"].get("surfaces")})
        with staged_index(folder) as staged:
            return write_index_manifest(staged, cls.name, sources.entities, values, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Open the KB's store with the options of `folder`."""
        manifest = open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        return cls(_store_of(sources), Level(manifest["options"]["deepest"]))

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The best `k` candidates of each surface; red links, which are no articles, are left out."""
        found = empty_ranking(len(mentions), k)
        answers = self._store.lookup_many((mention.surface for mention in mentions), k, deepest=self._deepest)
        for row, (mention, candidates) in enumerate(zip(mentions, answers, strict=True)):
            articles = _articles(candidates)
            if len(articles) < k == len(candidates):  # red links stand where articles further down would
                articles = _articles(self._store.lookup(mention.surface, _ALL, deepest=self._deepest))[:k]
            for place, (entity_id, score) in enumerate(articles):
                found.ids[row, place], found.scores[row, place] = entity_id, score
        return sort_ranking(found.ids, found.scores, k)  # float32 makes some scores equal: those go by entity id


def _articles(candidates: Candidates) -> list[tuple[int, float]]:
    columns = zip(candidates.entity_ids, candidates.p, candidates.levels, strict=True)
    return [(id_, p - _LEVELS.index(level)) for id_, p, level in columns if id_ >= 0]


def _store_of(sources: Sources) -> MentionStore:
    if not isinstance(sources.entities, KbCatalog):
        raise UsageError("the retriever prior looks up P(e|m) and so wants a knowledge base (--kb)")
    return sources.entities.store
