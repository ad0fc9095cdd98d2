"""Approximate search with faiss (extra `ann`), for those who want it."""

import math
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch

from modeling.data.ranking import NO_ENTITY, Ranking, empty_ranking, sort_ranking
from modeling.retrieval.dense import Vectors, sum_in_order
from modeling.retrieval.dense_files import VectorFolder
from pipeline.records.errors import ArtifactError, UsageError

_TRAINED_ROWS_PER_LIST = 256
_LEAST_ROWS_PER_LIST = 40
_QUERIES_AT_ONCE = 64
_BLAS_FROM = 800
"""Queries times width from where faiss uses BLAS; its own 128,000 makes a batch of 128 at width 512 17 times slower."""


def load_faiss() -> Any:  # noqa: ANN401 - faiss has no types
    """faiss, with BLAS for ordinary batches.

    Raises:
        UsageError: it is not installed.
    """
    try:
        faiss = import_module("faiss")
    except ImportError as error:
        raise UsageError("approximate search wants faiss: pip install 'mel-toolkit[ann]'") from error
    faiss.cvar.distance_compute_blas_threshold = _BLAS_FROM
    return faiss


class AnnIndex:
    """A faiss index of inner products: only the cells nearest to a query are searched, so some may be missed."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401 - faiss has no types
        self._index = index

    @classmethod
    def build(cls, vectors: VectorFolder, *, n_lists: int = 0, probe: int = 32) -> Self:
        """Fit the cells to rows from all over the folder, then add all; they are held in memory, as float32.

        Args:
            vectors: finite, none of them zero.
            n_lists: cells; 0 for the square root of the number of vectors. Fewer where there are few vectors.
            probe: cells that a search looks into.

        Raises:
            UsageError: faiss is missing.
            ArtifactError: there are no vectors.
        """
        faiss = load_faiss()
        if not len(vectors):
            raise ArtifactError("there are no vectors to index")
        wanted = n_lists or math.isqrt(len(vectors))
        n_cells = max(1, min(wanted, len(vectors) // _LEAST_ROWS_PER_LIST))
        width = vectors.width
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, n_cells, faiss.METRIC_INNER_PRODUCT)
        index.train(_sample(vectors, n_cells * _TRAINED_ROWS_PER_LIST))
        for ids, rows in vectors:
            index.add_with_ids(np.ascontiguousarray(rows), np.ascontiguousarray(ids))
        index.nprobe = min(probe, n_cells)
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a file that `save` wrote.

        Raises:
            ArtifactError: it is none.
        """
        faiss = load_faiss()
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP))
        except RuntimeError as error:
            raise ArtifactError(f"{path} is no index of faiss: {str(error).splitlines()[0]}") from error

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        load_faiss().write_index(self._index, str(path))

    def search(self, queries: Vectors, k: int) -> Ranking:
        """The best `k` that are found, by (-score, entity id); a zero query finds nothing.

        What faiss finds is scored again as exact search does: its own sums depend on the size of the batch.

        Raises:
            ArtifactError: the queries are of another width.
        """
        if queries.shape[1] != self._index.d:
            raise ArtifactError(
                f"vectors of width {self._index.d} cannot be searched with queries of {queries.shape[1]}"
            )
        found = empty_ranking(len(queries), k)
        for start in range(0, len(queries), _QUERIES_AT_ONCE):
            rows = slice(start, start + _QUERIES_AT_ONCE)
            part = self._search(np.ascontiguousarray(queries[rows], np.float32), k)
            found.ids[rows], found.scores[rows] = part.ids, part.scores
        return found

    def _search(self, queries: Vectors, k: int) -> Ranking:
        n_found = min(k + k // 8 + 16, self._index.ntotal)
        _, ids, vectors = self._index.search_and_reconstruct(queries, n_found)  # (B, N), (B, N, D)
        absent = (ids < 0) | (queries == 0).all(axis=1, keepdims=True)
        terms = torch.from_numpy(vectors).double() * torch.from_numpy(queries).double()[:, None]
        scores = np.where(absent, -np.inf, sum_in_order(terms).float().numpy())
        return sort_ranking(np.where(absent, NO_ENTITY, ids), scores, k)


def _sample(vectors: VectorFolder, n: int) -> Vectors:
    """About `n` rows at even distances over all shards: those of the first shards are the oldest pages."""
    step, seen, found = max(1, len(vectors) // n), 0, []
    for _, rows in vectors:
        found.append(rows[-seen % step :: step])
        seen += len(rows)
    return np.concatenate(found)
