"""Training of the two towers: in-batch negatives, then mined ones."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from modeling.data.entities import EntityCatalog
from modeling.data.entity_samples import EntitySample
from modeling.data.mentions import Mention
from modeling.data.ranking import NO_ENTITY, Ids
from modeling.encoders.text import pad
from modeling.retrieval.blink_checkpoint import Position, load_checkpoint, save_checkpoint
from modeling.retrieval.blink_encoder import BiEncoder
from modeling.retrieval.encoding import SHARD_ROWS, Batches
from modeling.retrieval.hard_negatives import negatives_of, own_candidates, prior_candidates
from pipeline.records.errors import UsageError

_LOG = logging.getLogger(__name__)
_READ_AT_ONCE = 4096
_MASKED = -torch.inf


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How the towers are trained.

    Attributes:
        epochs: Rounds with in-batch negatives alone.
        hard_epochs: Rounds after them with mined negatives too.
        batch: Mentions a step.
        negatives: Mined negatives of each mention.
        lr: Peak learning rate; it rises over the first tenth of the steps and falls to zero.
        precision: `fp32`, or `bf16` inside the towers; the loss is float32 always.
        seed: Of order and dropout.
        checkpoint_steps: Steps between two checkpoints.
        mined_among: Negatives are mined among the golds and that many entities drawn by the seed; 0 for all.
        shard_rows: Entities a shard of vectors, while mining.
    """

    epochs: int = 4
    hard_epochs: int = 1
    batch: int = 32
    negatives: int = 4
    lr: float = 2e-5
    precision: str = "fp32"
    seed: int = 0
    checkpoint_steps: int = 200
    mined_among: int = 0
    shard_rows: int = SHARD_ROWS


def contrastive_loss(mentions: Tensor, entities: Tensor, gold: Tensor, negatives: Tensor) -> Tensor:
    """Negative log-likelihood of the gold entity among the batch's golds and the own mined negatives, mean over B.

    Another mention's gold that is the own gold, or that is among the own mined negatives already, does not count.

    Args:
        mentions: (B, D) float32.
        entities: (U, D) float32, the batch's entities, each once.
        gold: (B,) int64 rows of `entities`.
        negatives: (B, H) int64 rows of `entities`; -1 for none.
    """
    scores = mentions.float() @ entities.float().T  # (B, U)
    in_batch = scores[:, gold]  # (B, B)
    same = gold[:, None] == gold[None, :]
    twice = (gold[None, :, None] == negatives[:, None, :]).any(2)
    own = torch.eye(len(gold), dtype=torch.bool, device=gold.device)
    in_batch = in_batch.masked_fill((same | twice) & ~own, _MASKED)
    mined = scores.gather(1, negatives.clamp(min=0))
    mined = mined.masked_fill((negatives < 0) | (negatives == gold[:, None]), _MASKED)
    target = torch.arange(len(gold), device=gold.device)
    return torch.nn.functional.cross_entropy(torch.cat([in_batch, mined], 1), target)


