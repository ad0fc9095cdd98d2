"""What transformers does silently and wrongly is refused."""

import json
import logging
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, BertTokenizer

from modeling.encoders.hub import (
    add_markers,
    check_tokenizer,
    load_model,
    load_tokenizer,
    model_digest,
    model_folder,
    token_ids,
    unknown_share,
)
from modeling.encoders.text import load_text_model
from modeling.encoders.tiny import save_tiny_bert, word_pieces
from pipeline.records.errors import InputError

TEXTS = ["Chelsea Manning is an analyst", "BC Lions is a football club from Vancouver", "the Lions of London"]


@pytest.fixture
def bert(tmp_path):
    return save_tiny_bert(tmp_path / "bert", TEXTS, width=32, layers=1)


def test_a_vocabulary_of_special_tokens_alone_is_refused(bert):
    """AutoTokenizer makes one of five tokens up where the folder has no tokenizer."""
    assert load_tokenizer(bert).tokenize("Lions of London") == ["lions", "of", "london"]
    for path in bert.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(InputError, match=r"turns every word into \[UNK\]: its vocabulary has 0 words"):
        load_tokenizer(bert)


def test_the_trap_of_a_vocabulary_file_given_by_the_old_name(bert):
    words = word_pieces(TEXTS)
    (bert / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    BertTokenizer(vocab_file=str(bert / "vocab.txt")).save_pretrained(bert)  # silently drops the file
    (bert / "vocab.txt").unlink()
    with pytest.raises(InputError, match=r"turns every word into \[UNK\]"):
        load_tokenizer(bert)


def test_a_folder_with_no_more_than_vocab_txt_works(bert):
    (bert / "vocab.txt").write_text("\n".join(word_pieces(TEXTS)) + "\n", encoding="utf-8")
    for path in bert.glob("tokenizer*"):
        path.unlink()
    assert load_tokenizer(bert).tokenize("Lions of London") == ["lions", "of", "london"]


def test_long_vocabularies_and_texts_warn_of_no_length(bert):
    tokenizer = load_tokenizer(bert)
    tokenizer.model_max_length = 4
    log, told = logging.getLogger("transformers"), Handler()
    log.addHandler(told)
    level = log.level
    try:
        log.setLevel(logging.WARNING)
        check_tokenizer(tokenizer, bert)
        assert unknown_share(tokenizer, [" ".join(TEXTS)]) == 0
        assert len(token_ids(tokenizer, [" ".join(TEXTS)])[0]) > 4  # nothing was cut
    finally:
        log.setLevel(level)
        log.removeHandler(told)
    assert told.lines == []


class Handler(logging.Handler):
    """Keeps what is logged."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def test_share_of_unknown_words(bert):
    tokenizer = load_tokenizer(bert)
    assert unknown_share(tokenizer, ["Lions of", "東京 Ω"]) == 0.6  # two known words; three letters that no text had
    assert unknown_share(tokenizer, []) == 0
    assert unknown_share(tokenizer, [""]) == 0


def test_missing_weights_are_no_random_ones(bert):
    weights = load_file(bert / "model.safetensors")
    name = "encoder.layer.0.attention.self.query.weight"
    save_file(
        {key: value for key, value in weights.items() if key != name}, bert / "model.safetensors", {"format": "pt"}
    )
    with pytest.raises(InputError, match=rf"lacks 1 weights of AutoModel, such as {name}"):
        load_model(AutoModel, bert, "cpu", add_pooling_layer=False)


def test_pickled_and_damaged_weights_are_refused(bert):
    torch.save(load_file(bert / "model.safetensors"), bert / "pytorch_model.bin")
    content = (bert / "model.safetensors").read_bytes()
    (bert / "model.safetensors").unlink()
    with pytest.raises(InputError, match="holds no model that can be read"):
        load_text_model(bert)
    (bert / "model.safetensors").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="holds no model that can be read"):
        load_text_model(bert)


def test_weights_of_another_shape_are_refused(bert):
    config = json.loads((bert / "config.json").read_text())
    (bert / "config.json").write_text(json.dumps(config | {"hidden_size": 48, "num_attention_heads": 3}))
    with pytest.raises(InputError, match="holds no model that can be read"):
        load_text_model(bert)


def test_what_is_no_folder_is_told(tmp_path):
    with pytest.raises(InputError, match="is no folder, and no model of that name can be had"):
        model_folder(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is no folder, and no model of that name can be had"):
        model_folder("nobody/nothing-at-all")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no configuration of a model"):
        load_text_model(tmp_path / "empty")


def test_markers_are_one_token_each_and_old_rows_stay(bert):
    tokenizer, model = load_tokenizer(bert), load_text_model(bert)
    before = model.get_input_embeddings().weight.detach().clone()
    add_markers(tokenizer, model, ("[M]", "[/M]"))
    assert tokenizer.tokenize("the [M] Lions [/M] of") == ["the", "[M]", "lions", "[/M]", "of"]
    rows = model.get_input_embeddings().weight.detach()
    assert len(rows) == len(before) + 2 == len(tokenizer)
    assert torch.equal(rows[: len(before)], before)
    assert torch.allclose(rows[-1], before.mean(0))
    add_markers(tokenizer, model, ("[M]", "[/M]"))
    assert len(model.get_input_embeddings().weight) == len(tokenizer) == len(before) + 2


def test_digest_follows_the_weights(bert):
    before = model_digest(bert)
    assert model_digest(bert) == before
    weights = load_file(bert / "model.safetensors")
    weights["embeddings.LayerNorm.bias"][0] += 1
    save_file(weights, bert / "model.safetensors", {"format": "pt"})
    assert model_digest(bert) != before


@pytest.mark.slow  # a process that imports torch and transformers
def test_tiny_folders_are_the_same_in_every_process(bert, tmp_path):
    code = (
        "import sys; from pathlib import Path; from modeling.encoders.tiny import save_tiny_bert;"
        f"save_tiny_bert(Path(sys.argv[1]), {TEXTS!r}, width=32, layers=1)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, timeout=120)
    assert model_digest(tmp_path / "again") == model_digest(bert)


def test_vocabulary_is_cut_at_the_rarest_words():
    words = word_pieces(["b b a a a c"], size=12)
    assert list(words)[5:] == ["a", "b", "c", "##a", "##b", "##c"]
    assert list(word_pieces(["bee bee ant ant ant cow"], size=5 + 2 * 8 + 2))[-2:] == ["ant", "bee"]
