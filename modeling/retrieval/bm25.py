"""Candidates by BM25 over titles and lead texts (paper 5.1, textual context)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from modeling.config.options import Option, read_options
from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, ranking_of
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.bm25_index import FIELDS, IndexWriter, Term, TextIndex, analyzer, spaced
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest

OPTIONS = (
    Option("shards", int, 1, "parts in which the index is written; any number gives the same scores", least=1, most=64),
    Option("window", int, 8, "words of the caption on either side of the mention", least=0),
    Option("title_weight", float, 2.0, "weight of a word found in the title", least=0),
    Option("mention_weight", float, 2.0, "weight of the mention's own words", least=0),
    Option("max_df", float, 0.1, "caption words in more than this share of leads are left out", least=0, most=1),
)
_BATCH = 2_000
_FOLDER = "tantivy"


class Bm25:
    """BM25 (k1 1.2, b 0.75) with tantivy; the query is the mention and a window of words round it.

    The parts of an index share document frequencies and mean lengths: the lists do not depend on their number.
    """

    name = "bm25"

    def __init__(self, index: TextIndex, options: Mapping[str, Any]) -> None:
        self._index = index
        self._options = options
        self._analyzer = analyzer()

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Index all titles and leads; `OPTIONS` lists the options."""
        values = read_options(cls.name, OPTIONS, options)
        rows_of_part = max(1, -(-len(sources.entities) // values["shards"]))
        n_empty = n = 0
        with staged_index(folder) as staged:
            writer = IndexWriter(staged / _FOLDER)
            for batch in sources.entities.batches(min(_BATCH, rows_of_part)):
                writer.add(batch)
                n += len(batch)
                n_empty += sum(not entity.text for entity in batch)
                if n % rows_of_part < len(batch):  # a batch is no longer than a part
                    writer.end_part()
            writer.end_part()
            writer.finish()
            report = IndexReport(n, 0, 0, {"without lead": n_empty})
            return write_index_manifest(staged, cls.name, sources.entities, values, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Open the index."""
        manifest = open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        return cls(TextIndex(folder / _FOLDER), manifest["options"])

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The best `k`; a mention none of whose words any entity has gets an empty list."""
        return ranking_of([self._index.search(self.terms(mention), k) for mention in mentions], k)

    def terms(self, mention: Mention) -> list[Term]:
        """The words of the mention and of the window, each in both fields, one term a word."""
        most = self._options["max_df"] * self._index.n_documents
        kept = {word: 1.0 for word in self._window(mention) if self._index.frequency("lead", word) <= most}
        kept |= dict.fromkeys(self._words(mention.surface), self._options["mention_weight"])
        in_field = {"title": self._options["title_weight"], "lead": 1.0}
        return [Term(field, word, weight * in_field[field]) for word, weight in kept.items() for field in FIELDS]

    def _window(self, mention: Mention) -> list[str]:
        """The words on either side of the mention; all of the caption where its place is ambiguous."""
        if mention.start is None:
            return self._words(mention.caption)
        left, right, n = self._words(mention.left), self._words(mention.right), self._options["window"]
        return [*left[max(0, len(left) - n) :], *right[:n]]

    def _words(self, text: str) -> list[str]:
        words: list[str] = self._analyzer.analyze(spaced(text))
        return words
