"""Exact vector search, shard by shard, on CPU or GPU."""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from modeling.data.ranking import NO_ENTITY, Ids, Ranking
from pipeline.records.errors import ArtifactError, UsageError

Vectors = npt.NDArray[np.float32]
PRECISIONS = ("fp32", "bf16")
_QUERIES_AT_ONCE = 1024
_SCORES_AT_ONCE = {"cpu": 1 << 25, "cuda": 1 << 26}
_EXACT_AT_ONCE = {"cpu": 1 << 17, "cuda": 1 << 24}
_RESCORED_AT_ONCE = 1 << 14
_FP32_STEP = 2.0**-24
_BF16_STEP = 2.0**-8
_LAST_ID = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class VectorShard:
    """Vectors that were checked and lie where they are searched; make one with `prepare_shard`.

    Attributes:
        ids: (N,) int64 entity ids.
        vectors: (N, D) float32, none of them zero.
        first: (N, D) what the first pass multiplies: `vectors`, or their bf16 copy.
        longest: Length of the longest vector.
    """

    ids: Tensor
    vectors: Tensor
    first: Tensor
    longest: float

    def __len__(self) -> int:
        """Number of vectors."""
        return len(self.ids)

    def part(self, rows: slice) -> "VectorShard":
        """Some of the rows, nothing copied."""
        return replace(self, ids=self.ids[rows], vectors=self.vectors[rows], first=self.first[rows])


Shards = Iterable[VectorShard | tuple[Ids, Vectors]]


def prepare_shard(ids: Ids, vectors: Vectors, *, device: str = "cpu", precision: str = "fp32") -> VectorShard:
    """Check vectors and put them on a device, for one search or for many; zero vectors are left out.

    Raises:
        ArtifactError: the shapes do not fit, or a vector holds NaN or infinite numbers (a length beyond float32 too).
        UsageError: there is no such precision.
    """
    if precision not in PRECISIONS:
        raise UsageError(f"precision is {precision!r}; it can be {' or '.join(PRECISIONS)}")
    if vectors.ndim != 2 or ids.shape != vectors.shape[:1]:
        raise ArtifactError(f"{ids.shape} entity ids do not fit vectors of shape {vectors.shape}")
    numbers = _tensor(vectors, np.float32).to(device)
    names = _tensor(ids, np.int64).to(device)
    lengths = torch.linalg.vector_norm(numbers, dim=1)
    if not bool(lengths.isfinite().all()):
        bad = ids[int((~lengths.isfinite()).nonzero()[0, 0])]
        raise ArtifactError(
            f"the vector of entity {bad} holds NaN, infinite or enormous numbers; build the index again"
        )
    present = lengths > 0
    if not bool(present.all()):
        numbers, names = numbers[present], names[present]
    first = numbers.bfloat16() if precision == "bf16" else numbers
    return VectorShard(names, numbers, first, float(lengths.max()) if len(lengths) else 0.0)


def search_vectors(
    queries: Vectors,
    shards: Shards,
    k: int,
    *,
    device: str = "cpu",
    precision: str = "fp32",
    rerank: int | None = None,
) -> Ranking:
    """The `k` entities of the largest inner product with each query, over all shards in one pass.

    A matrix product finds who may be among the best, with the worst error that rounding can make as its margin; those
    are scored again in float64, summed in one stated order, and that score, rounded to float32, is sorted by
    (-score, entity id) and cut. So the result depends neither on shards, blocks and batch nor on device, fp32 or bf16.
    No more than a block of scores, `k` results a query and one shard are held.

    Args:
        queries: (B, D) float32; a zero row gets an empty list.
        shards: (ids, vectors) or prepared shards (`prepare_shard` with the same device and precision: nothing is copied
            again); ids are unique. Zero vectors are never found.
        k: length of the lists.
        device: where to search.
        precision: of the first pass; bf16 is quicker where the processor knows it.
        rerank: score at most that many a query and block again, not all that the margin allows: quicker with bf16, but
            no longer exact by proof.

    Raises:
        UsageError: a query holds NaN, `k` is not positive, or there is no such precision.
        ArtifactError: a shard is of another width or holds NaN.
    """
    if k < 1:
        raise UsageError(f"k is {k}; it must be 1 or more")
    wanted = _tensor(queries, np.float32).to(device)
    lengths = torch.linalg.vector_norm(wanted, dim=1)
    if not bool(lengths.isfinite().all()):
        raise UsageError(f"query {int((~lengths.isfinite()).nonzero()[0, 0])} holds NaN or infinite numbers")
    present = lengths > 0
    wanted = wanted[present]
    starts = range(0, len(wanted), _QUERIES_AT_ONCE)
    parts = [_Best(wanted[start : start + _QUERIES_AT_ONCE], k, precision, rerank) for start in starts]
    with _full_sums():
        for shard in shards:
            ready = shard if isinstance(shard, VectorShard) else _prepared(shard, device, precision)
            _check_width(ready, wanted)
            for best in parts:
                for block in _blocks(ready, len(best.ids)):
                    best.see(block)
    return _ranking(parts, present, k)


