"""What a retrieval run works on: entities, mentions by split, pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modeling.data.entities import EntityCatalog, KbCatalog
from modeling.data.images import ImageStore
from modeling.data.linking import link_mentions
from modeling.data.mentions import Mention, read_mentions, splits_of
from modeling.data.wikidiverse import read_closed_set
from pipeline.records.digest import file_digest
from pipeline.records.errors import UsageError
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import MANIFEST

TEST_NAMES = ("test",)
DEV_NAMES = ("valid", "dev", "val", "validation")
TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Entities, mentions and pictures.

    Attributes:
        entities: What can be a candidate.
        mentions: Split -> mentions, gold ids as the catalog has them.
        images: Pictures of mentions and entities.
        facts: Names and digests of all this, for the manifest.
    """

    entities: EntityCatalog
    mentions: Mapping[str, list[Mention]]
    images: ImageStore | None
    facts: Mapping[str, Any]

    @property
    def has_kb(self) -> bool:
        """Whether the entities are a knowledge base, with its mention store."""
        return isinstance(self.entities, KbCatalog)

    @property
    def train(self) -> Sequence[Mention]:
        """Mentions of the training split; none where there is no such split."""
        return self.mentions.get(TRAIN, ())

    def split(self, given: str | None, usual: Sequence[str], flag: str) -> str:
        """The split that a flag names, or the usual one.

        Raises:
            UsageError: the data set has no such split.
        """
        wanted = usual if given is None else (given,)
        for name in wanted:
            if name in self.mentions:
                return name
        raise UsageError(f"the data set has no split {wanted[0]!r} ({flag}); it has {', '.join(sorted(self.mentions))}")


def open_dataset(dataset: Path, kb: Path, images: Sequence[Path]) -> Inputs:
    """A data set against a knowledge base.

    Raises:
        ArtifactError: a folder is missing, unfinished or of another kind.
        UsageError: the data set has no mentions.
    """
    entities = KbCatalog(kb)
    mentions = {split: link_mentions(read_mentions(dataset, split), entities) for split in splits_of(dataset)}
    if not mentions:
        raise UsageError(f"{dataset} has no mentions")
    store = ImageStore(images) if images else None
    facts = {
        "dataset": {"name": dataset.name, "mentions": file_digest(dataset / "mentions" / MANIFEST)},
        "catalog": _catalog(kb.name, entities),
        "images": [_images(folder) for folder in images],
    }
    return Inputs(entities, mentions, store, facts)


def _images(folder: Path) -> dict[str, str]:
    inner = folder / IMAGES.name
    return {"name": folder.name, "images": file_digest((inner if inner.is_dir() else folder) / MANIFEST)}


def open_wikidiverse(captions: Path, splits: Path) -> Inputs:
    """Released captions against the closed set of their gold titles.

    Raises:
        InputError: a file is not of its format.
    """
    found = read_closed_set(captions, splits)
    facts = {
        "dataset": {"name": captions.name, "captions": file_digest(captions), "splits": file_digest(splits)},
        "catalog": _catalog("closed set of gold titles", found.entities),
        "images": [],
    }
    return Inputs(found.entities, found.mentions, None, facts)


def _catalog(name: str, entities: EntityCatalog) -> dict[str, Any]:
    wiki = entities.wiki if isinstance(entities, KbCatalog) else ""
    return {"name": name, "wiki": wiki, "date": entities.date, "digest": entities.digest, "entities": len(entities)}
