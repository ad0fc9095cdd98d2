"""The training of a tiny CLIP: its loss, what it learns, and that it repeats."""

import numpy as np
import pytest
import torch

from modeling.data.entities import IndexedEntity
from modeling.data.images import ImageStore
from modeling.encoders.hub import model_digest
from modeling.encoders.tiny import save_tiny_clip, save_tiny_siglip
from modeling.retrieval.base import Sources
from modeling.retrieval.clip import Clip
from modeling.retrieval.clip_training import ClipOptions, distorted, symmetric_loss, train_clip
from pipeline.records.errors import UsageError
from tests.modeling.pictures import COLOURS, image_artifact, shape
from tests.modeling.worlds import ListCatalog, mention_in

TEXTS = [f"the {colour} disc" for colour in COLOURS]


def test_loss_equals_a_float64_loop():
    draw = np.random.default_rng(0)
    left, right = draw.standard_normal((6, 5)), draw.standard_normal((6, 5))
    groups, scale = [0, 1, 1, 2, 3, 0], 7.0
    scores = scale * (left / np.linalg.norm(left, axis=1)[:, None]) @ (right / np.linalg.norm(right, axis=1)[:, None]).T
    total = 0.0
    for own in range(6):
        kept = [other for other in range(6) if other == own or groups[other] != groups[own]]
        total -= np.log(np.exp(scores[own, own]) / sum(np.exp(scores[own, other]) for other in kept))
        total -= np.log(np.exp(scores[own, own]) / sum(np.exp(scores[other, own]) for other in kept))
    found = symmetric_loss(torch.tensor(left), torch.tensor(right), torch.tensor(groups), torch.tensor(scale))
    assert float(found) == pytest.approx(total / 12, rel=1e-5)


def test_distortion_keeps_shape_and_moves_pixels():
    torch.manual_seed(0)
    pixels = torch.rand(3, 3, 16, 16)
    found = distorted(pixels)
    assert found.shape == pixels.shape
    assert found.isfinite().all()
    assert (found - pixels).abs().amax((1, 2, 3)).min() > 0.01


@pytest.fixture
def sources(tmp_path):
    """Eight discs; captions show them elsewhere and on another ground, half of them in training."""
    pictures = {f"e{number}": shape(colour) for number, colour in enumerate(COLOURS)}
    pictures |= {f"m{number}": shape(colour, at=14, ground="lightgrey") for number, colour in enumerate(COLOURS)}
    entities = [IndexedEntity(number, text, f"{text} is a disc", f"e{number}") for number, text in enumerate(TEXTS)]
    images = ImageStore([image_artifact(tmp_path / "pictures", pictures)])
    return Sources(ListCatalog(entities), images, train=mentions()[:4])


def mentions():
    rows = enumerate(zip(COLOURS, TEXTS, strict=True))
    return [mention_in(f"Here {text} won", text, n, image_id=f"m{n}", pair_id=f"p{n}") for n, (_, text) in rows]


def test_learns_and_repeats(sources, tmp_path):
    folder = save_tiny_clip(tmp_path / "clip", TEXTS, width=32, side_px=32, layers=1)
    options = ClipOptions(epochs=40, batch=8, lr=2e-3)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    report = train_clip(folder, tmp_path / "trained", sources, options)
    assert torch.equal(torch.rand(1), expected)  # the caller's random numbers are left alone
    assert report["pairs"] == {"captions": 4, "entities": 8, "same entity": 4, "views": 8}
    assert len(report["log"]) == 40
    for kind, before in report["loss_before"].items():
        assert report["loss_after"][kind] < before
    train_clip(folder, tmp_path / "again", sources, options)
    assert model_digest(tmp_path / "again") == model_digest(tmp_path / "trained")
    found = {}
    for name in ("clip", "trained"):
        known = Sources(sources.entities, sources.images, model=str(tmp_path / name))
        Clip.build(known, tmp_path / f"{name}-index", {"mode": "text-image", "text": "mention"})
        ranking = Clip.open(tmp_path / f"{name}-index", known).search(mentions(), 1)
        found[name] = sum(ids[0] == number for number, ids in enumerate(ranking.ids.tolist()))
    assert found["trained"] >= 6
    assert found["clip"] <= 3


def test_siglip_is_trained_too(sources, tmp_path):
    folder = save_tiny_siglip(tmp_path / "siglip", TEXTS, width=32, side_px=32, layers=1)
    report = train_clip(folder, tmp_path / "trained", sources, ClipOptions(epochs=4, batch=8, same_entity=False))
    assert set(report["pairs"]) == {"captions", "entities", "views"}
    assert report["loss_after"]["entities"] < report["loss_before"]["entities"]


def test_nothing_to_train_on(sources, tmp_path):
    folder = save_tiny_clip(tmp_path / "clip", TEXTS, width=32, side_px=32, layers=1)
    with pytest.raises(UsageError, match="wants pictures"):
        train_clip(folder, tmp_path / "trained", Sources(sources.entities))
    bare = ListCatalog([IndexedEntity(1, "a", "b", None)])
    with pytest.raises(UsageError, match="there are none"):
        train_clip(folder, tmp_path / "trained", Sources(bare, sources.images))