class _Best:
    """The best k of some queries so far.

    Attributes:
        ids: (B, k) int64, `_LAST_ID` where there is none yet.
        scores: (B, k) float32, -inf where there is none yet.
    """

    def __init__(self, queries: Tensor, k: int, precision: str, rerank: int | None) -> None:
        self._first = queries.bfloat16() if precision == "bf16" else queries
        self._queries = queries
        lengths = torch.linalg.vector_norm(queries, dim=1)
        self._margin = lengths * _error_bound(queries.shape[1], precision)
        self._certify = rerank is None
        self._keep = k + k // 8 + 16 if precision == "fp32" else 8 * k
        if rerank is not None:
            self._keep = max(k, rerank)
        self._k = k
        self.ids = torch.full((len(queries), k), _LAST_ID, dtype=torch.int64, device=queries.device)
        self.scores = torch.full((len(queries), k), -math.inf, dtype=torch.float32, device=queries.device)

    def see(self, block: VectorShard) -> None:
        """Take in the best of a block."""
        margin = self._margin * block.longest  # (B,)
        rough = self._first @ block.first.T  # (B, N)
        n_kept = min(self._keep, len(block))
        values, places = rough.topk(n_kept, dim=1)
        values = values.float()
        floor = self.scores[:, -1] - margin
        if n_kept >= self._k:  # the first k of this block are at least so good
            floor = torch.maximum(floor, values[:, self._k - 1] - 2 * margin)
        n_may = (values >= floor[:, None]).sum(1)  # they stand at the left: the values fall
        if width := int(n_may.max()):
            scores = self._score(block, places[:, :width], slice(None), n_may)
            self._merge(slice(None), block.ids[places[:, :width]].where(scores > -math.inf, _LAST_ID), scores)
        if self._certify and n_kept < len(block):
            floor = self.scores[:, -1] - margin
            for row in (values[:, -1] >= floor).nonzero().flatten().tolist():  # more may belong to the best
                rest = rough[row].float().index_fill(0, places[row], -math.inf)
                self._see_all(row, block, (rest >= floor[row]).nonzero().flatten())

    def _see_all(self, row: int, block: VectorShard, places: Tensor) -> None:
        rows = slice(row, row + 1)
        for start in range(0, len(places), _RESCORED_AT_ONCE):
            some = places[start : start + _RESCORED_AT_ONCE]
            self._merge(
                rows, block.ids[some][None], self._score(block, some[None], rows, places.new_tensor([len(some)]))
            )

    def _score(self, block: VectorShard, places: Tensor, rows: slice, n_wanted: Tensor) -> Tensor:
        """(B, M) float32 scores of the first n_wanted (B,) of (B, M) places, summed in float64; -inf for the others."""
        queries = self._queries[rows]
        scores = torch.full(places.shape, -math.inf, dtype=torch.float32, device=places.device)
        step = max(1, _at_once(_EXACT_AT_ONCE, places) // (places.shape[1] * queries.shape[1]))
        for start in range(0, len(places), step):
            part = slice(start, start + step)
            some = places[part, : int(n_wanted[part].max())]
            found = (
                block.vectors.index_select(0, some.flatten()).double().view(*some.shape, queries.shape[1])
            )  # (b, M, D)
            scores[part, : some.shape[1]] = sum_in_order(found * queries[part, None, :].double())
        wanted = torch.arange(places.shape[1], device=places.device) < n_wanted[:, None]
        return scores.where(wanted, -math.inf)

    def _merge(self, rows: slice, ids: Tensor, scores: Tensor) -> None:
        ids, scores = torch.cat([self.ids[rows], ids], 1), torch.cat([self.scores[rows], scores], 1)
        by_id = ids.argsort(dim=1)
        ids, scores = ids.gather(1, by_id), scores.gather(1, by_id)
        order = scores.argsort(dim=1, descending=True, stable=True)[:, : self._k]
        self.ids[rows], self.scores[rows] = ids.gather(1, order), scores.gather(1, order)


def sum_in_order(terms: Tensor) -> Tensor:
    """(…, D) -> (…): the right half is added to the left, an odd middle stays, until one is left.

    Additions of single numbers give the same bits on every device; the order of a library's own sum depends on device,
    shape and threads.
    """
    while (width := terms.shape[-1]) > 1:
        half = width // 2
        left, middle, right = terms[..., :half], terms[..., half : width - half], terms[..., width - half :]
        terms = torch.cat([left + right, middle], -1) if width % 2 else left + right
    return terms[..., 0]


def _check_width(shard: VectorShard, queries: Tensor) -> None:
    if len(shard) and shard.vectors.shape[1] != queries.shape[1]:
        widths = f"vectors of width {shard.vectors.shape[1]} cannot be searched with queries of {queries.shape[1]}"
        raise ArtifactError(f"{widths}: the index was built with another model")


@contextmanager
def _full_sums() -> Iterator[None]:
    """Sums of bf16 products in float32: on a GPU partial sums may else be rounded to bf16, beyond the margin."""
    settings = torch.backends.cuda.matmul
    before = settings.allow_bf16_reduced_precision_reduction
    settings.allow_bf16_reduced_precision_reduction = False
    try:
        yield
    finally:
        settings.allow_bf16_reduced_precision_reduction = before


def _error_bound(width: int, precision: str) -> float:
    """Largest error of an inner product of two vectors of length 1, however its sum is ordered."""
    sums = (width + 8) * _FP32_STEP
    onednn = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]
    backends = torch.backends, torch.backends.cuda.matmul, onednn
    if precision == "fp32" and {one.fp32_precision for one in backends} <= {"none", "ieee"}:
        return sums
    return sums + 6 * _BF16_STEP if precision == "bf16" else sums + 3 * _BF16_STEP


