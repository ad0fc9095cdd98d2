"""Images of entities: the first still one, or some more."""

from pathlib import Path

import pytest

from pipeline.images.isolated import Limits
from pipeline.jobs.images import build_images
from pipeline.jobs.images_options import FetchOptions, ImagesOptions
from pipeline.records.entity_list import ListedEntity, write_entity_list
from pipeline.records.errors import ArtifactError, InputError, UsageError
from tests.support import image_inputs as inputs
from tests.support import images

PNG = images.saved(images.quarters(), "PNG")
ROWS = [
    (1, 0, "Film.webm"), (1, 1, "One.png"), (1, 2, "Second.png"), (2, 0, "Shared.png"), (3, 0, "Shared.png"),
    (3, 3, "Third.png"), (4, 0, "Not listed.png"), (5, 0, "Sound.ogg"),
]  # fmt: skip


@pytest.fixture
def place(tmp_path):
    inputs.make_kb(tmp_path / "kb", ROWS, more=[99])
    write_entity_list(tmp_path / "entities.tsv", [ListedEntity(n, f"Entity {n}", 1) for n in (3, 1, 2, 5, 99)])
    names = {title for _, _, title in ROWS if title.endswith(".png")}
    inputs.put_files(tmp_path / "media", dict.fromkeys(names, PNG))
    return tmp_path


def run(place, **changed):
    given = {
        "out": place / "images", "kb": place / "kb", "entities": place / "entities.tsv",
        "fetch": FetchOptions(source_dir=place / "media"),
    }  # fmt: skip
    return build_images(ImagesOptions(**(given | changed)))


def test_the_first_still_image_of_each_listed_entity(place):
    run(place)
    assert sorted(inputs.rows_of(place / "images")) == ["One.png", "Shared.png"]


def test_more_images_of_an_entity(place):
    result = run(place, per_entity=2)
    assert sorted(inputs.rows_of(place / "images")) == ["One.png", "Second.png", "Shared.png", "Third.png"]
    [listed] = [report.figures for report in result.reports if report.name == "list"]
    assert (listed["in"], listed["out"], listed["dropped"]) == (5, 4, {"same_file": 1})


def test_a_longer_list_takes_over_what_is_there(place):
    run(place)
    (place / "media" / inputs.upload_path("One.png")).unlink()
    again = run(place, per_entity=2)
    assert again.coverage["missing"] == 1  # a folder is looked at anew: the file is gone
    assert again.coverage["ok"] == 3


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ListedEntity(1, "Another", 1), r"calls entity 1 'Another', and .* means 'Entity 1'"),
        (ListedEntity(7, "Entity 7", 1), "has no such entity: the list is of another KB"),
    ],
)
def test_a_list_of_another_kb_is_refused(place, row, words):
    write_entity_list(place / "entities.tsv", [ListedEntity(2, "Entity 2", 1), row])
    with pytest.raises(InputError, match=words):
        run(place)
    write_entity_list(place / "entities.tsv", [ListedEntity(2), ListedEntity(1)])  # written by hand, without titles
    assert run(place).coverage["ok"] == 2


def test_an_unfinished_kb_is_refused(place):
    (place / "kb/_SUCCESS").unlink()
    with pytest.raises(ArtifactError, match=r"not finished; run runners/build_kb\.py again"):
        run(place)


def test_pictures_of_entities_are_smaller(place):
    large = images.saved(images.quarters(1400, 900), "PNG")
    inputs.put_files(place / "media", {"One.png": large})
    run(place)
    assert inputs.rows_of(place / "images")["One.png"]["width_px"] == 500


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"fetch": FetchOptions(max_bytes=0)}, "--max-file-mb lies between"),
        ({"fetch": FetchOptions(max_bytes=-1)}, "--max-file-mb lies between"),
        ({"decode": Limits(seconds=0)}, "--decode-seconds lies between"),
        ({"decode": Limits(seconds=-1)}, "--decode-seconds lies between"),
        ({"decode": Limits(seconds=float("nan"))}, "--decode-seconds lies between"),
        ({"decode": Limits(memory_bytes=50 << 20)}, "--decode-memory-mb lies between 256 and .* got 50"),
        ({"kb": None, "entities": None, "corpus": Path("x"), "per_entity": 2}, "--images-per-entity goes with --kb"),
    ],
)
def test_limits_that_could_only_fail(place, changed, words):
    with pytest.raises(UsageError, match=words):
        run(place, **changed)
    assert not (place / "images").exists()


def test_flags_that_do_not_fit(place):
    with pytest.raises(UsageError, match="belong together"):
        ImagesOptions(out=place / "x", kb=place / "kb")
    with pytest.raises(UsageError, match="either --corpus"):
        ImagesOptions(out=place / "x")
    with pytest.raises(UsageError, match="--images-per-entity"):
        run(place, per_entity=0)
    with pytest.raises(UsageError, match="--side"):
        run(place, side_px=5)
    with pytest.raises(InputError, match="list_entities"):
        run(place, entities=place / "none.tsv")
