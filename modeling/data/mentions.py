"""Mentions of a data set as retrievers and models read them."""

from dataclasses import dataclass, fields
from pathlib import Path

from pipeline.records.dataset_schemas import DATASET_MENTIONS
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import open_artifact

_FOLDER = "mentions"


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention with its caption, image and, where it is known, its gold entity.

    Attributes:
        mention_id: Stable id.
        pair_id: The image-caption pair that it stands in; intervals are clustered by it.
        split: train, valid, test or another name.
        caption: The whole caption.
        surface: Text of the mention.
        start: First code point in the caption; None where the place is ambiguous.
        end: One after the last code point; None together with `start`.
        type: Person, Organization …; None where the source has none.
        entity_id: Page id of the gold entity; None for NIL, and where the knowledge base does not have it.
        entity: Title of the gold entity; None for NIL.
        is_nil: Annotated as not in the knowledge base.
        topic: Topic of the caption; None where the source has none.
        image_id: Id of the caption's image; None without image.
        visual_clues: Kinds of clue that the image gives; None where nobody said.
    """

    mention_id: str
    pair_id: str
    split: str
    caption: str
    surface: str
    start: int | None
    end: int | None
    type: str | None
    entity_id: int | None
    entity: str | None
    is_nil: bool
    topic: str | None
    image_id: str | None
    visual_clues: tuple[str, ...] | None

    @property
    def left(self) -> str:
        """The caption before the mention; empty where its place is ambiguous."""
        return "" if self.start is None else self.caption[: self.start]

    @property
    def right(self) -> str:
        """The caption after the mention; the whole caption where its place is ambiguous."""
        return self.caption if self.end is None else self.caption[self.end :]


def splits_of(dataset: Path) -> tuple[str, ...]:
    """Names of the splits of a data-set folder, in alphabetical order.

    Raises:
        ArtifactError: the folder is missing, unfinished or of another kind.
    """
    reader = open_artifact(dataset / _FOLDER, DATASET_MENTIONS)
    return tuple(sorted({_split_of(shard.name) for shard in reader.shards}))


def read_mentions(dataset: Path, split: str | None = None) -> list[Mention]:
    """All mentions of a split (of all splits for None), in the order of their ids.

    Raises:
        ArtifactError: the folder is missing, unfinished or of another kind.
        UsageError: the data set has no such split.
    """
    reader = open_artifact(dataset / _FOLDER, DATASET_MENTIONS)
    known = sorted({_split_of(shard.name) for shard in reader.shards})
    if split is not None and split not in known:
        raise UsageError(f"{dataset} has no split {split!r}; it has {', '.join(known) or 'none'}")
    names = [field.name for field in fields(Mention)]
    rows: list[Mention] = []
    for shard, table in zip(reader.shards, reader.tables(names), strict=True):
        if split is None or _split_of(shard.name) == split:
            rows += [Mention(**{**row, "visual_clues": _texts(row["visual_clues"])}) for row in table.to_pylist()]
    return sorted(rows, key=lambda row: (row.mention_id, row.split))


def _split_of(shard: str) -> str:
    folder, _, _ = shard.partition("/")
    if not folder.startswith("split="):
        raise ArtifactError(f"the shard {shard} of a data set lies in no split= folder")
    return folder.removeprefix("split=")


def _texts(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
