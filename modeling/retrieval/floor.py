"""The floor of every table: training prior plus sentence similarity, nothing trained."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from modeling.config.options import Option, read_options
from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, ranking_of
from modeling.encoders.text import Vectors
from modeling.retrieval import sentence
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest
from modeling.retrieval.sentence import Sentence
from modeling.retrieval.train_prior import TrainPrior

OPTIONS = (
    Option("weight", float, 0.3, "weight of the sentences' cosine (by default a sum of two) beside the prior", least=0),
    *sentence.OPTIONS,
)


class Floor:
    """Share of the surface's training mentions + weight × (cosine of mention + cosine of caption), thirty lines in all.

    The options of `sentence` choose other texts for its cosines.
    What it reaches on the released captions is what a trained model has to beat.
    """

    name = "floor"

    def __init__(self, prior: TrainPrior, encoded: Sentence, weight: float) -> None:
        self._prior = prior
        self._sentence = encoded
        self._weight = weight
        known = np.array(sorted(prior.entities), np.int64)
        self._vectors: dict[int, Vectors] = {}
        for ids, vectors in encoded.vectors:
            rows = np.flatnonzero(np.isin(ids, known))
            self._vectors |= dict(zip(ids[rows].tolist(), vectors[rows], strict=True))

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Build both parts in one folder; `OPTIONS` lists the options."""
        values = read_options(cls.name, OPTIONS, options)
        of_sentence = {option.name: values[option.name] for option in sentence.OPTIONS}
        with staged_index(folder) as staged:
            TrainPrior.build(sources, staged / TrainPrior.name, {})
            report = Sentence.build(sources, staged / Sentence.name, of_sentence)
            return write_index_manifest(staged, cls.name, sources.entities, values, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Open both parts."""
        manifest = open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        prior = TrainPrior.open(folder / TrainPrior.name, sources)
        return cls(prior, Sentence.open(folder / Sentence.name, sources), manifest["options"]["weight"])

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The best by the sum; what the training split knows of a surface always takes part."""
        queries = self._sentence.queries(mentions)
        alike = self._sentence.search(mentions, k)
        lists = []
        for row, mention in enumerate(mentions):
            shares = dict(self._prior.shares(mention.surface))
            cosines = dict(alike.row(row))
            cosines |= {id_: float(np.dot(queries[row], self._vectors[id_])) for id_ in shares if id_ not in cosines}
            lists.append([(id_, shares.get(id_, 0.0) + self._weight * cosine) for id_, cosine in cosines.items()])
        return ranking_of(lists, k)
