"""Candidates by sentence embeddings of mention, caption and title."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np

from modeling.config.options import Option, read_options
from modeling.data.entities import IndexedEntity
from modeling.data.mentions import Mention
from modeling.data.ranking import Ids, Ranking
from modeling.encoders.hub import model_digest, model_folder
from modeling.encoders.text import BATCH_ROWS, TextEncoder, Vectors
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.dense_index import SEARCH_OPTIONS, DenseIndex, check_search, finish_search
from modeling.retrieval.encoding import SHARD_ROWS, encode_entities
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest
from pipeline.records.digest import options_digest
from pipeline.records.errors import ArtifactError, UsageError

OPTIONS = (
    Option("query", str, "sum", "text of a query; sum adds the vectors of both", choices=("mention", "context", "sum")),
    Option("entity", str, "title", "text of an entity", choices=("title", "title+text")),
    Option("batch_rows", int, BATCH_ROWS, "texts that the encoder takes at once", least=1, most=1 << 14),
    Option("shard_rows", int, SHARD_ROWS, "entities a shard, the unit of resume", least=1),
    *SEARCH_OPTIONS,
)
_SEPARATOR = " . "


class Sentence:
    """Cosine of embeddings by any sentence encoder, as it was published: nothing is trained.

    The mention and "mention . caption" are two queries; the sum of their cosines is the score by default. Joined into
    one text they are far worse: the caption's other words drown the name.
    """

    name = "sentence"

    def __init__(self, encoder: TextEncoder, index: DenseIndex, options: Mapping[str, Any]) -> None:
        self._encoder, self._index = encoder, index
        self._query = options["query"]
        self._batch_rows = options.get("batch_rows", BATCH_ROWS)  # an index of an earlier version has none
        self.vectors = index.vectors

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Encode all titles; a killed build goes on with the next shard.

        Raises:
            UsageError: no encoder is given.
        """
        values = read_options(cls.name, OPTIONS, options)
        check_search(values)
        encoder = _encoder(sources)
        model = model_digest(model_folder(str(sources.model)))
        plan = options_digest([cls.name, values, sources.entities.digest, model])
        encode = partial(_encode, encoder, values)
        with staged_index(folder, plan=plan) as staged:
            n = encode_entities(staged, sources.entities, encode, shard_rows=values["shard_rows"])
            finish_search(staged, values)
            facts = {"width": encoder.width, "model": model}
            report = IndexReport(n, len(sources.entities) - n, 0, facts)
            return write_index_manifest(staged, cls.name, sources.entities, values, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Open the vectors, and the encoder for queries.

        Raises:
            ArtifactError: the index is damaged, of other entities, or was built with another model.
        """
        manifest = open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        encoder = _encoder(sources)
        if model_digest(model_folder(str(sources.model))) != manifest["facts"]["model"]:
            raise ArtifactError(f"{folder} was built with another model than {sources.model}; build the index again")
        options = manifest["options"]
        return cls(encoder, DenseIndex(folder, encoder.width, options, sources.device), options)

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The entities of the highest cosine."""
        return self._index.search(self.queries(mentions), k)

    def queries(self, mentions: Sequence[Mention]) -> Vectors:
        """(B, D) query vectors."""
        wanted = self._query
        names = [mention.surface for mention in mentions]
        found = np.zeros((len(mentions), self._encoder.width), np.float32)
        if wanted != "context":
            found += self._encode_once(names)
        if wanted != "mention":
            found += self._encode_once([f"{mention.surface}{_SEPARATOR}{mention.caption}" for mention in mentions])
        return found

    def _encode_once(self, texts: Sequence[str]) -> Vectors:
        different = sorted(set(texts))
        vectors = self._encoder.encode(different, normalize=True, batch_rows=self._batch_rows)
        place = {text: number for number, text in enumerate(different)}
        return vectors[[place[text] for text in texts]] if texts else vectors


def _encoder(sources: Sources) -> TextEncoder:
    if sources.model is None:
        raise UsageError("the retriever sentence wants an encoder: --model sentence=FOLDER, any Hugging Face folder")
    return TextEncoder.open(sources.model, sources.device)


def _encode(encoder: TextEncoder, options: Mapping[str, Any], entities: Sequence[IndexedEntity]) -> tuple[Ids, Vectors]:
    with_text = options["entity"] == "title+text"
    texts = [f"{row.title}. {row.text}" if with_text and row.text else row.title for row in entities]
    vectors = encoder.encode(texts, normalize=True, batch_rows=options["batch_rows"])
    return np.array([row.entity_id for row in entities], np.int64), vectors
