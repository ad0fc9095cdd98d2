"""The knowledge base of a built store, as checks need it."""

from collections.abc import Sequence

from annotation.checks.scene import PageFacts
from pipeline.kb.store import MentionStore

_CANDIDATES = 100


class StoreKnowledge:
    """Answers checks from a mention store; it knows no types and only titles that end at an article."""

    def __init__(self, store: MentionStore) -> None:
        self._store = store

    def page(self, title: str) -> PageFacts | None:
        """What a title stands for; None where it ends at no article."""
        hit = self._store.find_title(title)
        return None if hit is None else PageFacts(title, "redirect" if hit.is_redirect else hit.kind, hit.entity)

    def candidates(self, surface: str) -> Sequence[tuple[str, float]]:
        """Titles of entities with P(e|m), best first."""
        found = self._store.lookup(surface, _CANDIDATES)
        return list(zip(found.entities, found.p, strict=True))
