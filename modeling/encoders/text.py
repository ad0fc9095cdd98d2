"""Text encoder of any BERT-like Hugging Face folder."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import AutoModel

from modeling.encoders.hub import Model, Tokenizer, load_model, load_tokenizer, model_folder, read_config
from pipeline.records.errors import InputError, UsageError

Vectors = npt.NDArray[np.float32]
POOLINGS = ("mean", "cls")
BATCH_ROWS = 64
_WITH_POOLER = ("bert", "roberta", "xlm-roberta", "camembert")


class TextEncoder:
    """Turns texts into vectors, the same vectors for the same list of texts.

    Attributes:
        tokenizer: Of the folder.
        model: In evaluation mode.
        pooling: `mean` over the tokens, special ones included, or the vector of the first token (`cls`).
        max_length: Most tokens of a text; the rest is cut off.
        width: Numbers of a vector.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        model: Model,
        *,
        pooling: str = "mean",
        max_length: int = 128,
        precision: str = "fp32",
    ) -> None:
        """Check that tokenizer and model fit.

        Raises:
            UsageError: there is no such pooling or precision.
            InputError: the tokenizer has more words than the model has rows.
        """
        if pooling not in POOLINGS:
            raise UsageError(f"pooling is {pooling!r}; it can be {' or '.join(POOLINGS)}")
        if precision not in {"fp32", "bf16"}:
            raise UsageError(f"precision is {precision!r}; it can be fp32 or bf16")
        rows = model.get_input_embeddings().num_embeddings
        if len(tokenizer) > rows:
            raise InputError(f"the tokenizer has {len(tokenizer)} words, the model knows {rows}: they are no pair")
        self.tokenizer, self.model, self.pooling, self.precision = tokenizer, model, pooling, precision
        self.max_length = min(max_length, int(model.config.max_position_embeddings))
        self.width = int(model.config.hidden_size)

    @classmethod
    def open(
        cls,
        folder: str | Path,
        device: str = "cpu",
        *,
        pooling: str | None = None,
        max_length: int = 128,
        precision: str = "fp32",
    ) -> Self:
        """Load a folder; `pooling` is what the folder says (`1_Pooling/`), or mean, unless it is given.

        Raises:
            InputError: it holds no text encoder, lacks weights, or its tokenizer knows no word.
        """
        place = model_folder(folder)
        model = load_text_model(place, device)
        tokenizer = load_tokenizer(place)
        chosen = pooling or stated_pooling(place)
        return cls(tokenizer, model, pooling=chosen, max_length=max_length, precision=precision)

    def encode(self, texts: Sequence[str], *, normalize: bool = False, batch_rows: int = BATCH_ROWS) -> Vectors:
        """(N, D) float32, a row a text, in the order given; `normalize` makes their length 1."""
        if not len(texts):
            return np.empty((0, self.width), np.float32)
        ids = self.tokenizer(list(texts), truncation=True, max_length=self.max_length)["input_ids"]
        return self.encode_ids(ids, normalize=normalize, batch_rows=batch_rows)

    def encode_ids(
        self, rows: Sequence[Sequence[int]], *, normalize: bool = False, batch_rows: int = BATCH_ROWS
    ) -> Vectors:
        """The same for token ids, special tokens included."""
        vectors = np.empty((len(rows), self.width), np.float32)
        order = np.argsort([len(row) for row in rows], kind="stable")
        for start in range(0, len(rows), batch_rows):
            places = order[start : start + batch_rows]
            ids, mask = pad([rows[place] for place in places], self.tokenizer.pad_token_id)
            with torch.inference_mode():
                found = self.forward(ids.to(self.model.device), mask.to(self.model.device))
                vectors[places] = torch.nn.functional.normalize(found, dim=1).cpu() if normalize else found.cpu()
        return vectors

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, D) float32 of (B, T) token ids and their mask; gradients flow."""
        with autocast(ids.device.type, self.precision):
            states: Tensor = self.model(input_ids=ids, attention_mask=mask).last_hidden_state.float()  # (B, T, D)
        if self.pooling == "cls":
            return states[:, 0]
        weights = mask.unsqueeze(2).float()
        return (states * weights).sum(1) / weights.sum(1)


def load_text_model(folder: Path, device: str = "cpu") -> Model:
    """The encoder of a BERT-like folder, without the pooler that no retriever reads.

    Raises:
        InputError: it holds none, or lacks weights.
    """
    config = read_config(folder)
    kind = config.get("model_type")
    if "vision_config" in config:
        raise InputError(
            f"{folder} is a model of type {kind}, of texts and pictures; texts alone want one such as BERT"
        )
    settings = {"add_pooling_layer": False} if kind in _WITH_POOLER else {}
    return load_model(AutoModel, folder, device, **settings)


def stated_pooling(folder: Path) -> str:
    """How a sentence-transformers folder says it pools; mean where it says nothing."""
    path = folder / "1_Pooling" / "config.json"
    if not path.is_file():
        return "mean"
    try:
        return "cls" if json.loads(path.read_text(encoding="utf-8")).get("pooling_mode_cls_token") else "mean"
    except (ValueError, AttributeError) as error:
        raise InputError(f"{path} does not say how to pool: {error}") from error


def pad(rows: Sequence[Sequence[int] | npt.NDArray[np.int32]], pad_id: int) -> tuple[Tensor, Tensor]:
    """(B, T) token ids, filled up at the right, and the mask that is 1 on tokens."""
    lengths = torch.tensor([len(row) for row in rows])
    ids = torch.full((len(rows), int(lengths.max())), pad_id)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.as_tensor(row)
    return ids, (torch.arange(ids.shape[1]) < lengths[:, None]).long()


def autocast(device: str, precision: str) -> AbstractContextManager[Any]:
    """bfloat16 where it is asked for."""
    return torch.autocast(device, torch.bfloat16, enabled=precision == "bf16")
