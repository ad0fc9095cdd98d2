"""Picture and text vectors of CLIP and SigLIP folders."""

import importlib.util
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import CLIPModel, CLIPTextModelWithProjection, CLIPVisionModelWithProjection

from modeling.encoders.image import ImageEncoder, decode
from modeling.encoders.tiny import save_tiny_bert, save_tiny_clip, save_tiny_siglip
from pipeline.records.errors import InputError, UsageError
from tests.modeling.pictures import COLOURS, png, shape

TEXTS = ["a red disc", "a green square of the lions", "blue"]
PICTURES = [shape(colour) for colour in COLOURS[:5]]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("models")
    tiny = {"width": 32, "side_px": 32, "layers": 1}
    return {
        "clip": save_tiny_clip(place / "clip", TEXTS, **tiny),
        "siglip": save_tiny_siglip(place / "siglip", TEXTS, **tiny),
    }


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def expected_pixels(content, mean, std):
    """Resized and normalised by hand, from PIL alone."""
    picture = Image.open(io.BytesIO(content)).convert("RGB").resize((32, 32), Image.Resampling.BICUBIC)
    return (np.asarray(picture, np.float64) / 255 - mean) / std


def test_features_are_those_of_the_projecting_towers(folders):
    """transformers 5 returns an object from get_image_features; another class gives the same numbers."""
    encoder = ImageEncoder.open(folders["clip"])
    found = CLIPModel.from_pretrained(folders["clip"]).get_image_features(pixel_values=encoder.pixels(PICTURES))
    assert not isinstance(found, torch.Tensor)
    tower = CLIPVisionModelWithProjection.from_pretrained(folders["clip"]).double()
    with torch.no_grad():
        images = tower(pixel_values=encoder.pixels(PICTURES).double()).image_embeds.numpy()
    np.testing.assert_allclose(encoder.encode(PICTURES), unit(images), atol=1e-5)
    texts = CLIPTextModelWithProjection.from_pretrained(folders["clip"]).double()
    rows = [encoder.tokenizer(text)["input_ids"] for text in TEXTS]
    with torch.no_grad():
        alone = np.concatenate([texts(input_ids=torch.tensor([row])).text_embeds.numpy() for row in rows])
    np.testing.assert_allclose(encoder.encode_texts(TEXTS), unit(alone), atol=1e-5)


@pytest.mark.parametrize("kind", ["clip", "siglip"])
def test_both_kinds_encode_pictures_and_texts(folders, kind):
    encoder = ImageEncoder.open(folders[kind])
    whole = encoder.encode(PICTURES)
    assert (whole.shape, whole.dtype, encoder.width) == ((5, 32), np.float32, 32)
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(encoder.encode(PICTURES, batch_rows=2), whole, atol=1e-6)
    raw = encoder.encode(PICTURES, normalize=False)
    np.testing.assert_allclose(unit(raw), whole, atol=1e-6)
    texts = encoder.encode_texts(TEXTS)
    np.testing.assert_allclose(encoder.encode_texts(TEXTS, batch_rows=1), texts, atol=1e-6)
    assert np.abs(texts[0] - texts[1]).max() > 1e-3
    long = encoder.encode_texts([" ".join(TEXTS) * 50])
    assert np.isfinite(long).all()
    assert (encoder.encode([]).shape, encoder.encode_texts([]).shape) == ((0, 32), (0, 32))


def test_siglip_texts_are_filled_up_as_in_training(folders):
    ids, mask = ImageEncoder.open(folders["siglip"]).text_ids(["blue"])
    assert ids.shape == mask.shape == (1, 64)
    assert mask.all()


@pytest.mark.parametrize(
    ("kind", "mean", "std"),
    [
        ("clip", [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]),
        ("siglip", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
    ],
)
def test_pixels_without_torchvision(folders, kind, mean, std):
    assert importlib.util.find_spec("torchvision") is None or kind  # it may be there; it is not used
    pixels = ImageEncoder.open(folders[kind]).pixels(PICTURES[:1])[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(pixels, expected_pixels(PICTURES[0], mean, std), atol=1e-5)


def with_alpha(mode):
    picture = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (0, 0, 4, 8))
    return png(picture.convert(mode)) if mode != "P" else png(picture.convert("RGB").quantize(4))


def test_what_is_transparent_is_white_not_black():
    found = decode(with_alpha("RGBA"))
    assert (found.mode, found.getpixel((6, 4)), found.getpixel((1, 4))) == ("RGB", (255, 255, 255), (0, 0, 255))
    assert decode(with_alpha("LA")).getpixel((6, 4)) == (255, 255, 255)
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 0, 128, 0])
    palette.info["transparency"] = 1
    assert decode(png(palette)).getpixel((2, 2)) == (255, 255, 255)
    assert decode(png(Image.new("L", (4, 4), 7))).getpixel((0, 0)) == (7, 7, 7)


def test_what_is_no_picture_is_told(folders):
    encoder = ImageEncoder.open(folders["clip"])
    with pytest.raises(InputError, match="picture 2 of the batch cannot be decoded"):
        encoder.encode([PICTURES[0], PICTURES[1], b"<svg/>"], batch_rows=2)
    with pytest.raises(InputError, match="picture 0 of the batch cannot be decoded"):
        decode(PICTURES[0][:60])


def test_other_folders_are_refused(folders, tmp_path):
    with pytest.raises(InputError, match="model of type bert; images want clip or siglip"):
        ImageEncoder.open(save_tiny_bert(tmp_path / "bert", TEXTS, width=32, layers=1))
    with pytest.raises(UsageError, match="precision is 'int8'"):
        ImageEncoder.open(folders["clip"], precision="int8")
    folder = save_tiny_clip(tmp_path / "clip", TEXTS, width=32, side_px=32, layers=1)
    for path in folder.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(InputError, match="turns every word into"):
        ImageEncoder.open(folder)
    (folder / "preprocessor_config.json").unlink()
    with pytest.raises(InputError, match="holds no image processor"):
        ImageEncoder.open(folder)


def test_what_is_saved_opens_the_same(folders, tmp_path):
    encoder = ImageEncoder.open(folders["clip"])
    encoder.save(tmp_path / "copy")
    again = ImageEncoder.open(tmp_path / "copy")
    assert again.encode(PICTURES).tobytes() == encoder.encode(PICTURES).tobytes()
    assert again.encode_texts(TEXTS).tobytes() == encoder.encode_texts(TEXTS).tobytes()
    assert json.loads((tmp_path / "copy" / "config.json").read_text())["model_type"] == "clip"


def test_bf16_is_near(folders):
    rough = ImageEncoder.open(folders["clip"], precision="bf16").encode(PICTURES)
    exact = ImageEncoder.open(folders["clip"]).encode(PICTURES)
    assert not np.array_equal(rough, exact)
    assert (rough * exact).sum(1).min() > 0.999
