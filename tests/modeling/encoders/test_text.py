"""Text vectors against a float64 recomputation; order, batches and cuts."""

import json

import numpy as np
import pytest
import torch

from modeling.encoders.text import TextEncoder, load_text_model, pad
from modeling.encoders.tiny import save_tiny_bert, save_tiny_clip, save_tokenizer
from pipeline.records.errors import InputError, UsageError

TEXTS = [
    "Chelsea Manning is an analyst",
    "Lions",
    "BC Lions is a Canadian football club from Vancouver, and the coach left after a defeat",
    "",
    "the prime minister of Georgia",
]


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return save_tiny_bert(tmp_path_factory.mktemp("models") / "bert", TEXTS, width=32, layers=2)


def states(folder, text, max_length=128):
    """Hidden states of one text alone, in float64."""
    encoder = TextEncoder.open(folder)
    ids = torch.tensor([encoder.tokenizer(text, truncation=True, max_length=max_length)["input_ids"]])
    with torch.no_grad():
        return encoder.model.double()(input_ids=ids).last_hidden_state[0].numpy()


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_equals_each_text_alone_in_float64(bert, pooling):
    found = TextEncoder.open(bert, pooling=pooling).encode(TEXTS, batch_rows=2)
    assert found.dtype == np.float32
    for text, vector in zip(TEXTS, found, strict=True):
        alone = states(bert, text)
        np.testing.assert_allclose(vector, alone.mean(0) if pooling == "mean" else alone[0], atol=2e-6)


def test_order_and_batches(bert):
    encoder = TextEncoder.open(bert)
    whole = encoder.encode(TEXTS)
    assert encoder.encode(TEXTS).tobytes() == whole.tobytes()
    np.testing.assert_allclose(encoder.encode(TEXTS[::-1])[::-1], whole, atol=1e-6)
    np.testing.assert_allclose(encoder.encode(TEXTS, batch_rows=1), whole, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(encoder.encode(TEXTS, normalize=True), axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, 32)


def test_long_texts_are_cut(bert):
    short = TextEncoder.open(bert, max_length=6)
    np.testing.assert_allclose(short.encode(TEXTS[2:3])[0], states(bert, TEXTS[2], 6).mean(0), atol=2e-6)
    long = " ".join(TEXTS) * 40
    assert np.isfinite(TextEncoder.open(bert, max_length=10_000).encode([long])).all()  # no more than the positions


def test_pooling_is_read_from_the_folder(tmp_path):
    folder = save_tiny_bert(tmp_path / "other", TEXTS, width=32, layers=1)
    assert TextEncoder.open(folder).pooling == "mean"
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    assert TextEncoder.open(folder).pooling == "cls"
    assert TextEncoder.open(folder, pooling="mean").pooling == "mean"
    (folder / "1_Pooling" / "config.json").write_text("{")
    with pytest.raises(InputError, match="does not say how to pool"):
        TextEncoder.open(folder)


def test_a_foreign_tokenizer_is_refused(tmp_path):
    folder = save_tiny_bert(tmp_path / "other", ["a"], width=32, layers=1)
    save_tokenizer(folder, TEXTS)
    with pytest.raises(InputError, match="they are no pair"):
        TextEncoder.open(folder)


def test_wrong_options_are_told(bert):
    with pytest.raises(UsageError, match="pooling is 'max'; it can be mean or cls"):
        TextEncoder.open(bert, pooling="max")
    with pytest.raises(UsageError, match="precision is 'fp16'; it can be fp32 or bf16"):
        TextEncoder.open(bert, precision="fp16")


def test_bf16_is_near(bert):
    rough, exact = TextEncoder.open(bert, precision="bf16").encode(TEXTS), TextEncoder.open(bert).encode(TEXTS)
    assert not np.array_equal(rough, exact)
    np.testing.assert_allclose(rough, exact, atol=0.05)


def test_padding():
    ids, mask = pad([[5], [6, 7, 8]], 9)
    assert ids.tolist() == [[5, 9, 9], [6, 7, 8]]
    assert mask.tolist() == [[1, 0, 0], [1, 1, 1]]


def test_global_randomness_is_left_alone(tmp_path):
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    load_text_model(save_tiny_bert(tmp_path / "bert", ["a"], width=32, layers=1))
    assert torch.equal(torch.rand(1), expected)


def test_a_folder_of_another_kind_is_named_in_one_sentence(tmp_path):
    clip = save_tiny_clip(tmp_path / "clip", TEXTS, width=32, side_px=32, layers=1)
    with pytest.raises(InputError, match="is a model of type clip, of texts and pictures"):
        TextEncoder.open(clip)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="is no configuration of a model") as caught:
        TextEncoder.open(tmp_path / "empty")
    assert "\n" not in str(caught.value)
