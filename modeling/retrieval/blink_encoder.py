"""BLINK's two towers: mentions in context, entities with text."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from torch import nn

from modeling.data.entities import IndexedEntity
from modeling.data.mentions import Mention
from modeling.encoders.hub import add_markers, load_tokenizer, model_folder, token_ids
from modeling.encoders.text import TextEncoder, load_text_model
from modeling.retrieval.dense import Vectors
from pipeline.records.errors import InputError
from pipeline.records.manifest import write_json

MARKERS = ("[M]", "[/M]", "[ENT]")
TOWERS = ("mention", "entity")
SETTINGS = "biencoder.json"
_TEXT_CHARACTERS = 2000
_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Lengths:
    """Most tokens of a mention with its context, and of an entity with its text (Wu et al. 2020, section 4)."""

    mention: int = 32
    entity: int = 128


class BiEncoder:
    """Mentions and entities as vectors whose inner product is the score; each tower has weights of its own.

    Attributes:
        mention: Tower of `[CLS] left [M] mention [/M] right [SEP]`.
        entity: Tower of `[CLS] title [ENT] text [SEP]`.
    """

    def __init__(self, mention: TextEncoder, entity: TextEncoder) -> None:
        self.mention, self.entity = mention, entity

    @classmethod
    def from_bert(
        cls, folder: str | Path, device: str = "cpu", *, lengths: Lengths | None = None, pooling: str = "cls"
    ) -> Self:
        """Both towers from one BERT checkpoint, the markers added as tokens: to be trained.

        Raises:
            InputError: the folder holds no BERT, lacks weights, or its tokenizer knows no word.
        """
        place, wanted = model_folder(folder), lengths or Lengths()
        return cls(*(_tower(place, device, length, pooling) for length in (wanted.mention, wanted.entity)))

    @classmethod
    def open(cls, folder: Path, device: str = "cpu", *, precision: str = "fp32") -> Self:
        """Towers that `save` wrote.

        Raises:
            InputError: they are not there or damaged.
        """
        try:
            value = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
            lengths, pooling = {name: int(value[name]) for name in TOWERS}, str(value["pooling"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{folder} holds no bi-encoder ({SETTINGS}): {error}") from error
        settings = {"device": device, "precision": precision, "pooling": pooling}
        return cls(*(_open_tower(folder / name, max_length=lengths[name], **settings) for name in TOWERS))

    @property
    def width(self) -> int:
        """Numbers of a vector."""
        return self.entity.width

    @property
    def towers(self) -> nn.ModuleDict:
        """Both models."""
        return nn.ModuleDict({"mention": self.mention.model, "entity": self.entity.model})

    def save(self, folder: Path) -> None:
        """Write both towers as Hugging Face folders, and their lengths."""
        for name, tower in (("mention", self.mention), ("entity", self.entity)):
            tower.model.save_pretrained(folder / name)
            tower.tokenizer.save_pretrained(folder / name)
        lengths = {"mention": self.mention.max_length, "entity": self.entity.max_length}
        write_json(folder / SETTINGS, {**lengths, "pooling": self.entity.pooling})

    def mention_ids(self, mentions: Sequence[Mention]) -> list[list[int]]:
        """Token ids; the window stands round the mention, and what one side does not need the other gets."""
        tokenizer, length = self.mention.tokenizer, self.mention.max_length
        open_, close, _ = tokenizer.convert_tokens_to_ids(list(MARKERS))
        parts = (
            token_ids(tokenizer, texts) for texts in zip(*((m.left, m.surface, m.right) for m in mentions), strict=True)
        )
        rows = []
        for left, surface, right in zip(*parts, strict=True):
            middle = [open_, *surface[: length - 4], close]
            n_left, n_right = _window(len(left), len(right), length - 2 - len(middle))
            rows.append(_framed(tokenizer, [*left[len(left) - n_left :], *middle, *right[:n_right]]))
        return rows

    def entity_ids(self, entities: Sequence[IndexedEntity]) -> list[list[int]]:
        """Token ids, cut at the end."""
        tokenizer, length = self.entity.tokenizer, self.entity.max_length
        marker = tokenizer.convert_tokens_to_ids(MARKERS[2])
        titles = token_ids(tokenizer, [entity.title for entity in entities])
        texts = token_ids(tokenizer, [entity.text[:_TEXT_CHARACTERS] for entity in entities])
        rows = ([*title, marker, *text][: length - 2] for title, text in zip(titles, texts, strict=True))
        return [_framed(tokenizer, row) for row in rows]

    def encode_mentions(self, mentions: Sequence[Mention]) -> Vectors:
        """(N, D) float32."""
        parts = [self.mention.encode_ids(self.mention_ids(some)) for some in _some(mentions)]
        return np.concatenate(parts) if parts else np.empty((0, self.width), np.float32)

    def encode_entities(self, entities: Sequence[IndexedEntity]) -> Vectors:
        """(N, D) float32."""
        parts = [self.entity.encode_ids(self.entity_ids(some)) for some in _some(entities)]
        return np.concatenate(parts) if parts else np.empty((0, self.width), np.float32)


def is_biencoder(folder: Path) -> bool:
    """Whether `save` wrote this folder."""
    return (folder / SETTINGS).is_file()


def _tower(folder: Path, device: str, length: int, pooling: str) -> TextEncoder:
    model, tokenizer = load_text_model(folder, device), load_tokenizer(folder)
    add_markers(tokenizer, model, MARKERS)
    return TextEncoder(tokenizer, model, pooling=pooling, max_length=length)


def _open_tower(folder: Path, **settings: Any) -> TextEncoder:  # noqa: ANN401 - those of `TextEncoder.open`
    tower = TextEncoder.open(folder, **settings)
    if missing := [marker for marker in MARKERS if marker not in tower.tokenizer.get_vocab()]:
        raise InputError(f"the tokenizer of {folder} lacks the markers {', '.join(missing)}")
    return tower


def _window(n_left: int, n_right: int, room: int) -> tuple[int, int]:
    """How many tokens of each side fit; half the room each, more where the other side is short."""
    left = min(n_left, max(room // 2, room - n_right))
    return left, min(n_right, room - left)


def _framed(tokenizer: Any, row: list[int]) -> list[int]:  # noqa: ANN401 - transformers' own
    return [tokenizer.cls_token_id, *row, tokenizer.sep_token_id]


def _some(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
