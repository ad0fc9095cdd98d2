"""Small catalogs and mentions for tests of retrievers."""

from collections.abc import Iterable, Iterator

from modeling.data.entities import IndexedEntity
from modeling.data.mentions import Mention


class ListCatalog:
    """Entities from a list, in the order of their ids."""

    def __init__(self, rows: Iterable[IndexedEntity], digest: str = "one", date: str = "20210101") -> None:
        self._rows = sorted(rows, key=lambda row: row.entity_id)
        self.digest = digest
        self.date = date

    def __len__(self) -> int:
        return len(self._rows)

    def batches(self, rows: int) -> Iterator[list[IndexedEntity]]:
        return (self._rows[at : at + rows] for at in range(0, len(self._rows), rows))

    def get(self, ids: Iterable[int]) -> dict[int, IndexedEntity]:
        known = {row.entity_id: row for row in self._rows}
        return {id_: known[id_] for id_ in ids if id_ in known}

    def find(self, title: str) -> int | None:
        return next((row.entity_id for row in self._rows if row.title == title), None)

    def is_own(self, title: str) -> bool:
        return self.find(title) is not None


def mention_in(caption: str, surface: str, entity_id: int | None = None, **other) -> Mention:
    """A mention of `surface` where it first stands in the caption."""
    start = caption.index(surface)
    known = {
        "mention_id": f"{abs(entity_id or 0)}-{start}", "pair_id": caption[:16], "split": "test", "caption": caption,
        "surface": surface, "start": start, "end": start + len(surface), "type": None, "entity_id": entity_id,
        "entity": None, "is_nil": entity_id is None, "topic": None, "image_id": None, "visual_clues": None,
    }  # fmt: skip
    return Mention(**{**known, **other})
