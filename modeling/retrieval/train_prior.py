"""Candidates by what training mentions of a surface mean."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from modeling.config.options import read_options
from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, ranking_of
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest
from pipeline.records.errors import UsageError
from pipeline.records.manifest import write_json
from pipeline.titles.keys import surface_folded

_COUNTS = "counts.json"


class TrainPrior:
    """The share of a case-folded surface's training mentions that mean an entity: a prior where no KB is at hand."""

    name = "train_prior"

    def __init__(self, shares: Mapping[str, Sequence[tuple[int, float]]]) -> None:
        self._shares = shares

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Count the training mentions; there are no options.

        Raises:
            UsageError: there are no training mentions, or an option is given.
        """
        read_options(cls.name, (), options)
        if not sources.train:
            raise UsageError("the retriever train_prior wants training mentions; the data set has no training split")
        counts: dict[str, Counter[int]] = {}
        for mention in sources.train:
            if mention.entity_id is not None:
                counts.setdefault(surface_folded(mention.surface), Counter())[mention.entity_id] += 1
        n_entities = len({id_ for counter in counts.values() for id_ in counter})
        rows = {surface: sorted(counter.items()) for surface, counter in counts.items()}
        report = IndexReport(n_entities, len(sources.entities) - n_entities, 0, {"surfaces": len(rows)})
        with staged_index(folder) as staged:
            write_json(staged / _COUNTS, rows)
            return write_index_manifest(staged, cls.name, sources.entities, {}, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Read the counts."""
        open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        shares = {}
        for surface, rows in json.loads((folder / _COUNTS).read_text(encoding="utf-8")).items():
            total = sum(count for _, count in rows)
            shares[surface] = [(id_, count / total) for id_, count in rows]
        return cls(shares)

    @property
    def entities(self) -> frozenset[int]:
        """Every entity that a training mention means."""
        return frozenset(id_ for rows in self._shares.values() for id_, _ in rows)

    def shares(self, surface: str) -> Sequence[tuple[int, float]]:
        """(entity id, share) of a surface; empty where training mentions do not have it."""
        return self._shares.get(surface_folded(surface), ())

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The entities that training mentions of the same folded surface mean."""
        return ranking_of([self.shares(mention.surface) for mention in mentions], k)
