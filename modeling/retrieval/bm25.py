"""Candidates by BM25 over titles and lead texts (paper 5.1, textual context)."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from modeling.config.options import Option, read_options
from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, ranking_of
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.bm25_index import FIELDS, Shard, ShardWriter, Term, analyzer, inverse_frequency
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest

OPTIONS = (
    Option("shards", int, 1, "parts of the index, searched at once", least=1, most=64),
    Option("window", int, 8, "words of the caption on either side of the mention", least=0),
    Option("title_weight", float, 2.0, "weight of a word found in the title", least=0),
    Option("mention_weight", float, 2.0, "weight of the mention's own words", least=0),
    Option("max_df", float, 0.1, "caption words in more than this share of leads are left out", least=0, most=1),
)
_BATCH = 2_000
_DECIMALS = 4
"""Of scores from several shards: boosts round differently in each, and equal documents shall tie."""
_WORD = re.compile(r"\w+")


class Bm25:
    """BM25 (k1 1.2, b 0.75) with tantivy; the query is the mention and a window of words round it.

    Documents are dealt out to shards in turn, and every shard scores with the document frequencies of all, so the
    number of shards changes a score only by the mean length of a shard's documents (about one part in a thousand).
    """

    name = "bm25"

    def __init__(self, shards: Sequence[Shard], options: Mapping[str, Any]) -> None:
        self._shards = shards
        self._options = options
        self._analyzer = analyzer()
        self._n_documents = sum(shard.n_documents for shard in shards)
        self._known: dict[tuple[str, str], int] = {}

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Index all titles and leads; `OPTIONS` lists the options."""
        values = read_options(cls.name, OPTIONS, options)
        n_empty = n = 0
        with staged_index(folder) as staged:
            writers = [ShardWriter(staged / f"shard-{number:02d}") for number in range(values["shards"])]
            for batch in sources.entities.batches(_BATCH):
                for number, writer in enumerate(writers):
                    writer.add(batch[(number - n) % len(writers) :: len(writers)])
                n += len(batch)
                n_empty += sum(not entity.text for entity in batch)
            for writer in writers:
                writer.finish()
            report = IndexReport(n, 0, 0, {"without lead": n_empty})
            return write_index_manifest(staged, cls.name, sources.entities, values, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Open all shards."""
        manifest = open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        shards = [Shard(folder / f"shard-{number:02d}") for number in range(manifest["options"]["shards"])]
        return cls(shards, manifest["options"])

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The best `k` of all shards; a mention none of whose words any entity has gets an empty list."""
        if len(self._shards) == 1:
            return ranking_of([self._ask(self._shards[0], self.terms(mention), k) for mention in mentions], k)
        with ThreadPoolExecutor(len(self._shards)) as pool:
            lists = []
            for mention in mentions:
                terms = self.terms(mention)
                found = pool.map(lambda shard, terms=terms: self._ask(shard, terms, k), self._shards)
                lists.append([(id_, round(score, _DECIMALS)) for part in found for id_, score in part])
        return ranking_of(lists, k)

    def terms(self, mention: Mention) -> list[Term]:
        """The words of the mention and of the window, each in both fields, one term a word."""
        weights: dict[str, float] = {}
        for text in self._analyzer.analyze(_window(mention, self._options["window"])):
            weights.setdefault(text, 1.0)
        most = self._options["max_df"] * self._n_documents
        kept = {text: 1.0 for text in weights if self._frequency("lead", text) <= most}
        kept |= dict.fromkeys(self._analyzer.analyze(mention.surface), self._options["mention_weight"])
        in_field = {"title": self._options["title_weight"], "lead": 1.0}
        return [Term(field, text, weight * in_field[field]) for text, weight in kept.items() for field in FIELDS]

    def _ask(self, shard: Shard, terms: Sequence[Term], k: int) -> list[tuple[int, float]]:
        inverse = {
            (term.field, term.text): inverse_frequency(self._frequency(term.field, term.text), self._n_documents)
            for term in terms
        }
        return shard.search(terms, inverse, k)

    def _frequency(self, field: str, text: str) -> int:
        key = (field, text)
        if key not in self._known:
            self._known[key] = sum(shard.frequency(field, text) for shard in self._shards)
        return self._known[key]


def _window(mention: Mention, n_words: int) -> str:
    """`n_words` words before the mention and as many after it; all of the caption where its place is ambiguous."""
    if mention.start is None:
        return mention.caption
    left, right = _WORD.findall(mention.left), _WORD.findall(mention.right)
    return " ".join([*left[max(0, len(left) - n_words) :], *right[:n_words]])
