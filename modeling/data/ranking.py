"""Ranked lists of entities for a batch of mentions, as arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]

NO_ENTITY = np.iinfo(np.int64).min
"""Fills the end of lists that are shorter than K."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates of B mentions, best first.

    Attributes:
        ids: (B, K) int64 entity ids by (-score, entity id); `NO_ENTITY` after the last candidate.
        scores: (B, K) float32; -inf after the last candidate.
    """

    ids: Ids
    scores: Scores

    def __post_init__(self) -> None:
        if self.ids.shape != self.scores.shape or self.ids.ndim != 2:
            raise ValueError(f"ids {self.ids.shape} and scores {self.scores.shape} of a ranking must be (B, K) both")

    def __len__(self) -> int:
        """Number of mentions."""
        return len(self.ids)

    @property
    def lengths(self) -> Ids:
        """(B,) number of candidates of each mention."""
        lengths: Ids = np.count_nonzero(self.ids != NO_ENTITY, axis=1)
        return lengths

    def row(self, number: int) -> list[tuple[int, float]]:
        """(entity id, score) of one mention's candidates."""
        n = int(self.lengths[number])
        return list(zip(self.ids[number, :n].tolist(), self.scores[number, :n].tolist(), strict=True))

    def cut(self, k: int) -> "Ranking":
        """The first `k` ranks."""
        return Ranking(self.ids[:, :k], self.scores[:, :k])


def empty_ranking(n_mentions: int, k: int) -> Ranking:
    """`n_mentions` empty lists with room for `k`."""
    return Ranking(np.full((n_mentions, k), NO_ENTITY), np.full((n_mentions, k), -np.inf, np.float32))


def ranking_of(lists: Sequence[Iterable[tuple[int, float]]], k: int) -> Ranking:
    """Sort lists of (entity id, score) by (-score, entity id) and cut them at `k`; an entity counts once."""
    found = empty_ranking(len(lists), k)
    for number, candidates in enumerate(lists):
        best: dict[int, float] = {}
        for id_, score in candidates:
            if id_ not in best or score > best[id_]:
                best[id_] = float(np.float32(score))
        ordered = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:k]
        found.ids[number, : len(ordered)] = [id_ for id_, _ in ordered]
        found.scores[number, : len(ordered)] = [score for _, score in ordered]
    return found


def sort_ranking(ids: Ids, scores: Scores, k: int) -> Ranking:
    """Order (B, N) candidates by (-score, entity id) and keep `k`; -inf marks none.

    Ids of one row must differ. Fewer than `k` columns are filled up.
    """
    order = np.lexsort((ids, -scores), axis=1)[:, :k]
    cut_ids, cut_scores = np.take_along_axis(ids, order, 1), np.take_along_axis(scores, order, 1)
    found = empty_ranking(len(ids), k)
    found.ids[:, : cut_ids.shape[1]] = np.where(np.isneginf(cut_scores), NO_ENTITY, cut_ids)
    found.scores[:, : cut_scores.shape[1]] = cut_scores
    return found


def stack(rankings: Sequence[Ranking]) -> Ranking:
    """Rankings of several batches one after the other; all of one width."""
    if not rankings:
        return empty_ranking(0, 0)
    columns: tuple[list[Any], list[Any]] = ([one.ids for one in rankings], [one.scores for one in rankings])
    return Ranking(np.concatenate(columns[0]), np.concatenate(columns[1]))
