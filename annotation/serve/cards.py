"""What the page shows of entities: candidates and titles from a KB."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from annotation.checks.knowledge import StoreKnowledge
from annotation.checks.scene import Knowledge, PageFacts
from annotation.serve.pictures import Pictures
from pipeline.kb.entities import EntityStore
from pipeline.kb.store import MentionStore
from pipeline.records.digest import image_id
from pipeline.records.kb import Entity
from pipeline.records.names import EntityKind

MOST = 30
_LEAD_CHARS = 420


@dataclass(frozen=True, slots=True)
class Card:
    """An entity as the page shows it.

    Attributes:
        entity_id: Its id.
        entity: Its title.
        lead: Beginning of its article.
        p: P(e|m); None where it was found by title.
        level: exact, folded or stripped: on which form of the surface it was found.
        via: The redirect's title that was searched for; '' where none.
        n_inlinks: Links to it.
        picture: Whether there is a thumbnail.
    """

    entity_id: int
    entity: str
    lead: str
    p: float | None
    level: str
    via: str
    n_inlinks: int
    picture: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON value."""
        return {name: getattr(self, name) for name in self.__slots__}


class Library:
    """A knowledge base for many threads: they take turns, each look-up takes microseconds."""

    def __init__(self, kb: Path, pictures: Pictures) -> None:
        """Open the KB; `pictures` may hold some of its entities.

        Raises:
            ArtifactError: it is missing, unfinished or damaged.
        """
        self.folder = kb
        self._pictures = pictures
        self._store = MentionStore.open(kb)
        self._entities = EntityStore.open(kb)
        self._lock = Lock()
        self.knowledge: Knowledge = _TakingTurns(StoreKnowledge(self._store), self._lock)
        self.wiki = str(self._store.manifest.get("wiki", ""))

    def candidates(self, surface: str, k: int) -> list[Card]:
        """What a surface can mean, best first."""
        with self._lock:
            found = [one for one in self._store.lookup(surface, k) if one.kind != EntityKind.RED]
            about = self._entities.get(one.entity_id for one in found)
        return [self._card(one.entity_id, one.entity, about, p=one.p, level=one.level.value) for one in found]

    def titles(self, prefix: str, k: int) -> list[Card]:
        """Entities whose title, or a redirect to it, begins with `prefix`, the most linked first."""
        with self._lock:
            found = [one for one in self._store.search_prefix(prefix, k) if one.kind != EntityKind.RED]
            about = self._entities.get(one.entity_id for one in found)
        return [self._card(one.entity_id, one.entity, about, via=one.title if one.is_redirect else "") for one in found]

    def about(self, titles: Iterable[str]) -> list[Card]:
        """The entities of these titles, those that are none left out."""
        with self._lock:
            hits = [hit for title in titles if (hit := self._store.find_title(title)) is not None]
            about = self._entities.get(hit.entity_id for hit in hits)
        return [self._card(hit.entity_id, hit.entity, about) for hit in hits]

    def picture_id(self, entity_id: int) -> str | None:
        """Id of the picture of an entity; None where there is none."""
        with self._lock:
            entity = self._entities.get([entity_id]).get(entity_id)
        return None if entity is None else self._picture_of(entity)

    def resolve(self, title: str) -> str | None:
        """Title of the article that a title stands for."""
        with self._lock:
            hit = self._store.find_title(title)
        return None if hit is None else hit.entity

    def _picture_of(self, entity: Entity) -> str | None:
        ids = (image_id(self.wiki, title) for title in (entity.image, entity.page_image) if title)
        return next(filter(self._pictures.has, ids), None)

    def _card(
        self, entity_id: int, title: str, about: dict[int, Entity], *, p: float | None = None, level: str = "",
        via: str = "",
    ) -> Card:  # fmt: skip
        entity = about.get(entity_id)
        if entity is None:
            return Card(entity_id, title, "", p, level, via, 0)
        lead = _cut(" ".join(entity.lead.split()))
        return Card(entity_id, title, lead, p, level, via, entity.n_inlinks, self._picture_of(entity) is not None)


class _TakingTurns:
    """Knowledge for checks, behind the library's lock."""

    def __init__(self, knowledge: Knowledge, lock: Lock) -> None:
        self._knowledge = knowledge
        self._lock = lock

    def page(self, title: str) -> PageFacts | None:
        """What a title stands for."""
        with self._lock:
            return self._knowledge.page(title)

    def candidates(self, surface: str) -> Sequence[tuple[str, float]]:
        """Titles with P(e|m)."""
        with self._lock:
            return self._knowledge.candidates(surface)


def _cut(text: str) -> str:
    """The beginning of a text, whole words."""
    if len(text) <= _LEAD_CHARS:
        return text
    return f"{text[:_LEAD_CHARS].rpartition(' ')[0] or text[:_LEAD_CHARS]} …"
