"""The retriever clip on shapes: who is found, who is absent, and what is refused."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from modeling.data.entities import IndexedEntity
from modeling.data.images import ImageStore
from modeling.encoders.image import ImageEncoder
from modeling.encoders.tiny import save_tiny_clip, save_tiny_siglip
from modeling.retrieval.base import Sources
from modeling.retrieval.clip import Clip
from pipeline.records.errors import ArtifactError, UsageError
from tests.modeling.pictures import COLOURS, image_artifact, png, shape
from tests.modeling.worlds import ListCatalog, mention_in

TEXTS = [f"{colour} disc club of {colour} town" for colour in COLOURS]
TINY = {"width": 32, "side_px": 32, "layers": 1}
both_kinds = pytest.mark.parametrize("kind", [save_tiny_clip, save_tiny_siglip])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(save_tiny_clip(tmp_path_factory.mktemp("models") / "clip", TEXTS, **TINY))


@pytest.fixture
def sources(model, tmp_path):
    """Entities 10, 20 … with the picture of a disc each; 30 has none, the picture of 40 is missing."""
    pictures = {f"e{number}": shape(colour) for number, colour in enumerate(COLOURS)}
    pictures["e3"] = None
    pictures |= {f"m{number}": shape(colour, at=14) for number, colour in enumerate(COLOURS)}
    entities = [
        IndexedEntity(10 * (number + 1), f"{colour} disc", text, None if number == 2 else f"e{number}")
        for number, (colour, text) in enumerate(zip(COLOURS, TEXTS, strict=True))
    ]
    return Sources(ListCatalog(entities), ImageStore([image_artifact(tmp_path / "pictures", pictures)]), model=model)


def mentions(*image_ids):
    return [mention_in("the red disc won", "red disc", 10, image_id=image_id) for image_id in image_ids]


def picture(sources, image_id):
    return sources.images.read([image_id])[image_id]


@both_kinds
def test_image_to_image_is_the_cosine_of_pictures(kind, sources, tmp_path):
    sources = replace(sources, model=str(kind(tmp_path / "model", TEXTS, **TINY)))
    report = Clip.build(sources, tmp_path / "index", {})
    assert (report.n_entities, report.n_absent) == (6, 2)  # no row of zeros for the two without a picture
    found = Clip.open(tmp_path / "index", sources).search(mentions("m0", "m5", "m0"), 8)
    encoder = ImageEncoder.open(sources.model)
    present = [0, 1, 4, 5, 6, 7]
    entities = encoder.encode([picture(sources, f"e{number}") for number in present]).astype(np.float64)
    queries = encoder.encode([picture(sources, id_) for id_ in ("m0", "m5", "m0")]).astype(np.float64)
    for row, scores in enumerate(queries @ entities.T):
        order = np.argsort(-scores, kind="stable")
        assert found.ids[row, :6].tolist() == [10 * (present[place] + 1) for place in order]
        np.testing.assert_allclose(found.scores[row, :6], scores[order], atol=1e-5)
    assert found.lengths.tolist() == [6, 6, 6]


def test_mentions_without_a_picture_get_an_empty_list(sources, tmp_path):
    Clip.build(sources, tmp_path / "index", {})
    found = Clip.open(tmp_path / "index", sources).search(mentions(None, "m1", "gone", "e3"), 3)
    assert found.lengths.tolist() == [0, 3, 0, 0]
    assert Clip.open(tmp_path / "index", sources).search(mentions(None), 3).lengths.tolist() == [0]
    assert Clip.open(tmp_path / "index", sources).search([], 3).ids.shape == (0, 3)


@both_kinds
def test_texts_find_pictures_and_pictures_find_texts(kind, sources, tmp_path):
    sources = replace(sources, model=str(kind(tmp_path / "model", TEXTS, **TINY)))
    encoder = ImageEncoder.open(sources.model)
    asked = [mention_in("a blue disc, and no other, won", "blue disc", 30, image_id="m2")]
    report = Clip.build(sources, tmp_path / "text-image", {"mode": "text-image"})
    assert report.n_absent == 2
    found = Clip.open(tmp_path / "text-image", sources).search(asked, 1)
    summed = encoder.encode_texts(["blue disc"]) + encoder.encode_texts(["a blue disc, and no other, won"])
    query = (summed / np.linalg.norm(summed))[0]
    best = encoder.encode([picture(sources, f"e{found.ids[0, 0] // 10 - 1}")])[0]
    assert found.scores[0, 0] == pytest.approx(float(query @ best), abs=1e-5)
    report = Clip.build(sources, tmp_path / "image-text", {"mode": "image-text"})
    assert (report.n_entities, report.n_absent) == (8, 0)
    found = Clip.open(tmp_path / "image-text", sources).search(asked, 8)
    texts = encoder.encode_texts([f"{colour} disc. {text}" for colour, text in zip(COLOURS, TEXTS, strict=True)])
    scores = encoder.encode([picture(sources, "m2")])[0] @ texts.T
    np.testing.assert_allclose(np.sort(found.scores[0])[::-1], np.sort(scores)[::-1], atol=1e-5)


def test_each_kind_of_query_text(sources, tmp_path):
    asked = [mention_in("a blue disc, and no other, won", "blue disc", 30)]
    scores = set()
    for kind in ("mention", "caption", "both"):
        Clip.build(sources, tmp_path / kind, {"mode": "text-image", "text": kind})
        scores.add(float(Clip.open(tmp_path / kind, sources).search(asked, 1).scores[0, 0]))
    assert len(scores) == 3


def test_another_checkpoint_is_refused(sources, tmp_path):
    Clip.build(sources, tmp_path / "index", {})
    other = save_tiny_clip(tmp_path / "wide", TEXTS, **TINY | {"width": 48})
    with pytest.raises(ArtifactError, match=r"width 32, not 48: the index was built with another model"):
        Clip.open(tmp_path / "index", replace(sources, model=str(other)))
    same_width = save_tiny_clip(tmp_path / "other", TEXTS, **TINY, seed=1)
    with pytest.raises(ArtifactError, match="not with these weights"):
        Clip.open(tmp_path / "index", replace(sources, model=str(same_width)))


def test_another_catalog_is_refused_unless_told(sources, tmp_path):
    Clip.build(sources, tmp_path / "index", {})
    entities = [row for batch in sources.entities.batches(9) for row in batch]
    later = ListCatalog(entities, digest="two", date="20240101")
    with pytest.raises(ArtifactError, match=r"dump 20210101, in use: 20240101"):
        Clip.open(tmp_path / "index", replace(sources, entities=later))
    opened = Clip.open(tmp_path / "index", replace(sources, entities=later, any_catalog=True))
    assert opened.search(mentions("m0"), 2).lengths.tolist() == [2]


@pytest.mark.parametrize(("value", "told"), [(0, "is zero"), (np.nan, "is not finite")])
def test_a_vector_of_zeros_is_never_written(sources, tmp_path, monkeypatch, value, told):
    """A model that gives nothing for a picture stops the build: zeros would tie with everything."""
    whole = ImageEncoder.encode

    def spoiled(self, images, **options):
        vectors = whole(self, images, **options)
        vectors[1] = value
        return vectors

    monkeypatch.setattr(ImageEncoder, "encode", spoiled)
    with pytest.raises(ArtifactError, match=f"entity 20 {told}"):
        Clip.build(sources, tmp_path / "index", {})
    assert not (tmp_path / "index").exists()


def test_what_is_missing_is_told(sources, tmp_path):
    for missing, told in (("model", "CLIP or SigLIP folder"), ("images", "wants pictures")):
        with pytest.raises(UsageError, match=told):
            Clip.build(replace(sources, **{missing: None}), tmp_path / "index", {})
    with pytest.raises(UsageError, match="clip has no option mod"):
        Clip.build(sources, tmp_path / "index", {"mod": "image-image"})
    with pytest.raises(UsageError, match=r"clip.mode is 'text-text'"):
        Clip.build(sources, tmp_path / "index", {"mode": "text-text"})


def test_vectors_of_other_pictures_are_not_taken_over_from_a_killed_build(sources, tmp_path, monkeypatch):
    Clip.build(sources, tmp_path / "whole", {})
    turned = {f"e{number}": shape(colour) for number, colour in enumerate(reversed(COLOURS)) if number != 3}
    turned |= {f"m{number}": shape(colour, at=14) for number, colour in enumerate(COLOURS)}
    other = replace(sources, images=ImageStore([image_artifact(tmp_path / "turned", turned)]))
    assert len(other.images) == len(sources.images)
    with monkeypatch.context() as patch:
        patch.setattr("modeling.retrieval.clip.write_index_manifest", _stop)
        with pytest.raises(KeyboardInterrupt):
            Clip.build(other, tmp_path / "index", {})
    Clip.build(sources, tmp_path / "index", {})
    one, whole = ((tmp_path / name / "vectors" / "part-00000.parquet").read_bytes() for name in ("index", "whole"))
    assert one == whole


def _stop(*_):
    raise KeyboardInterrupt


def test_shards_change_nothing(sources, tmp_path):
    asked = mentions("m0", "m4")
    Clip.build(sources, tmp_path / "one", {})
    Clip.build(sources, tmp_path / "many", {"shard_rows": 2})
    assert len(list((tmp_path / "many" / "vectors").iterdir())) == 4
    one, many = (Clip.open(tmp_path / name, sources).search(asked, 5) for name in ("one", "many"))
    assert one.ids.tolist() == many.ids.tolist()
    np.testing.assert_allclose(one.scores, many.scores, atol=1e-6)


def test_a_picture_with_transparency_is_found_as_on_white(sources, tmp_path):
    """Entity and mention show one disc, the mention's on a transparent ground."""
    Clip.build(sources, tmp_path / "index", {})
    pixels = np.asarray(Image.open(io.BytesIO(shape("red"))))
    alpha = np.where((pixels == 255).all(2), 0, 255).astype(np.uint8)
    clear = Image.fromarray(np.dstack([pixels * (alpha[:, :, None] > 0), alpha]))
    folder = image_artifact(tmp_path / "more", {"m9": png(clear)})
    seen = replace(sources, images=ImageStore([folder, tmp_path / "pictures"]))
    found = Clip.open(tmp_path / "index", seen).search(mentions("m9"), 1)
    assert found.row(0) == [(10, pytest.approx(1, abs=1e-5))]
