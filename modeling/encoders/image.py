"""Picture and text vectors of a CLIP or SigLIP folder."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor
from transformers import CLIPImageProcessorPil, CLIPModel, SiglipImageProcessorPil, SiglipModel

from modeling.encoders.hub import Model, Tokenizer, load_model, load_tokenizer, model_folder, read_config
from modeling.encoders.text import autocast, pad
from pipeline.records.errors import InputError, UsageError

Vectors = npt.NDArray[np.float32]
BATCH_ROWS = 32
_KINDS = {"clip": (CLIPModel, CLIPImageProcessorPil), "siglip": (SiglipModel, SiglipImageProcessorPil)}
_WHITE = (255, 255, 255, 255)


class ImageEncoder:
    """Turns pictures, and texts, into vectors of one space.

    Attributes:
        model: CLIP or SigLIP in evaluation mode.
        tokenizer: Of its text tower.
        width: Numbers of a vector.
    """

    def __init__(self, model: Model, processor: Any, tokenizer: Tokenizer, *, precision: str = "fp32") -> None:  # noqa: ANN401
        if precision not in {"fp32", "bf16"}:
            raise UsageError(f"precision is {precision!r}; it can be fp32 or bf16")
        self.model, self.tokenizer, self.precision = model, tokenizer, precision
        self._processor = processor
        text = model.config.text_config
        self._length = int(text.max_position_embeddings)
        self._is_siglip = model.config.model_type == "siglip"
        self.width = int(text.projection_size if self._is_siglip else model.config.projection_dim)

    @classmethod
    def open(cls, folder: str | Path, device: str = "cpu", *, precision: str = "fp32") -> Self:
        """Load a folder with model, image processor and tokenizer.

        Raises:
            InputError: it is no CLIP or SigLIP, or lacks weights, the processor or words.
        """
        place = model_folder(folder)
        kind = read_config(place).get("model_type")
        if kind not in _KINDS:
            raise InputError(f"{place} is a model of type {kind}; images want {' or '.join(_KINDS)}")
        model_class, processor_class = _KINDS[kind]
        try:  # PIL processors by name: the automatic choice wants torchvision
            processor = processor_class.from_pretrained(place, local_files_only=True)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"{place} holds no image processor (preprocessor_config.json): {error}") from error
        return cls(load_model(model_class, place, device), processor, load_tokenizer(place), precision=precision)

    def save(self, folder: Path) -> None:
        """Write model, image processor and tokenizer as a Hugging Face folder."""
        self.model.save_pretrained(folder)
        self._processor.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)

    def encode(self, images: Sequence[bytes], *, normalize: bool = True, batch_rows: int = BATCH_ROWS) -> Vectors:
        """(N, D) float32 of encoded pictures (jpg, png, …), of length 1 unless told otherwise.

        Raises:
            InputError: one cannot be decoded; the message gives its place.
        """
        vectors = np.empty((len(images), self.width), np.float32)
        for start in range(0, len(images), batch_rows):
            pixels = self.pixels(images[start : start + batch_rows], start)
            with torch.inference_mode():
                vectors[start : start + batch_rows] = _ready(self.image_features(pixels), normalize)
        return vectors

    def encode_texts(self, texts: Sequence[str], *, normalize: bool = True, batch_rows: int = BATCH_ROWS) -> Vectors:
        """(N, D) float32 of texts, cut at the tower's length."""
        vectors = np.empty((len(texts), self.width), np.float32)
        for start in range(0, len(texts), batch_rows):
            ids, mask = self.text_ids(texts[start : start + batch_rows])
            with torch.inference_mode():
                vectors[start : start + batch_rows] = _ready(self.text_features(ids, mask), normalize)
        return vectors

    def pixels(self, images: Sequence[bytes], first: int = 0) -> Tensor:
        """(B, 3, H, W) float32, resized and normalised as the model wants it."""
        pictures = [decode(content, place) for place, content in enumerate(images, first)]
        found: Tensor = self._processor(pictures, return_tensors="pt")["pixel_values"]
        return found.to(self.model.device)

    def text_ids(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """(B, T) token ids and mask; SigLIP was trained on texts filled up to their full length, and unmasked."""
        rows = self.tokenizer(list(texts), truncation=True, max_length=self._length)["input_ids"]
        pad_id = self.tokenizer.pad_token_id
        if self._is_siglip:
            rows = [[*row, *[pad_id] * (self._length - len(row))] for row in rows]
        ids, mask = pad(rows, pad_id)
        return ids.to(self.model.device), mask.to(self.model.device)

    def image_features(self, pixels: Tensor) -> Tensor:
        """(B, D) float32 in the space that pictures and texts share; gradients flow."""
        with autocast(pixels.device.type, self.precision):
            return _features(self.model.get_image_features(pixel_values=pixels))

    def text_features(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, D) float32 in the same space."""
        with autocast(ids.device.type, self.precision):
            return _features(self.model.get_text_features(input_ids=ids, attention_mask=mask))


def decode(content: bytes, place: int = 0) -> Image.Image:
    """A picture as RGB, what is transparent on white: a plain conversion would make it black.

    Raises:
        InputError: the bytes are no picture.
    """
    try:
        picture: Image.Image = Image.open(io.BytesIO(content))
        if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
            layer = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", layer.size, _WHITE), layer)
        return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise InputError(f"picture {place} of the batch cannot be decoded: {error}") from error


def _features(found: Any) -> Tensor:  # noqa: ANN401 - transformers' own
    """An output object in transformers 5, where the features are called pooler_output; once a tensor."""
    features: Tensor = found if isinstance(found, Tensor) else found.pooler_output
    return features.float()


def _ready(features: Tensor, normalize: bool) -> npt.NDArray[np.float32]:
    ready: npt.NDArray[np.float32] = (
        (torch.nn.functional.normalize(features, dim=1) if normalize else features).cpu().numpy()
    )
    return ready
