"""Candidates of a data set's mentions, as arrays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from modeling.data.entities import EntityCatalog
from modeling.data.mentions import Mention
from modeling.data.ranking import Ids, Ranking, empty_ranking
from pipeline.records.candidates import CANDIDATES
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST, is_finished, open_artifact

_COLUMNS = ("mention_id", "rank", "entity_id", "entity", "score", "prior", "sources", "is_gold", "is_inserted")
NOT_LISTED = -1
"""Stands for the rank in a list that lacks the candidate."""


@dataclass(frozen=True, slots=True)
class CandidateLists:
    """The candidates of B mentions; rows are those of the mentions asked for.

    Attributes:
        ranking: (B, K) ids and scores in the order of their ranks; a gold entity put in for training is the last.
        priors: (B, K) float32 P(e|m) on its level, NaN where the store does not link the two or nothing stands.
        is_gold: (B, K) the candidate is the gold entity.
        is_inserted: (B, K) no list held it; it stands there for training only.
        source_ranks: Retriever -> (B, K) int32 rank in its list from 0; `NOT_LISTED` where that lacks the candidate.
        titles: Entity id -> title.
    """

    ranking: Ranking
    priors: npt.NDArray[np.float32]
    is_gold: npt.NDArray[np.bool_]
    is_inserted: npt.NDArray[np.bool_]
    source_ranks: dict[str, npt.NDArray[np.int32]]
    titles: dict[int, str]

    def __len__(self) -> int:
        """Number of mentions."""
        return len(self.ranking)

    def take(self, rows: Sequence[int] | npt.NDArray[np.intp]) -> "CandidateLists":
        """The candidates of some mentions, such as a batch."""
        some = np.asarray(rows, np.intp)
        ranks = {name: one[some] for name, one in self.source_ranks.items()}
        ranking = Ranking(self.ranking.ids[some], self.ranking.scores[some])
        marks = (self.is_gold[some], self.is_inserted[some])
        return CandidateLists(ranking, self.priors[some], *marks, ranks, self.titles)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a run of `python -m modeling.retrieve` tells of itself: digests, fusion, options.

    Raises:
        ArtifactError: the folder holds no finished run.
    """
    if not is_finished(folder):
        raise ArtifactError(f"{folder} holds no finished candidates (python -m modeling.retrieve --out writes them)")
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{folder / MANIFEST} is damaged: {error!r}") from error


def read_candidates(
    folder: Path, mentions: Sequence[Mention], entities: EntityCatalog, *, any_catalog: bool = False
) -> CandidateLists:
    """The candidates of mentions of one split, from the folder of a retrieval run; lists may be empty.

    Args:
        folder: of the run.
        mentions: B mentions of one split, in any order.
        entities: the catalog in use; ids of another one mean other entities.
        any_catalog: also take candidates of another catalog (another dump date).

    Raises:
        ArtifactError: the folder is missing, unfinished, of another version, another catalog or another data set.
        UsageError: the mentions are of several splits, or the folder has no candidates of their split.
    """
    _check_catalog(folder, entities, any_catalog=any_catalog)
    splits = sorted({one.split for one in mentions})
    if len(splits) != 1:
        raise UsageError(f"candidates are read for one split at a time, not for {', '.join(splits) or 'none'}")
    reader = open_artifact(folder / CANDIDATES.name, CANDIDATES)
    tables = [
        table
        for shard, table in zip(reader.shards, reader.tables(_COLUMNS), strict=True)
        if shard.name.startswith(f"split={splits[0]}/")
    ]
    if not tables:
        raise UsageError(f"{reader.folder} has no candidates of the split {splits[0]!r}")
    found = _as_arrays(pa.concat_tables(tables), mentions)
    if not found.titles and any(len(table) for table in tables):
        raise ArtifactError(f"{reader.folder} has no candidates of these mentions: it is of another data set")
    return found


def _check_catalog(folder: Path, entities: EntityCatalog, *, any_catalog: bool) -> None:
    try:
        built = read_manifest(folder)["inputs"]["catalog"]
        digest, date = built["digest"], built["date"]
    except (KeyError, TypeError) as error:
        raise ArtifactError(f"{folder / MANIFEST} is no manifest of a retrieval run: {error!r}") from error
    if digest != entities.digest and not any_catalog:
        dates = f"dump {date or 'without date'}, in use: {entities.date or 'without date'}"
        raise ArtifactError(
            f"{folder} holds candidates of other entities than those in use ({dates}); retrieve them again"
        )


def _as_arrays(table: pa.Table, mentions: Sequence[Mention]) -> CandidateLists:
    numbers = {one.mention_id: row for row, one in enumerate(mentions)}
    rows = np.array([numbers.get(id_, -1) for id_ in table["mention_id"].to_pylist()], np.int64)
    table, rows = table.filter(pa.array(rows >= 0)), rows[rows >= 0]
    ranks = table["rank"].to_numpy()
    width = int(ranks.max(initial=-1)) + 1
    shape = (len(mentions), width)
    found = empty_ranking(*shape)
    priors = np.full(shape, np.nan, np.float32)
    is_gold, is_inserted = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for target, name in (
        (found.ids, "entity_id"), (found.scores, "score"), (priors, "prior"), (is_gold, "is_gold"),
        (is_inserted, "is_inserted"),
    ):  # fmt: skip
        target[rows, ranks] = table[name].to_numpy()
    sources = _source_ranks(table["sources"], rows, ranks, shape)
    titles = dict(zip(table["entity_id"].to_pylist(), table["entity"].to_pylist(), strict=True))
    return CandidateLists(found, priors, is_gold, is_inserted, sources, titles)


def _source_ranks(
    sources: pa.ChunkedArray, rows: Ids, ranks: npt.NDArray[np.int32], shape: tuple[int, int]
) -> dict[str, npt.NDArray[np.int32]]:
    """Retriever -> (B, K) ranks in its lists, by name."""
    lists = sources.combine_chunks()
    parents = pc.list_parent_indices(lists).to_numpy()
    names, places = (pc.struct_field(lists.flatten(), number) for number in range(2))
    found = {}
    for name in sorted(pc.unique(names).to_pylist()):
        is_own = pc.equal(names, name).to_numpy(zero_copy_only=False)
        found[name] = np.full(shape, NOT_LISTED, np.int32)
        found[name][rows[parents[is_own]], ranks[parents[is_own]]] = places.to_numpy()[is_own]
    return found
