"""Candidates by shared letters: TF-IDF over character n-grams of titles."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from modeling.config.options import read_options
from modeling.data.entities import EntityCatalog
from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, sort_ranking, stack
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest
from modeling.retrieval.registry import check_size
from pipeline.records.manifest import write_json

_NGRAMS = (2, 4)
_AT_ONCE = 256
_PRODUCTS_AT_ONCE = 1 << 26
_READ_ROWS = 10_000
_IDS, _VECTORS, _PIECES, _WEIGHTS = "ids.npy", "titles.npz", "pieces.json", "weights.npy"


class Tfidf:
    """Cosine of TF-IDF vectors of 2- to 4-letter pieces, inside words, case-folded: mention against title.

    A floor that every table should show: it knows nothing of the caption and nothing of the world.
    """

    name = "tfidf"

    def __init__(self, ids: np.ndarray[Any, np.dtype[np.int64]], vectors: Any, letters: TfidfVectorizer) -> None:  # noqa: ANN401 - scipy has no types
        self._ids = ids
        self._by_piece = vectors.T.tocsr()  # turned once, not in every product
        self._letters = letters

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Index all titles; there are no options.

        Raises:
            UsageError: an option is given, or there are more titles than memory is meant to hold.
        """
        read_options(cls.name, (), options)
        check_size(cls.name, len(sources.entities))
        ids, titles = _titles(sources.entities)
        letters = _vectorizer()
        vectors = letters.fit_transform(titles)
        report = IndexReport(len(ids), 0, 0, {"pieces": int(vectors.shape[1])})
        with staged_index(folder) as staged:
            np.save(staged / _IDS, ids, allow_pickle=False)
            np.save(staged / _WEIGHTS, letters.idf_, allow_pickle=False)
            write_json(staged / _PIECES, letters.get_feature_names_out().tolist())
            scipy.sparse.save_npz(staged / _VECTORS, vectors)
            return write_index_manifest(staged, cls.name, sources.entities, {}, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Open titles' vectors, pieces and their weights."""
        open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        letters = _vectorizer(json.loads((folder / _PIECES).read_text(encoding="utf-8")))
        letters.idf_ = np.load(folder / _WEIGHTS, allow_pickle=False)
        return cls(np.load(folder / _IDS, allow_pickle=False), scipy.sparse.load_npz(folder / _VECTORS), letters)

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The titles most alike; those that share no piece are left out."""
        step = max(1, min(_AT_ONCE, _PRODUCTS_AT_ONCE // len(self._ids)))
        parts = [mentions[at : at + step] for at in range(0, len(mentions), step)]
        return stack([row for part in parts for row in self._search(part, k)])

    def _search(self, mentions: Sequence[Mention], k: int) -> list[Ranking]:
        queries = self._letters.transform([mention.surface for mention in mentions])
        products = (queries @ self._by_piece).tocsr()
        found = []
        for begin, end in pairwise(products.indptr):
            scores = products.data[begin:end]
            ids = self._ids[products.indices[begin:end]]
            if len(scores) > k:  # only the k best, and what ties with the last of them, are sorted
                is_best = scores >= np.partition(scores, -k)[-k]
                scores, ids = scores[is_best], ids[is_best]
            found.append(sort_ranking(ids[None], scores[None], k))
        return found


def _vectorizer(pieces: Sequence[str] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char_wb", ngram_range=_NGRAMS, dtype=np.float32, vocabulary=pieces)


def _titles(entities: EntityCatalog) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[str]]:
    rows = [row for batch in entities.batches(_READ_ROWS) for row in batch]
    return np.array([row.entity_id for row in rows], np.int64), [row.title for row in rows]
