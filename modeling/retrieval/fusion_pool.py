"""All candidates of several lists, once per mention, with each list's rank."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.data.ranking import NO_ENTITY, Ids, Ranking, Scores
from pipeline.records.errors import ArtifactError

_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Pool:
    """The union of R lists for each of B mentions; an entity is one by its id, never by its title.

    Attributes:
        ids: (B, U) entity ids, ascending; `NO_ENTITY` after the last.
        ranks: (B, U, R) int32 place in each list from 0; `depth` where the list lacks the entity.
        scores: (B, U, R) float32 score in each list; NaN where the list lacks the entity.
        depth: Places of each list that were looked at.
    """

    ids: Ids
    ranks: npt.NDArray[np.int32]
    scores: Scores
    depth: int

    @property
    def n_lists(self) -> int:
        """R."""
        return int(self.ranks.shape[2])

    def take(self, rows: npt.NDArray[np.intp]) -> "Pool":
        """The pool of some mentions."""
        return Pool(self.ids[rows], self.ranks[rows], self.scores[rows], self.depth)

    def gold_ranks(self, gold: Ids) -> npt.NDArray[np.int32]:
        """(B, R) place of the gold entity in each list; `depth` where it is missing."""
        is_gold = (self.ids == gold[:, None]) & (gold[:, None] != NO_ENTITY)
        found = np.full((len(gold), self.n_lists), self.depth, np.int32)
        rows, places = np.nonzero(is_gold)
        found[rows] = self.ranks[rows, places]
        return found


def pool_lists(rankings: Sequence[Ranking], depth: int) -> Pool:
    """Put the first `depth` of R lists of the same mentions together."""
    n_mentions, n_lists = len(rankings[0]), len(rankings)
    ids = np.concatenate([_widened(one.ids, depth, NO_ENTITY) for one in rankings], axis=1)
    scores = np.concatenate([_widened(one.scores, depth, -np.inf) for one in rankings], axis=1)
    keys = np.where(ids == NO_ENTITY, _LAST, ids)
    order = np.argsort(keys, axis=1, kind="stable")
    keys = np.take_along_axis(keys, order, 1)
    is_new = np.ones_like(keys, np.bool_)
    is_new[:, 1:] = keys[:, 1:] != keys[:, :-1]
    places = np.cumsum(is_new, axis=1) - 1
    rows, columns = np.nonzero(keys != _LAST)
    width = int(places[rows, columns].max(initial=-1)) + 1
    pool = Pool(
        np.full((n_mentions, width), NO_ENTITY),
        np.full((n_mentions, width, n_lists), depth, np.int32),
        np.full((n_mentions, width, n_lists), np.nan, np.float32),
        depth,
    )
    at, sources = places[rows, columns], order[rows, columns]
    pool.ids[rows, at] = keys[rows, columns]
    pool.ranks[rows, at, sources // depth] = sources % depth
    pool.scores[rows, at, sources // depth] = scores[rows, sources]
    return pool


def check_lists(name: str, ranking: Ranking, n_mentions: int) -> None:
    """Hold what a retriever gave to what it promised.

    Raises:
        ArtifactError: rows are missing, or a list has a hole, is not sorted by (-score, entity id), or names an entity
            twice.
    """
    ids, scores = ranking.ids, ranking.scores
    fault = ""
    if len(ranking) != n_mentions:
        fault = f"{len(ranking)} lists for {n_mentions} mentions"
    elif np.isnan(scores).any() or (np.isneginf(scores) != (ids == NO_ENTITY)).any():
        fault = "a score that is no number, or -inf beside an entity"
    elif _has_twins(np.sort(ids, axis=1)):
        fault = "an entity twice in one list"
    elif not _is_sorted(ids, scores):
        fault = "a list that is not sorted by (-score, entity id)"
    if fault:
        raise ArtifactError(f"the retriever {name} gave {fault}")


def _has_twins(sorted_ids: Ids) -> bool:
    return bool(((sorted_ids[:, 1:] == sorted_ids[:, :-1]) & (sorted_ids[:, 1:] != NO_ENTITY)).any())


def _is_sorted(ids: Ids, scores: Scores) -> bool:
    falls = scores[:, 1:] < scores[:, :-1]
    is_tie = scores[:, 1:] == scores[:, :-1]
    is_end = ids[:, 1:] == NO_ENTITY
    return bool((falls | is_end | (is_tie & (ids[:, 1:] > ids[:, :-1]))).all())


def _widened(values: npt.NDArray[np.generic], width: int, fill: float) -> npt.NDArray[np.generic]:
    missing = width - values.shape[1]
    if missing <= 0:
        return values[:, :width]
    return np.pad(values, ((0, 0), (0, missing)), constant_values=fill)
