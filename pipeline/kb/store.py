"""The mention store: candidates of a surface in microseconds."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.kb.candidates import Candidates, Part
from pipeline.kb.prefix import PrefixIndex, TitleHit
from pipeline.kb.store_files import STORE, StoreReader
from pipeline.kb.store_read import EntityTable, ListTable
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST, SUCCESS, is_finished
from pipeline.records.names import Level
from pipeline.titles.keys import stripped_form, surface_folded, surface_key


class MentionStore:
    """A compiled store, opened by memory-mapping; many processes share one copy of it.

    Attributes:
        folder: Where it lies.
        manifest: Weights, options, numbers of rows, digests of files and inputs.
    """

    def __init__(self, reader: StoreReader) -> None:
        self.folder = reader.folder
        self.manifest = reader.manifest
        self._reader = reader
        self._lang = str(reader.manifest.get("lang", "en"))
        self._lists = ListTable(reader)
        self._entities = EntityTable(reader)
        self._titles = PrefixIndex(reader, self._entities)
        self._fold_list = reader.array("fold_list", "u32")
        self._list_of_surface: Callable[[str], int | None] = reader.trie("surfaces").get
        self._fold_of: Callable[[str], int | None] = reader.trie("folds").get

    @classmethod
    def open(cls, folder: Path) -> "MentionStore":
        """Open a store folder, or the store of a KB folder.

        Raises:
            ArtifactError: it is missing, unfinished, damaged or of another version, or a run renews the KB.
        """
        is_kb = (folder / STORE).is_dir()
        if is_kb and (folder / MANIFEST).is_file() and not is_finished(folder):
            raise ArtifactError(
                f"{folder} has no {SUCCESS}: a run renews it just now, or one did not end; run it again"
            )
        return cls(StoreReader(folder / STORE if is_kb else folder))

    def __reduce__(self) -> tuple[Callable[[Path], "MentionStore"], tuple[Path]]:
        """Another process opens the same folder."""
        return MentionStore.open, (self.folder,)

    def lookup(self, surface: str, k: int = 100, *, deepest: Level = Level.STRIPPED) -> Candidates:
        """The best `k` candidates: those of the exact surface, then of its fold, then of its stripped form.

        Each entity comes once, on the first level that knows it; within a level by (−c, entity_id). A list holds
        at most 1,000. `deepest` = exact or folded leaves the levels after it out.

        Raises:
            UsageError: k is below 1.
        """
        if k < 1:
            raise UsageError(f"k is {k}; a look-up wants at least 1 candidate")
        try:
            return self._lookup(surface, k, deepest)
        except UnicodeEncodeError:
            # A lone surrogate (an undecodable argument): no surface holds one.
            return Candidates(surface, (), [], self._lists, self._entities)

    def lookup_many(
        self, surfaces: Iterable[str], k: int = 100, *, deepest: Level = Level.STRIPPED
    ) -> list[Candidates]:
        """`lookup` of each surface, in order; a surface that comes again costs nothing."""
        known: dict[str, Candidates] = {}
        answers = []
        for surface in surfaces:
            found = known.get(surface)
            if found is None:
                found = known[surface] = self.lookup(surface, k, deepest=deepest)
            answers.append(found)
        return answers

    def total(self, surface: str) -> int:
        """Σ c over all entities of the exact surface, before any cut; 0 for an unknown one."""
        try:
            number = self._list_of_surface(surface_key(surface))
        except UnicodeEncodeError:
            return 0
        return 0 if number is None else self._lists.total(number)

    def search_prefix(self, prefix: str, k: int = 20) -> list[TitleHit]:
        """Titles that begin with `prefix` whatever its case, the most linked entities first."""
        return self._titles.search(prefix, k)

    def suggest(self, text: str, k: int = 5) -> list[TitleHit]:
        """Titles that share as long a beginning with `text` as any does; none below 2 characters."""
        return self._titles.suggest(text, k)

    def find_title(self, title_key: str) -> TitleHit | None:
        """What a title stands for; None where the wiki has none, or one that ends at no entity."""
        return self._titles.find(title_key)

    def verify(self) -> None:
        """Compare every byte with the manifest's digests; opening checks sizes only.

        Raises:
            ArtifactError: a file is damaged.
        """
        self._reader.verify()

    def _lookup(self, surface: str, k: int, deepest: Level) -> Candidates:
        key = surface_key(surface)
        parts: list[Part] = []
        entities: list[int] = []
        exact = self._list_of_surface(key)
        if exact is not None:
            self._add(Level.EXACT, exact, k, parts, entities)
        if len(entities) < k and deepest is not Level.EXACT:
            folded = surface_folded(key)
            number = self._folded_list(folded)
            if number is not None and number != exact:
                self._add(Level.FOLDED, number, k, parts, entities)
            if len(entities) < k and deepest is not Level.FOLDED:
                stripped = stripped_form(key, self._lang)
                other = None if stripped == key else self._folded_list(surface_folded(stripped))
                if other is not None and other not in {number, exact}:
                    self._add(Level.STRIPPED, other, k, parts, entities)
        return Candidates(surface, parts, entities, self._lists, self._entities)

    def _folded_list(self, folded: str) -> int | None:
        """The list of a fold; a fold without key may be a surface that is the only one of its fold."""
        fold = self._fold_of(folded)
        if fold is not None:
            return self._fold_list[fold]
        number = self._list_of_surface(folded)
        return number if number is not None and surface_folded(folded) == folded else None

    def _add(self, level: Level, number: int, k: int, parts: list[Part], entities: list[int]) -> None:
        """Append the rows of a list whose entities are new, until there are k."""
        begin, end = self._lists.start[number], self._lists.start[number + 1]
        if not entities:
            end = min(end, begin + k)
            entities += self._lists.entity[begin:end].tolist()
            parts.append(Part(level, number, range(begin, end)))
            return
        known = set(entities)
        rows = []
        for row, entity in enumerate(self._lists.entity[begin:end].tolist(), begin):
            if entity not in known:
                rows.append(row)
                entities.append(entity)
                if len(entities) == k:
                    break
        if rows:
            parts.append(Part(level, number, rows))