def _blocks(shard: VectorShard, n_queries: int) -> Iterator[VectorShard]:
    rows = max(1, _at_once(_SCORES_AT_ONCE, shard.ids) // max(n_queries, 1))
    for start in range(0, len(shard), rows):
        yield shard.part(slice(start, start + rows))


def _at_once(limits: dict[str, int], tensor: Tensor) -> int:
    return limits.get(tensor.device.type, limits["cpu"])


def _prepared(shard: tuple[Ids, Vectors], device: str, precision: str) -> VectorShard:
    ids, vectors = shard
    return prepare_shard(ids, vectors, device=device, precision=precision)


def _tensor(values: npt.NDArray[Any], kind: type[np.generic]) -> Tensor:
    """Read-only arrays (memory maps, Arrow buffers) are copied: torch wants to be allowed to write."""
    return torch.from_numpy(np.require(values, kind, ["C", "W"]))


def _ranking(parts: list[_Best], present: Tensor, k: int) -> Ranking:
    seen = present.cpu().numpy()
    ids = np.full((len(seen), k), NO_ENTITY)
    scores = np.full((len(seen), k), -np.inf, np.float32)
    if parts and seen.any():
        ids[seen] = torch.cat([part.ids for part in parts]).cpu().numpy()
        scores[seen] = torch.cat([part.scores for part in parts]).cpu().numpy() + np.float32(0)  # no minus zero
    ids[np.isneginf(scores)] = NO_ENTITY
    return Ranking(ids, scores)
