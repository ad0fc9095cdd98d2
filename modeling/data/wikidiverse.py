"""The released captions against the closed set of their gold titles."""

from dataclasses import dataclass
from pathlib import Path

from modeling.data.entities import TitleCatalog
from modeling.data.mentions import Mention
from pipeline.formats.dataset_import import ImportOptions, read_captions
from pipeline.formats.dataset_rows import mention_rows
from pipeline.formats.registry import format_named
from pipeline.records.dataset import DatasetMention
from pipeline.records.errors import UsageError


@dataclass(frozen=True, slots=True)
class ClosedSet:
    """Captions whose candidates are the gold titles of all of them: easy, and comparable with no paper.

    Attributes:
        entities: Every gold title of every split.
        mentions: Split -> its mentions in the file's order; entity ids are places in `entities`.
    """

    entities: TitleCatalog
    mentions: dict[str, list[Mention]]

    def split(self, name: str) -> list[Mention]:
        """The mentions of one split.

        Raises:
            UsageError: there is no such split.
        """
        if name not in self.mentions:
            raise UsageError(f"the split file has no split {name!r}; it has {', '.join(sorted(self.mentions))}")
        return self.mentions[name]


def read_closed_set(captions: Path, splits: Path) -> ClosedSet:
    """Read captions in the KGMEL form and the file that names the ids of each split.

    Raises:
        InputError: a file is not of its format.
    """
    found = read_captions(ImportOptions(format_named("kgmel"), (("", captions),), Path(), splits))
    rows = [(caption.split, row) for caption in found.captions for row in mention_rows(caption, "kgmel")]
    entities = TitleCatalog(row.entity for _, row in rows if row.entity is not None)
    mentions: dict[str, list[Mention]] = {}
    for split, row in rows:
        mentions.setdefault(split, []).append(_mention(row, entities))
    return ClosedSet(entities, mentions)


def _mention(row: DatasetMention, entities: TitleCatalog) -> Mention:
    return Mention(
        mention_id=row.mention_id,
        pair_id=row.pair_id,
        split=row.split,
        caption=row.caption,
        surface=row.surface,
        start=row.start,
        end=row.end,
        type=row.type,
        entity_id=None if row.entity is None else entities.find(row.entity),
        entity=row.entity,
        is_nil=row.is_nil,
        topic=row.topic,
        image_id=row.image_id,
        visual_clues=row.visual_clues,
    )
