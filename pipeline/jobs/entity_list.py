"""The entities that captions can mean: what images are wanted of.

Each caption is asked about three ways: the text of its links (or annotated mentions), the titles that they lead to, and
every run of 1 to `max_ngram` words. A surface means its best `top` candidates by P(e|m), exact ones before folded
ones, without those below `min_p`. A title means the entity it leads to, or what it means as a surface where it leads
to none.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.jobs.caption_sources import Captions, KnownCaption, corpus_captions, given_captions
from pipeline.jobs.sources import foreign_kb, read_finished
from pipeline.kb.candidates import Candidates
from pipeline.kb.store import MentionStore
from pipeline.records.entity_list import ListedEntity, write_entity_list
from pipeline.records.errors import UsageError
from pipeline.records.names import EntityKind, Level
from pipeline.titles.function_words import function_words
from pipeline.titles.words import WORD

SURFACE, TITLE, NGRAM = SOURCES = ("link surface", "link target", "word n-gram")
MAX_NGRAM = 20
LIST = "entities.tsv"
_PROGRESS_STEP = 200
_LOGGER = logging.getLogger(__name__)
Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EntityListOptions:
    """What to ask, whom, and where the list goes; exactly one of `corpus` and `captions` is given."""

    kb: Path
    out: Path
    corpus: Path | None = None
    captions: Path | None = None
    top: int = 20
    max_ngram: int = 5
    min_p: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what could only give an empty or absurd list."""
        if self.out.is_dir():
            raise UsageError(f"--out {self.out} is a folder; it wants the name of a file, such as {self.out / LIST}")
        if (self.corpus is None) == (self.captions is None):
            raise UsageError("give either --corpus or --captions")
        if self.top < 1:
            raise UsageError(f"--top is {self.top}; allowed is 1 or more")
        if not 0 <= self.max_ngram <= MAX_NGRAM:
            raise UsageError(f"--max-ngram is {self.max_ngram}; allowed is 0 (links alone) to {MAX_NGRAM}")
        if not 0 <= self.min_p <= 1:
            raise UsageError(f"--min-p is {self.min_p}; allowed is 0 to 1")


@dataclass(slots=True)
class SourceCount:
    """What one source asked and found; texts and entities that come again count once."""

    asked: int = 0
    hits: int = 0
    entities: int = 0


@dataclass(slots=True)
class EntityList:
    """The list with the figures behind it.

    `n_red` counts the entities left out because no page describes them (red links): they cannot have an image.
    """

    entities: list[ListedEntity]
    n_captions: int
    n_without: int
    n_red: int
    sources: dict[str, SourceCount] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def list_entities(options: EntityListOptions, on_captions: Callable[[int, int, int], None] | None = None) -> EntityList:
    """Write the list to `options.out`; most wanted entities first, then by id.

    Args:
        options: see EntityListOptions.
        on_captions: hears how many captions of how many are done, and how many entities are found.

    Raises:
        UsageError, InputError, ArtifactError: captions or knowledge base cannot be read.
    """
    wiki = str(read_finished(options.kb, "kb").get("wiki") or "")
    captions = _captions(options)
    store = MentionStore.open(options.kb)
    warnings = [foreign_kb(captions.linked, wiki)] if captions.linked not in ("", wiki) else []
    for warning in warnings:
        _LOGGER.warning("%s", warning)
    asker = Asker(store, options)
    n_pairs: Counter[int] = Counter()
    n_without = 0
    for number, caption in enumerate(captions.read(wiki), 1):
        found = asker.entities_of(caption)
        n_pairs.update(found)
        n_without += not found
        if on_captions is not None and number % _PROGRESS_STEP == 0:
            on_captions(number, captions.n, len(n_pairs))
    rows = [ListedEntity(id_, asker.names[id_], n) for id_, n in n_pairs.items()]
    rows.sort(key=lambda row: (-row.n_pairs, row.entity_id))
    write_entity_list(options.out, rows)
    return EntityList(rows, captions.n, n_without, len(asker.red), asker.counts(), tuple(warnings))


def ngrams(caption: str, longest: int, skipped: frozenset[str] = frozenset()) -> list[str]:
    """Runs of 1 to `longest` words with what stands between them, each once, in order of place and length.

    A run before a full stop also comes with it ("U.S."). Runs of words that are all in `skipped` are left out.
    """
    words = list(WORD.finditer(caption))
    found: dict[str, None] = {}
    for place, first in enumerate(words):
        is_skipped = True
        for last in words[place : place + longest]:
            is_skipped = is_skipped and last[0] in skipped
            if is_skipped:
                continue
            found[caption[first.start() : last.end()]] = None
            if caption.startswith(".", last.end()):
                found[caption[first.start() : last.end() + 1]] = None
    return list(found)


class Asker:
    """Asks the store, each text once; keeps names and figures."""

    def __init__(self, store: MentionStore, options: EntityListOptions) -> None:
        self.names: dict[int, str] = {}
        self.red: set[int] = set()
        self._store = store
        self._options = options
        self._skipped = function_words(str(store.manifest.get("lang", "")))
        self._surfaces: dict[str, Ids] = {}
        self._titles: dict[str, Ids] = {}
        self._asked: dict[str, dict[str, Ids]] = {source: {} for source in SOURCES}

    def entities_of(self, caption: KnownCaption) -> set[int]:
        """Ids of the articles that the caption can mean."""
        found: set[int] = set()
        for source, text, ids in self._answers(caption):
            self._asked[source][text] = ids
            found.update(ids)
        return found

    def counts(self) -> dict[str, SourceCount]:
        """Figures by source."""
        return {
            source: SourceCount(
                len(answers), sum(map(bool, answers.values())), len({id_ for ids in answers.values() for id_ in ids})
            )
            for source, answers in self._asked.items()
        }

    def _answers(self, caption: KnownCaption) -> Iterator[tuple[str, str, Ids]]:
        for text in caption.surfaces:
            yield SURFACE, text, self._of_surface(text)
        for text in caption.titles:
            yield TITLE, text, self._of_title(text)
        for text in ngrams(caption.caption, self._options.max_ngram, self._skipped):
            yield NGRAM, text, self._of_surface(text)

    def _of_surface(self, text: str) -> Ids:
        ids = self._surfaces.get(text)
        if ids is None:
            found = self._store.lookup(text, self._options.top, deepest=Level.FOLDED)
            ids = self._surfaces[text] = self._likely(found)
        return ids

    def _of_title(self, title: str) -> Ids:
        ids = self._titles.get(title)
        if ids is None:
            hit = self._store.find_title(title)
            ids = self._of_surface(title) if hit is None else self._noted(hit.entity_id, hit.entity, hit.kind)
            self._titles[title] = ids
        return ids

    def _likely(self, found: Candidates) -> Ids:
        """Ids of the articles among candidates that are likely enough."""
        if not found:
            return ()
        columns = zip(found.p, found.entity_ids, found.entities, found.kinds, strict=True)
        kept = (self._noted(id_, name, kind) for p, id_, name, kind in columns if p >= self._options.min_p)
        return tuple(id_ for ids in kept for id_ in ids)

    def _noted(self, id_: int, name: str, kind: str) -> Ids:
        """The id, its name remembered; none for a red entity."""
        if kind == EntityKind.RED:
            self.red.add(id_)
            return ()
        self.names[id_] = name
        return (id_,)


def _captions(options: EntityListOptions) -> Captions:
    if options.corpus is not None:
        return corpus_captions(options.corpus)
    assert options.captions is not None  # the options hold one of the two
    return given_captions(options.captions)
