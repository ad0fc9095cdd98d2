"""Meta's layout of weights, on a tiny file of our own making."""

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizer

from modeling.data.entities import IndexedEntity
from modeling.encoders.tiny import word_pieces
from modeling.retrieval.blink_encoder import BiEncoder
from modeling.retrieval.blink_meta import convert_meta_weights
from pipeline.records.errors import InputError
from tests.modeling.worlds import mention_in

UNUSED = ("[unused0]", "[unused1]", "[unused2]")


@pytest.fixture
def tokenizer(tmp_path):
    words = list(word_pieces(["the singer jordan was seen , of renown ."]))
    vocabulary = {word: number for number, word in enumerate([words[0], *UNUSED, *words[1:]])}
    BertTokenizer(vocab=vocabulary).save_pretrained(tmp_path / "tokenizer")
    return tmp_path / "tokenizer"


@pytest.fixture
def towers(tokenizer):
    torch.manual_seed(0)
    size = {"hidden_size": 128, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    config = BertConfig(vocab_size=len(BertTokenizer.from_pretrained(tokenizer)), max_position_embeddings=40, **size)
    return {"context_encoder": BertModel(config).eval(), "cand_encoder": BertModel(config).eval()}


def state_of(towers):
    return {
        f"{name}.bert_model.{key}": value for name, model in towers.items() for key, value in model.state_dict().items()
    }


@pytest.mark.parametrize("zipped", [True, False])
def test_converted_towers_give_what_metas_input_gave(towers, tokenizer, tmp_path, zipped):
    state = state_of(towers) | {"context_encoder.bert_model.embeddings.position_ids": torch.arange(40)[None]}
    torch.save(state, tmp_path / "weights.bin", _use_new_zipfile_serialization=zipped)
    encoder = BiEncoder.open(convert_meta_weights(tmp_path / "weights.bin", tokenizer, tmp_path / "blink"))
    assert (encoder.mention.max_length, encoder.entity.max_length, encoder.width) == (32, 40, 128)
    words = BertTokenizer.from_pretrained(tokenizer)
    for found, model, text in (
        (encoder.encode_mentions([mention_in("The singer Jordan was seen", "Jordan")]), "context_encoder",
         "[CLS] the singer [unused0] jordan [unused1] was seen [SEP]"),
        (encoder.encode_entities([IndexedEntity(1, "Jordan", "singer of renown.", None)]), "cand_encoder",
         "[CLS] jordan [unused2] singer of renown . [SEP]"),
    ):  # fmt: skip
        ids = torch.tensor([words.convert_tokens_to_ids(text.split())])
        with torch.no_grad():
            expected = towers[model](input_ids=ids).last_hidden_state[:, 0].numpy()
        np.testing.assert_allclose(found, expected, atol=1e-5)


class Payload:
    def __reduce__(self):
        return (print, ("code ran",))


def test_code_in_the_file_does_not_run(tokenizer, tmp_path, capsys):
    torch.save({"context_encoder.bert_model.x": Payload()}, tmp_path / "weights.bin")
    with pytest.raises(InputError, match="cannot be read as weights alone"):
        convert_meta_weights(tmp_path / "weights.bin", tokenizer, tmp_path / "blink")
    assert "code ran" not in capsys.readouterr().out


def test_what_does_not_fit_is_told(towers, tokenizer, tmp_path):
    path = tmp_path / "weights.bin"

    def refused(state, told, vocabulary=tokenizer):
        torch.save(state, path)
        with pytest.raises(InputError, match=told):
            convert_meta_weights(path, vocabulary, tmp_path / "blink")

    state = state_of(towers)
    refused({"weight": torch.ones(1)}, "none of BLINK's bi-encoder")
    refused([torch.ones(1)], "no state dict")
    refused(
        {key: value for key, value in state.items() if "cand_encoder.bert_model.encoder.layer.0.output" not in key},
        "do not fit BERT",
    )
    words = word_pieces(["the singer"])
    BertTokenizer(vocab=words).save_pretrained(tmp_path / "other")
    refused(state, "is not the tokenizer of these weights", tmp_path / "other")
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match="cannot be read as weights alone"):
        convert_meta_weights(path, tokenizer, tmp_path / "blink")
