"""Candidates of a data set's mentions, as arrays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, empty_ranking
from pipeline.records.candidates import CANDIDATES
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST, is_finished, open_artifact

_COLUMNS = ("mention_id", "rank", "entity_id", "entity", "score", "prior", "is_gold", "is_inserted")


@dataclass(frozen=True, slots=True)
class CandidateLists:
    """The candidates of B mentions; rows are those of the mentions asked for.

    Attributes:
        ranking: (B, K) ids and scores in the order of their ranks; a gold entity put in for training is the last.
        priors: (B, K) float32 P(e|m) on its level, NaN where the store does not link the two or nothing stands.
        is_gold: (B, K) the candidate is the gold entity.
        is_inserted: (B, K) no list held it; it stands there for training only.
        titles: Entity id -> title.
    """

    ranking: Ranking
    priors: npt.NDArray[np.float32]
    is_gold: npt.NDArray[np.bool_]
    is_inserted: npt.NDArray[np.bool_]
    titles: dict[int, str]


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


def read_candidates(folder: Path, mentions: Sequence[Mention]) -> CandidateLists:
    """The candidates of mentions of one split, from the folder of a retrieval run; lists may be empty.

    Raises:
        ArtifactError: the folder is missing, unfinished or of another version.
        UsageError: the mentions are of several splits, or the folder has no candidates of their split.
    """
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
    return _as_arrays(pa.concat_tables(tables), mentions)


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
    titles = dict(zip(table["entity_id"].to_pylist(), table["entity"].to_pylist(), strict=True))
    return CandidateLists(found, priors, is_gold, is_inserted, titles)
