"""A tantivy index over titles and leads, written and asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import tantivy

from modeling.data.entities import IndexedEntity
from pipeline.records.errors import ArtifactError

FIELDS = ("title", "lead")
_ANALYZER = "words"
_HEAP_BYTES = 256 << 20
_LONGEST_TERM = 40
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


def make_schema() -> tantivy.Schema:
    """Frequencies only, no positions; the entity id in a fast field."""
    builder = tantivy.SchemaBuilder()
    for name in FIELDS:
        builder.add_text_field(name, stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_integer_field(_ID, stored=False, indexed=False, fast=True)
    return builder.build()


class ShardWriter:
    """Adds entities to one shard, in the order in which they come."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._schema = make_schema()
        index = tantivy.Index(self._schema, path=str(folder), reuse=False)
        index.register_tokenizer(_ANALYZER, analyzer())
        self._writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def add(self, entities: Iterable[IndexedEntity]) -> None:
        """Titles and leads of these."""
        for entity in entities:
            document = tantivy.Document()
            document.add_integer(_ID, entity.entity_id)
            document.add_text("title", entity.title)
            document.add_text("lead", entity.text)
            self._writer.add_document(document)

    def finish(self) -> None:
        """Commit, and wait until all merges have ended."""
        self._writer.commit()
        self._writer.wait_merging_threads()


class Shard:
    """One shard, opened for searching."""

    def __init__(self, folder: Path) -> None:
        """Open it.

        Raises:
            ArtifactError: tantivy cannot.
        """
        try:
            self._index = tantivy.Index.open(str(folder))
        except ValueError as error:
            raise ArtifactError(f"{folder} is no BM25 index that can be opened: {error}; build it again") from error
        self._index.register_tokenizer(_ANALYZER, analyzer())
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self.n_documents = int(self._searcher.num_docs)

    def frequency(self, field: str, text: str) -> int:
        """Documents that hold a term in a field."""
        return int(self._searcher.doc_freq(field, text))

    def search(
        self, terms: Sequence[Term], inverse: Mapping[tuple[str, str], float], k: int
    ) -> list[tuple[int, float]]:
        """The best `k` (entity id, score), and all that tie with the last of them.

        `inverse` holds the inverse document frequency of each (field, text) over all shards: a shard's own is boosted
        to it, so that scores of several shards can be compared.
        """
        parts = []
        for term in terms:
            own = self.frequency(term.field, term.text)
            if own == 0:
                continue
            boost = term.weight * inverse[term.field, term.text] / inverse_frequency(own, self.n_documents)
            query = tantivy.Query.term_query(self._schema, term.field, term.text, index_option="freq")
            parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, boost)))
        return self._best(tantivy.Query.boolean_query(parts), k) if parts else []

    def _best(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        limit = k + _TIED_AT_FIRST
        while True:
            hits = self._searcher.search(query, limit=limit, count=False).hits
            if len(hits) < limit or hits[-1][0] < hits[k - 1][0]:
                ids = self._searcher.fast_field_values(_ID, [address for _, address in hits])
                return [(int(id_), float(score)) for id_, (score, _) in zip(ids, hits, strict=True)]
            limit *= 2


def inverse_frequency(n_with: int, n_documents: int) -> float:
    """BM25's inverse document frequency, ln(1 + (N − n + 0.5) / (n + 0.5)), as tantivy and Lucene have it."""
    return log(1 + (n_documents - n_with + 0.5) / (n_with + 0.5))
