"""A tantivy index over titles and leads, written and asked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from modeling.data.entities import IndexedEntity
from pipeline.records.errors import ArtifactError

FIELDS = ("title", "lead")
_ANALYZER = "words"
_HEAP_BYTES = 256 << 20
_LONGEST_TERM = 200
"""Bytes in UTF-8: long words of Cyrillic or Georgian letters have many."""
_UNSPACED = re.compile(
    "[\u0e01-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af]+"
)
"""Runs of Thai, Lao, Burmese, Khmer, Kana and Han letters, which stand without spaces between words."""
_TIED_AT_FIRST = 16
_ID = "entity_id"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query in one field, with the weight that its place gives it."""

    field: str
    text: str
    weight: float


def analyzer() -> tantivy.TextAnalyzer:
    """Words of letters and digits, lower case, accents folded, over-long ones out."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (tantivy.Filter.remove_long(_LONGEST_TERM), tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold()):
        builder = builder.filter(step)
    return builder.build()


def spaced(text: str) -> str:
    """A text whose runs without spaces are pairs of neighbouring letters, as Lucene cuts Chinese and Japanese."""
    return text if text.isascii() else _UNSPACED.sub(_pairs, text)


def _pairs(run: re.Match[str]) -> str:
    letters = run[0]
    return f" {' '.join(letters[at : at + 2] for at in range(max(1, len(letters) - 1)))} "


def make_schema() -> tantivy.Schema:
    """Frequencies only, no positions; the entity id in a fast field."""
    builder = tantivy.SchemaBuilder()
    for name in FIELDS:
        builder.add_text_field(name, stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_integer_field(_ID, stored=False, indexed=False, fast=True)
    return builder.build()


class IndexWriter:
    """Writes one index of several parts: tantivy's segments, which share the statistics of the whole."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        index = tantivy.Index(make_schema(), path=str(folder), reuse=False)
        index.register_tokenizer(_ANALYZER, analyzer())
        self._writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def add(self, entities: Iterable[IndexedEntity]) -> None:
        """Titles and leads of these."""
        for entity in entities:
            document = tantivy.Document()
            document.add_integer(_ID, entity.entity_id)
            document.add_text("title", spaced(entity.title))
            document.add_text("lead", spaced(entity.text))
            self._writer.add_document(document)

    def end_part(self) -> None:
        """Close the segment; eight small ones may become one, which changes no score."""
        self._writer.commit()

    def finish(self) -> None:
        """Wait until all merges have ended; nothing can be added after it."""
        self._writer.wait_merging_threads()


class TextIndex:
    """An index, opened for searching."""

    def __init__(self, folder: Path) -> None:
        """Open it.

        Raises:
            ArtifactError: tantivy cannot.
        """
        try:
            index = tantivy.Index.open(str(folder))
        except ValueError as error:
            raise ArtifactError(f"{folder} is no BM25 index that can be opened: {error}; build it again") from error
        index.register_tokenizer(_ANALYZER, analyzer())
        self._schema = index.schema
        self._searcher = index.searcher()

    @property
    def n_documents(self) -> int:
        """Entities in all parts."""
        return int(self._searcher.num_docs)

    @property
    def n_parts(self) -> int:
        """Segments of the index."""
        return int(self._searcher.num_segments)

    def frequency(self, field: str, text: str) -> int:
        """Documents that hold a term in a field."""
        return int(self._searcher.doc_freq(field, text))

    def search(self, terms: Sequence[Term], k: int) -> list[tuple[int, float]]:
        """The best `k` (entity id, score), and all that tie with the last of them.

        tantivy (0.27) adds up the parts of a score in double precision: equal documents tie exactly, wherever they
        stand.
        """
        parts = []
        for term in terms:
            if self.frequency(term.field, term.text) == 0:
                continue
            query = tantivy.Query.term_query(self._schema, term.field, term.text, index_option="freq")
            parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, term.weight)))
        return self._best(tantivy.Query.boolean_query(parts), k) if parts else []

    def _best(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        limit = k + _TIED_AT_FIRST
        while True:
            hits = self._searcher.search(query, limit=limit, count=False).hits
            if len(hits) < limit or hits[-1][0] < hits[k - 1][0]:
                ids = self._searcher.fast_field_values(_ID, [address for _, address in hits])
                return [(int(id_), float(score)) for id_, (score, _) in zip(ids, hits, strict=True)]
            limit *= 2
