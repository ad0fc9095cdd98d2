"""Search of titles by their beginning, whatever its case."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np

from pipeline.kb.store_files import NONE, PREFIX_CHARS, PREFIX_HITS, REDIRECT, TITLE_KINDS, StoreReader
from pipeline.kb.store_read import EntityTable
from pipeline.records.errors import UsageError
from pipeline.titles.keys import surface_folded

_LEAST_SUGGESTED = 2


@dataclass(frozen=True, slots=True)
class TitleHit:
    """A title and the entity it stands for."""

    title: str
    entity_id: int
    entity: str
    kind: str
    is_redirect: bool
    n_inlinks: int


class PrefixIndex:
    """Titles of a store, redirects included; those of a folded prefix are a range of `title_order`."""

    def __init__(self, reader: StoreReader, entities: EntityTable) -> None:
        self._entities = entities
        self._titles = reader.trie("titles")
        self._entity = reader.array("title_entity", "u32")
        self._kind = reader.array("title_kind", "u8")
        self._order = reader.array("title_order", "u32")
        self._prefixes = reader.trie("prefixes")
        self._prefix_start = reader.array("prefix_start", "u32")
        self._prefix_title = reader.array("prefix_title", "u32")

    def search(self, prefix: str, k: int) -> list[TitleHit]:
        """The best `k` titles that begin with `prefix`, both folded; one title an entity.

        Entities by (−n_inlinks, title); of an entity's titles its own comes before redirects, then the first in
        folded order. A prefix without a visible character finds nothing.

        Raises:
            UsageError: k is below 1.
        """
        if k < 1:
            raise UsageError(f"k is {k}; a search wants at least 1 title")
        folded = surface_folded(prefix)
        if folded and prefix[-1:].isspace():
            folded += " "
        try:
            ids = self._ids(folded, k)
        except UnicodeEncodeError:
            return []
        return [self._hit(id_) for id_ in ids]

    def suggest(self, text: str, k: int) -> list[TitleHit]:
        """Hits of the longest beginning of `text` that has any, of at least 2 characters."""
        folded = surface_folded(text)
        for end in range(len(folded), _LEAST_SUGGESTED - 1, -1):
            if hits := self.search(folded[:end], k):
                return hits
        return []

    def find(self, title_key: str) -> TitleHit | None:
        """What a title stands for; None for no title, or one that ends at no entity."""
        id_ = self._titles.get(title_key)
        return None if id_ is None or self._entity[id_] == NONE else self._hit(id_)

    def _ids(self, folded: str, k: int) -> list[int]:
        if not folded:
            return []
        if len(folded) <= PREFIX_CHARS and k <= PREFIX_HITS:
            at = self._prefixes.get(folded)
            if at is None:
                return []
            begin = self._prefix_start[at]
            return self._prefix_title[begin : min(begin + k, self._prefix_start[at + 1])].tolist()
        return self._best(*self._range(folded), k)

    def _range(self, folded: str) -> tuple[int, int]:
        """First and last + 1 place in `title_order` whose folded title begins with `folded`."""
        size = len(folded)
        begin = bisect_left(self._order, folded, key=self._folded)
        end = bisect_right(self._order, folded, begin, key=lambda id_: self._folded(id_)[:size])
        return begin, end

    def _folded(self, id_: int) -> str:
        return surface_folded(self._titles.restore_key(id_))

    def _best(self, begin: int, end: int, k: int) -> list[int]:
        """Title ids of the range by (entity, not a redirect, place), one an entity, the first k."""
        if begin == end:
            return []
        ids = np.frombuffer(self._order[begin:end], np.uint32)
        entity = np.frombuffer(self._entity, np.uint32)[ids].astype(np.int64)
        is_redirect = np.frombuffer(self._kind, np.uint8)[ids] == REDIRECT
        key = ((entity * 2 + is_redirect) << 32) | np.arange(len(ids))
        wanted = 4 * k
        while True:
            best = np.sort(np.partition(key, wanted - 1)[:wanted] if wanted < len(key) else key)
            owners = best >> 33
            first = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))[:k]
            if len(first) == k or wanted >= len(key):
                return ids[best[first] & NONE].tolist()  # type: ignore[no-any-return]
            wanted *= 4

    def _hit(self, id_: int) -> TitleHit:
        entity = self._entity[id_]
        return TitleHit(
            self._titles.restore_key(id_),
            self._entities.id[entity],
            self._entities.title(entity),
            self._entities.kind(entity),
            TITLE_KINDS[self._kind[id_]] == TITLE_KINDS[REDIRECT],
            self._entities.inlinks[entity],
        )
