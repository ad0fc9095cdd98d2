"""Tiny models with a vocabulary of given texts, for demos and tests.

They are ordinary Hugging Face folders with random weights: nothing until they are trained.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import (
    BertConfig,
    BertModel,
    BertTokenizer,
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipModel,
)

from modeling.encoders.hub import quiet

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_PAD, _CLS, _SEP = SPECIAL.index("[PAD]"), SPECIAL.index("[CLS]"), SPECIAL.index("[SEP]")


def word_pieces(texts: Iterable[str], size: int = 2000) -> dict[str, int]:
    """A WordPiece vocabulary: every character, then the most frequent words of `texts`.

    The trainer of `tokenizers` gives another vocabulary in every process; this one depends on the texts alone.
    """
    normalizer, splitter = BertNormalizer(lowercase=True), BertPreTokenizer()
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(word for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text)))
    characters = sorted({character for word in counts for character in word})
    frequent = sorted(counts, key=lambda word: (-counts[word], word))
    pieces = dict.fromkeys((*SPECIAL, *characters, *(f"##{character}" for character in characters), *frequent))
    least = len(SPECIAL) + 2 * len(characters)
    return {piece: number for number, piece in enumerate(list(pieces)[: max(size, least)])}


def save_tokenizer(folder: Path, texts: Iterable[str], *, size: int = 2000, max_length: int = 128) -> int:
    """Write a lower-casing BERT tokenizer; the number of its words."""
    quiet()
    vocabulary = word_pieces(texts, size)
    BertTokenizer(vocab=vocabulary, model_max_length=max_length).save_pretrained(folder)
    return len(vocabulary)


def save_tiny_bert(
    folder: Path, texts: Iterable[str], *, width: int = 64, layers: int = 2, words: int = 2000, seed: int = 0
) -> Path:
    """A BERT of `layers` layers with heads of 16 numbers."""
    n_words = save_tokenizer(folder, texts, size=words)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=n_words,
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=max(1, width // 16),
            intermediate_size=2 * width,
            max_position_embeddings=128,
            initializer_range=width**-0.5,  # BERT's 0.02 is for 768: here all [CLS] vectors would be alike
            pad_token_id=_PAD,
        )
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def save_tiny_clip(
    folder: Path, texts: Iterable[str], *, width: int = 64, side_px: int = 64, layers: int = 2, seed: int = 0
) -> Path:
    """A CLIP of `layers` layers in each tower, pictures of `side_px` pixels in patches of 8, vectors of `width`."""
    n_words = save_tokenizer(folder, texts, max_length=64)
    tower = {**_tower(width, layers), "projection_dim": width}
    text = {**tower, "vocab_size": n_words, "max_position_embeddings": 64}
    text |= {"bos_token_id": _CLS, "eos_token_id": _SEP, "pad_token_id": _PAD}
    vision = {**tower, "image_size": side_px, "patch_size": 8}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=width)).save_pretrained(folder)
    size = {"height": side_px, "width": side_px}
    CLIPImageProcessorPil(size=size, crop_size=size, do_center_crop=False).save_pretrained(folder)
    return folder


def save_tiny_siglip(
    folder: Path, texts: Iterable[str], *, width: int = 64, side_px: int = 64, layers: int = 2, seed: int = 0
) -> Path:
    """The same as SigLIP."""
    n_words = save_tokenizer(folder, texts, max_length=64)
    text = {**_tower(width, layers), "vocab_size": n_words, "max_position_embeddings": 64, "projection_size": width}
    vision = {**_tower(width, layers), "image_size": side_px, "patch_size": 8}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).save_pretrained(folder)
    SiglipImageProcessorPil(size={"height": side_px, "width": side_px}).save_pretrained(folder)
    return folder


def _tower(width: int, layers: int) -> dict[str, int]:
    return {
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": max(1, width // 16),
    }
