"""Approximate search with faiss (extra `ann`), for those who want it."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import numpy as np

from modeling.data.ranking import Ids, Ranking, empty_ranking, sort_ranking
from modeling.retrieval.dense import Vectors
from pipeline.records.errors import ArtifactError, UsageError

KINDS = ("flat", "ivf")
_TRAINED_ROWS_PER_LIST = 256
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
    """A faiss index of inner products; `ivf` searches the nearest of `n_lists` cells only, so it may miss some."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401 - faiss has no types
        self._index = index

    @classmethod
    def build(
        cls, shards: Iterable[tuple[Ids, Vectors]], *, kind: str = "ivf", n_lists: int = 256, probe: int = 32
    ) -> Self:
        """Add vectors shard by shard; the cells are fitted to the first ones.

        Args:
            shards: (ids, vectors), finite and none of them zero.
            kind: `flat` (exact, but for ties at the cut) or `ivf`.
            n_lists: cells of `ivf`; fewer where there are few vectors.
            probe: cells that a search looks into.

        Raises:
            UsageError: faiss is missing, or there is no such kind.
            ArtifactError: there are no vectors.
        """
        faiss = load_faiss()
        if kind not in KINDS:
            raise UsageError(f"the kind of index is {kind!r}; it can be {' or '.join(KINDS)}")
        rest = iter(shards)
        held, n_held = [], 0
        for shard in rest:
            held.append(shard)
            n_held += len(shard[0])
            if n_held >= n_lists * _TRAINED_ROWS_PER_LIST:
                break
        if not n_held:
            raise ArtifactError("there are no vectors to index")
        first = np.ascontiguousarray(np.concatenate([vectors for _, vectors in held]))
        index = _empty(faiss, kind, first.shape[1], max(1, min(n_lists, n_held // 40)))
        index.train(first)
        for ids, vectors in [*held, *rest]:
            index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(ids, np.int64))
        if kind == "ivf":
            index.nprobe = probe
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

        Raises:
            ArtifactError: the queries are of another width.
        """
        if queries.shape[1] != self._index.d:
            raise ArtifactError(
                f"vectors of width {self._index.d} cannot be searched with queries of {queries.shape[1]}"
            )
        if not len(queries):
            return empty_ranking(0, k)
        scores, ids = self._index.search(np.ascontiguousarray(queries, np.float32), k)
        absent = (ids < 0) | (queries == 0).all(axis=1, keepdims=True)
        scores = np.where(absent, -np.inf, scores).astype(np.float32)
        return sort_ranking(ids, scores, k)


def _empty(faiss: Any, kind: str, width: int, n_lists: int) -> Any:  # noqa: ANN401 - faiss has no types
    if kind == "flat":
        return faiss.IndexIDMap(faiss.IndexFlatIP(width))
    return faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, n_lists, faiss.METRIC_INNER_PRODUCT)
