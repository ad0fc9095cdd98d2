"""Meta's released BLINK weights as a folder of ours.

Get `biencoder_wiki_large.bin` as BLINK's README says, and the tokenizer of bert-large-uncased (any folder with its
vocabulary); then `convert_meta_weights(weights, tokenizer, folder)`, and give `folder` as the model of the retriever
`blink`. Meta wrote a mention as `[CLS] left [unused0] mention [unused1] right [SEP]` and an entity as
`[CLS] title [unused2] text [SEP]`: our markers take over the vectors of those three tokens. The vectors of the last
layer's [CLS] are multiplied, as there.
"""

import pickle
from pathlib import Path

import torch
from torch import Tensor
from transformers import BertConfig, BertModel

from modeling.encoders.hub import Model, add_markers, load_tokenizer
from modeling.encoders.text import TextEncoder
from modeling.retrieval.blink_encoder import MARKERS, BiEncoder, Lengths
from pipeline.records.errors import InputError

_TOWERS = {"mention": "context_encoder.bert_model.", "entity": "cand_encoder.bert_model."}
_STAND_INS = ("[unused0]", "[unused1]", "[unused2]")
_HEAD_WIDTH = 64
_IGNORED = ("pooler.", "embeddings.position_ids")
_MODULE = "module."


def convert_meta_weights(weights: Path, tokenizer: Path, folder: Path, *, lengths: Lengths | None = None) -> Path:
    """Write Meta's bi-encoder as a folder that `Blink` takes for its model.

    Args:
        weights: the released `.bin`, a state dict of torch; it is read as tensors only, so no code in it can run.
        tokenizer: folder with the tokenizer of the BERT that it was trained from.
        folder: where the result goes.
        lengths: tokens of mention and entity; Meta's 32 and 128 unless they are given.

    Raises:
        InputError: the file is no such state dict, or the tokenizer is another one.
    """
    state = _read(weights)
    wanted = lengths or Lengths()
    towers = (_tower(state, name, tokenizer, getattr(wanted, name)) for name in _TOWERS)
    BiEncoder(*towers).save(folder)
    return folder


def _read(path: Path) -> dict[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise InputError(f"{path} cannot be read as weights alone: {str(error).splitlines()[0]}") from error
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise InputError(f"{path} is no state dict of torch")
    return {str(name).removeprefix(_MODULE): value.float() for name, value in state.items()}


def _tower(state: dict[str, Tensor], name: str, tokenizer_folder: Path, length: int) -> TextEncoder:
    prefix = _TOWERS[name]
    own = {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
    own = {key: value for key, value in own.items() if not key.startswith(_IGNORED)}
    if not own:
        raise InputError(f"the weights have no {prefix}*: they are none of BLINK's bi-encoder")
    model: Model = BertModel(_config(own), add_pooling_layer=False)
    missing, unexpected = model.load_state_dict(own, strict=False)
    missing = [key for key in missing if not key.startswith(_IGNORED)]
    if missing or unexpected:
        example = (missing or unexpected)[0]
        raise InputError(
            f"the weights of {prefix}* do not fit BERT: {len(missing)} missing, {len(unexpected)} more: {example}"
        )
    tokenizer = load_tokenizer(tokenizer_folder)
    rows = model.get_input_embeddings().weight
    unused = tokenizer.convert_tokens_to_ids(list(_STAND_INS))
    if len(tokenizer) != len(rows) or tokenizer.unk_token_id in unused:
        raise InputError(
            f"{tokenizer_folder} is not the tokenizer of these weights ({len(rows)} words, {_STAND_INS[0]} …)"
        )
    add_markers(tokenizer, model, MARKERS)
    table = model.get_input_embeddings().weight
    with torch.no_grad():
        table[tokenizer.convert_tokens_to_ids(list(MARKERS))] = table[unused]
    return TextEncoder(tokenizer, model.eval(), pooling="cls", max_length=length)


def _config(state: dict[str, Tensor]) -> BertConfig:
    """What the shapes tell; heads are 64 wide in every released BERT."""
    n_words, width = state["embeddings.word_embeddings.weight"].shape
    layers = {key.split(".")[2] for key in state if key.startswith("encoder.layer.")}
    return BertConfig(
        vocab_size=n_words,
        hidden_size=width,
        num_hidden_layers=len(layers),
        num_attention_heads=max(1, width // _HEAD_WIDTH),
        intermediate_size=len(state["encoder.layer.0.intermediate.dense.bias"]),
        max_position_embeddings=len(state["embeddings.position_embeddings.weight"]),
    )
