"""BLINK's bi-encoder as a retriever: trained, encoded, searched exactly."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Self

import numpy as np

from modeling.config.options import Option, read_options
from modeling.data.entities import EntityCatalog, IndexedEntity
from modeling.data.mentions import Mention
from modeling.data.ranking import Ids, Ranking
from modeling.encoders.hub import model_digest, model_folder, unknown_share
from modeling.encoders.text import POOLINGS
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.blink_encoder import BiEncoder, Lengths, is_biencoder
from modeling.retrieval.blink_titles import title_mentions
from modeling.retrieval.blink_training import Trainer, TrainingOptions
from modeling.retrieval.dense import PRECISIONS, Vectors
from modeling.retrieval.dense_index import SEARCH_OPTIONS, DenseIndex, check_search, finish_search
from modeling.retrieval.encoding import encode_entities
from modeling.retrieval.index_folder import WORK, open_index, staged_index, write_index_manifest
from pipeline.records.digest import options_digest
from pipeline.records.errors import UsageError
from pipeline.records.manifest import write_json

_PLAIN, _LENGTHS = TrainingOptions(), Lengths()
OPTIONS = (
    Option("epochs", int, _PLAIN.epochs, "rounds with in-batch negatives; 0 for a trained bi-encoder", least=0),
    Option("hard_epochs", int, _PLAIN.hard_epochs, "rounds after them with mined negatives too", least=0),
    Option("batch", int, _PLAIN.batch, "mentions a step", least=2),
    Option("negatives", int, _PLAIN.negatives, "mined negatives of a mention", least=1),
    Option("lr", float, _PLAIN.lr, "peak learning rate", least=0),
    Option("precision", str, _PLAIN.precision, "numbers inside the towers and of the search", choices=PRECISIONS),
    Option("seed", int, _PLAIN.seed, "of order and dropout", least=0),
    Option("checkpoint_steps", int, _PLAIN.checkpoint_steps, "steps between two checkpoints", least=1),
    Option("mention_tokens", int, _LENGTHS.mention, "tokens of a mention with its context", least=8),
    Option("entity_tokens", int, _LENGTHS.entity, "tokens of an entity", least=8),
    Option(
        "pooling", str, "cls", "vector of a text: of its first token, as BLINK, or the mean of all", choices=POOLINGS
    ),
    Option("titles", bool, default=False, meaning="train on the entities' titles and first sentences too"),
    Option("titles_most", int, 100_000, "entities, drawn by the seed, whose titles are trained on at most", least=1),
    Option(
        "mined_among", int, _PLAIN.mined_among, "mine among the golds and so many drawn by the seed; 0 for all", least=0
    ),
    Option("shard_rows", int, _PLAIN.shard_rows, "entities a shard, the unit of resume", least=1),
    *SEARCH_OPTIONS,
)
_LOG = "training.json"


class Blink:
    """Bi-encoder of mention in context and entity text, inner product of the [CLS] vectors (paper 5.1, BLINK)."""

    name = "blink"

    def __init__(self, encoder: BiEncoder, index: DenseIndex) -> None:
        self._encoder, self._index = encoder, index

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Train the towers and encode all entities; a killed run goes on where it stood.

        `sources.model` is any BERT folder, trained here on `sources.train` (weakly labelled mentions among them count
        like the others), or a bi-encoder that is trained already: its epochs and hard_epochs are 0 unless they are
        given. `options`: those of `OPTIONS`.

        Raises:
            UsageError: there is no model, nothing to train on, or an option is unknown.
        """
        if sources.model is None:
            raise UsageError("blink wants a BERT folder or a trained bi-encoder (--model)")
        base = model_folder(sources.model)
        chosen = _chosen(options, trained=is_biencoder(base))
        check_search(chosen)
        mentions = list(sources.train)
        if chosen["titles"]:
            mentions += title_mentions(sources.entities, int(chosen["titles_most"]), int(chosen["seed"]))
        plan = _plan(base, sources, chosen, mentions)
        with staged_index(folder, plan=plan) as staged:
            facts = _train(base, sources, staged, chosen, mentions)
            encoder = BiEncoder.open(staged / "model", sources.device, precision=chosen["precision"])
            facts["unknown_share"] = unknown_share(encoder.entity.tokenizer, _sample(sources.entities))

            def encode(batch: Sequence[IndexedEntity]) -> tuple[Ids, Vectors]:
                return np.array([one.entity_id for one in batch]), encoder.encode_entities(batch)

            found = encode_entities(staged, sources.entities, encode, shard_rows=int(chosen["shard_rows"]))
            finish_search(staged, chosen)
            report = IndexReport(found, len(sources.entities) - found, 0, {**facts, "width": encoder.width})
            return write_index_manifest(staged, cls.name, sources.entities, chosen, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Open a finished index; its own towers encode the mentions."""
        manifest = open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        options = manifest["options"]
        encoder = BiEncoder.open(folder / "model", sources.device, precision=str(options["precision"]))
        return cls(encoder, DenseIndex(folder, encoder.width, options, sources.device))

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The best `k` entities of each mention."""
        return self._index.search(self._encoder.encode_mentions(mentions), k)


def _chosen(options: Mapping[str, Any], *, trained: bool) -> dict[str, Any]:
    rounds = {"epochs": 0, "hard_epochs": 0} if trained else {}
    return read_options(Blink.name, OPTIONS, {**rounds, **options})


def _plan(base: Path, sources: Sources, chosen: Mapping[str, Any], mentions: Sequence[Mention]) -> str:
    rows = [(m.mention_id, m.caption, m.start, m.end, m.surface, m.entity_id) for m in mentions]
    return options_digest(
        {"model": model_digest(base), "catalog": sources.entities.digest, "options": dict(chosen), "train": rows}
    )


def _train(
    base: Path, sources: Sources, staged: Path, chosen: Mapping[str, Any], mentions: Sequence[Mention]
) -> dict[str, Any]:
    """Put trained towers into `staged/model`; what was logged on the way."""
    place = staged / "model"
    if not is_biencoder(place):
        encoder = _untrained(base, sources.device, chosen)
        settings = TrainingOptions(**{field.name: chosen[field.name] for field in fields(TrainingOptions)})
        if not (is_biencoder(base) or settings.epochs + settings.hard_epochs):
            raise UsageError(f"{base} is a plain BERT: blink wants epochs or hard_epochs to train its towers")
        facts: dict[str, Any] = {"n_trained_on": 0, "training": []}
        if settings.epochs + settings.hard_epochs:
            trainer = Trainer(encoder, mentions, sources.entities, settings)
            facts = {"n_trained_on": len(trainer.mentions), "training": trainer.run(staged / WORK / "training")}
        half = staged / WORK / "model"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        write_json(half / _LOG, facts)
        encoder.save(half)
        half.rename(place)
    return dict(json.loads((place / _LOG).read_text(encoding="utf-8")))


def _untrained(base: Path, device: str, chosen: Mapping[str, Any]) -> BiEncoder:
    if is_biencoder(base):
        return BiEncoder.open(base, device)
    lengths = Lengths(int(chosen["mention_tokens"]), int(chosen["entity_tokens"]))
    return BiEncoder.from_bert(base, device, lengths=lengths, pooling=chosen["pooling"])


def _sample(entities: EntityCatalog) -> list[str]:
    first = next(entities.batches(256), [])
    return [f"{entity.title} {entity.text}" for entity in first]
