"""What retrievers index: the entities of a KB, or a closed set."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from pipeline.kb.entities import EntityStore
from pipeline.kb.store import MentionStore
from pipeline.records import schemas
from pipeline.records.digest import file_digest, image_id, options_digest
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST, open_artifact, read_groups


@dataclass(frozen=True, slots=True)
class IndexedEntity:
    """What a retriever may know of one entity.

    Attributes:
        entity_id: Page id; the place in the sorted titles for a closed set.
        title: Title without underscores.
        text: Lead text; empty where there is none.
        image_id: The entity's image by the paper's rule (the first); None without one.
    """

    entity_id: int
    title: str
    text: str
    image_id: str | None


class EntityCatalog(Protocol):
    """All entities that can be candidates, in ascending order of their ids."""

    @property
    def digest(self) -> str:
        """Changes whenever an entity, its text or its image changes."""

    @property
    def date(self) -> str:
        """Date of the dump behind it (YYYYMMDD); empty where there is none."""

    def __len__(self) -> int:
        """Number of entities."""

    def batches(self, rows: int) -> Iterator[list[IndexedEntity]]:
        """All entities, `rows` at a time, ascending by id."""

    def get(self, ids: Iterable[int]) -> dict[int, IndexedEntity]:
        """Those with these ids, in the order asked; unknown ids are left out."""

    def find(self, title: str) -> int | None:
        """The id behind a title, through redirects where they are known."""

    def is_own(self, title: str) -> bool:
        """Whether an entity bears exactly this title: no redirect, no other spelling."""


class KbCatalog:
    """The articles of a knowledge base (`runners/build_kb.py`)."""

    def __init__(self, kb: Path) -> None:
        """Open the folder.

        Raises:
            ArtifactError: it is missing, unfinished or of another version.
        """
        self.folder = kb
        self._reader = open_artifact(kb / schemas.ENTITIES.name, schemas.ENTITIES)
        self._entities = EntityStore(self._reader)
        self._store = MentionStore.open(kb)
        try:
            manifest = json.loads((kb / MANIFEST).read_text(encoding="utf-8"))
            self._wiki, self._date = str(manifest["wiki"]), str(manifest["date"] or "")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{kb / MANIFEST} is no manifest of a knowledge base: {error!r}") from error

    @property
    def digest(self) -> str:
        """Digest of the manifest of entities/, which names the digest of every shard."""
        return file_digest(self._reader.folder / MANIFEST)

    @property
    def wiki(self) -> str:
        """Name of the wiki, such as enwiki."""
        return self._wiki

    @property
    def date(self) -> str:
        """Date of the dump; empty where the files' names told none."""
        return self._date

    @property
    def store(self) -> MentionStore:
        """Candidates of a surface with P(e|m)."""
        return self._store

    def __len__(self) -> int:
        """Number of articles."""
        return self._reader.rows

    def batches(self, rows: int) -> Iterator[list[IndexedEntity]]:
        """All articles, `rows` at a time; a row group is held at once."""
        return batched(self._rows(), rows)

    def get(self, ids: Iterable[int]) -> dict[int, IndexedEntity]:
        """Those with these ids, in the order asked."""
        found = self._entities.get(ids)
        return {id_: self._indexed(id_, row.title, row.lead, row.image) for id_, row in found.items()}

    def find(self, title: str) -> int | None:
        """The id of the article behind a title or redirect; red links lead to none."""
        hit = self._store.find_title(title)
        return None if hit is None or hit.entity_id < 0 else hit.entity_id  # below 0: red links

    def is_own(self, title: str) -> bool:
        """Whether an article bears exactly this title."""
        hit = self._store.find_title(title)
        return hit is not None and hit.entity == title

    def _rows(self) -> Iterator[IndexedEntity]:
        for path in self._reader.paths:
            for table in read_groups(path, ("entity_id", "title", "lead", "image")):
                columns = (table.column(name).to_pylist() for name in ("entity_id", "title", "lead", "image"))
                yield from map(self._indexed, *columns)

    def _indexed(self, entity_id: int, title: str, lead: str, image: str | None) -> IndexedEntity:
        return IndexedEntity(entity_id, title, lead, None if image is None else image_id(self._wiki, image))


class TitleCatalog:
    """A closed set of titles, such as the gold entities of a data set: ids are places in the sorted titles."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._titles = sorted(set(titles))
        if not self._titles:
            raise UsageError("a closed set of entities wants at least one title")
        self._ids = {title: number for number, title in enumerate(self._titles)}

    @property
    def digest(self) -> str:
        """Digest of the sorted titles."""
        return options_digest({"titles": self._titles})

    @property
    def date(self) -> str:
        """A closed set has none."""
        return ""

    def __len__(self) -> int:
        """Number of titles."""
        return len(self._titles)

    def batches(self, rows: int) -> Iterator[list[IndexedEntity]]:
        """All titles, `rows` at a time."""
        return batched((IndexedEntity(number, title, "", None) for number, title in enumerate(self._titles)), rows)

    def get(self, ids: Iterable[int]) -> dict[int, IndexedEntity]:
        """Those with these ids, in the order asked."""
        wanted = dict.fromkeys(id_ for id_ in ids if 0 <= id_ < len(self._titles))
        return {id_: IndexedEntity(id_, self._titles[id_], "", None) for id_ in wanted}

    def find(self, title: str) -> int | None:
        """The place of exactly this title."""
        return self._ids.get(title)

    def is_own(self, title: str) -> bool:
        """Whether the set has exactly this title."""
        return title in self._ids


def batched(rows: Iterable[IndexedEntity], size: int) -> Iterator[list[IndexedEntity]]:
    """Rows, `size` at a time."""
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch
