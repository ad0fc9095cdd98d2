"""The row type of candidates, and its schema."""

from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from pipeline.records.schemas import Column, Schema


class Source(NamedTuple):
    """A list that holds the candidate, and its rank there from 0."""

    retriever: str
    rank: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of `candidates/`: an entity that a mention may mean."""

    mention_id: str
    split: str
    rank: int
    entity_id: int
    entity: str
    score: float
    prior: float | None
    level: str | None
    sources: tuple[Source, ...]
    is_gold: bool
    is_inserted: bool


SOURCE_TYPE = pa.struct(
    [pa.field("retriever", pa.string(), nullable=False), pa.field("rank", pa.int32(), nullable=False)]
)
_SORT = (("mention_id", "ascending"), ("split", "ascending"), ("rank", "ascending"))

CANDIDATES = Schema(
    "candidates", 1, "Entities that a mention may mean, best first",
    (
        Column("mention_id", pa.string(), "The mention in the data set"),
        Column("split", pa.string(), "Its split; the folder's too"),
        Column("rank", pa.int32(), "From 0, best first; an inserted gold entity comes last"),
        Column("entity_id", pa.int64(), "Page id of the entity; its place in the sorted titles for a closed set"),
        Column("entity", pa.string(), "Title of the entity"),
        Column("score", pa.float32(), "Of the retriever or the fusion; higher is better; 0 for an inserted entity"),
        Column("prior", pa.float64(), "P(e|m) on its level; null where the store does not link the two", nullable=True),
        Column("level", pa.string(), "exact, folded or stripped: where the prior was found", nullable=True),
        Column(
            "sources", pa.list_(pa.field("element", SOURCE_TYPE, nullable=False)),
            "Lists that hold the entity, with its rank there from 0",
        ),
        Column("is_gold", pa.bool_(), "Whether it is the gold entity; false for NIL"),
        Column("is_inserted", pa.bool_(), "Gold that the list lacked, put in for training"),
    ),
    ("mention_id", "split", "rank"), _SORT,
)  # fmt: skip