class Trainer:
    """One training, that a checkpoint folder can interrupt anywhere; its result is bit-equal on a CPU."""

    def __init__(
        self, encoder: BiEncoder, mentions: Sequence[Mention], entities: EntityCatalog, options: TrainingOptions
    ) -> None:
        """Take the mentions that have a gold entity in the catalog.

        Raises:
            UsageError: no mention has.
        """
        self.encoder, self.entities, self.options = encoder, entities, options
        self._tokens: dict[int, npt.NDArray[np.int32]] = {}
        self._read_entities(mention.entity_id for mention in mentions if mention.entity_id is not None)
        self.mentions = [mention for mention in mentions if mention.entity_id in self._tokens]
        if not self.mentions:
            raise UsageError("blink wants mentions to train on whose gold entity is among the entities; there are none")
        self._gold = [int(mention.entity_id or 0) for mention in self.mentions]
        self._model = encoder.towers
        self._device = encoder.mention.model.device
        encoder.mention.precision = encoder.entity.precision = options.precision
        self._optimizer = torch.optim.AdamW(self._model.parameters(), lr=options.lr, weight_decay=0.01, foreach=False)
        self._epoch_steps = -(-len(self.mentions) // options.batch)
        self.n_steps = self._epoch_steps * (options.epochs + options.hard_epochs)

    def run(self, checkpoint: Path, *, until: int | None = None) -> list[dict[str, Any]]:
        """Train to the end (or to step `until`), going on from the newest checkpoint; the log, a row an epoch."""
        cuda = [self._device.index or 0] if self._device.type == "cuda" else []
        with torch.random.fork_rng(devices=cuda):
            torch.manual_seed(self.options.seed)
            position = load_checkpoint(checkpoint, self._model, self._optimizer) or Position(0, [])
            self._read_negatives(position.negatives)
            self._model.train()
            while position.step < min(self.n_steps, until or self.n_steps):
                if position.step == self.options.epochs * self._epoch_steps and position.negatives is None:
                    self._mine(position, checkpoint)
                self._advance(position)
                if position.step % self.options.checkpoint_steps == 0 or position.step == self.n_steps:
                    save_checkpoint(checkpoint, self._model, self._optimizer, position)
            self._model.eval()
        return position.log

    def _advance(self, position: Position) -> None:
        epoch, number = divmod(position.step, self._epoch_steps)
        if number == 0:
            position.log.append({"epoch": epoch, "hard": position.negatives is not None, "loss": 0.0, "grad_norm": 0.0})
        rows = np.random.default_rng([self.options.seed, epoch]).permutation(len(self.mentions))
        loss, norm = self._step(rows[number * self.options.batch :][: self.options.batch], position)
        position.step += 1
        entry = position.log[-1]
        entry["loss"] += (loss - entry["loss"]) / (number + 1)
        entry["grad_norm"] += (norm - entry["grad_norm"]) / (number + 1)
        if number + 1 == self._epoch_steps:
            _LOG.info("blink epoch %d: loss %.4f, gradient %.3f", epoch, entry["loss"], entry["grad_norm"])

    def _step(self, rows: Ids, position: Position) -> tuple[float, float]:
        for group in self._optimizer.param_groups:
            group["lr"] = self.options.lr * self._rate(position.step)
        gold, mined = [self._gold[row] for row in rows], np.full((len(rows), 0), NO_ENTITY)
        if position.negatives is not None:
            mined = position.negatives[rows]
        unique = sorted({*gold, *mined.flatten().tolist()} - {int(NO_ENTITY)})
        places = {id_: place for place, id_ in enumerate(unique)} | {int(NO_ENTITY): -1}
        mentions = self.encoder.mention_ids([self.mentions[row] for row in rows])
        entities = [self._tokens[id_] for id_ in unique]
        loss = contrastive_loss(
            self._forward("mention", mentions),
            self._forward("entity", entities),
            torch.tensor([places[id_] for id_ in gold], device=self._device),
            torch.tensor([[places[id_] for id_ in row] for row in mined.tolist()], device=self._device).long(),
        )
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        return float(loss.detach()), float(norm)

    def _forward(self, tower: str, rows: Sequence[list[int] | npt.NDArray[np.int32]]) -> Tensor:
        encoder = self.encoder.mention if tower == "mention" else self.encoder.entity
        ids, mask = pad(rows, encoder.tokenizer.pad_token_id)
        return encoder.forward(ids.to(self._device), mask.to(self._device))

    def _rate(self, step: int) -> float:
        rise = max(1, self.n_steps // 10)
        return min((step + 1) / rise, (self.n_steps - step) / max(1, self.n_steps - rise))

    def _mine(self, position: Position, checkpoint: Path) -> None:
        """Negatives from the towers' own index and from P(e|m), and the recall on the way.

        Vectors lie in the checkpoint that they come from: a killed run keeps them, and they go with it.
        """
        place = save_checkpoint(checkpoint, self._model, self._optimizer, position)
        some: Batches = self.entities
        if self.options.mined_among:
            some = EntitySample(self.entities, self.options.mined_among, self.options.seed, self._gold)
        self._model.eval()
        own = own_candidates(self.encoder, self.mentions, some, place / "mining", self.options.shard_rows)
        self._model.train()
        hits = own.ids == np.array(self._gold)[:, None]
        position.log[-1:] = [
            row | {"train_recall_1": hits[:, :1].any(1).mean(), "train_recall_10": hits[:, :10].any(1).mean()}
            for row in position.log[-1:]
        ]
        prior = prior_candidates(self.entities, self.mentions, own.ids.shape[1])
        lists = [own] if prior is None else [own, prior]
        position.negatives = negatives_of(self._gold, lists, self.options.negatives)
        self._read_negatives(position.negatives)
        save_checkpoint(checkpoint, self._model, self._optimizer, position)

    def _read_negatives(self, negatives: Ids | None) -> None:
        if negatives is not None:
            self._read_entities(np.unique(negatives[negatives != NO_ENTITY]).tolist())

    def _read_entities(self, ids: Iterable[int]) -> None:
        """Keep the tokens of entities, not their texts: those can be thousands of letters each."""
        wanted = sorted(set(ids) - self._tokens.keys())
        for start in range(0, len(wanted), _READ_AT_ONCE):
            found = self.entities.get(wanted[start : start + _READ_AT_ONCE])
            rows = self.encoder.entity_ids(list(found.values()))
            self._tokens |= {id_: np.array(row, np.int32) for id_, row in zip(found, rows, strict=True)}
