"""The sample world's media: every format becomes a usable picture, every fault has the name the world gives it."""

import json
from dataclasses import replace

import pytest

from pipeline.beamx.engine import Engine
from pipeline.jobs.images import build_images
from pipeline.jobs.images_options import FetchOptions, ImagesOptions
from pipeline.records.entity_list import ListedEntity, write_entity_list
from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import ENTITIES
from tests.support import image_inputs as inputs
from tests.support.news_dump import run_corpus
from tests.support.world import commons_files, news_files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def truth(world_dir):
    lines = (world_dir / "truth/media.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["file_title"]: row for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def job(world_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("world-images")
    news = next(path for path in news_files(world_dir) if path.name.endswith("multistream.xml.bz2"))
    run_corpus(news, folder / "corpus", range_bytes=1 << 14)
    return ImagesOptions(
        out=folder / "images",
        corpus=folder / "corpus",
        fetch=FetchOptions(source_dir=world_dir / "media"),
        commons_dump=(*commons_files(world_dir), news),
        report=True,
        side_px=320,
    )


@pytest.fixture(scope="module")
def built(job):
    return build_images(job)


def test_outcomes_are_those_of_the_world(built, truth):
    rows = inputs.rows_of(built.out)
    got = {
        title: [row[name] for name in ("outcome", "reason", "original_format", "is_video")]
        for title, row in rows.items()
    }
    assert got == {
        title: [truth[title][name] for name in ("outcome", "reason", "format", "is_video")] for title in rows
    }
    endings = {title.rpartition(".")[2].lower() for title, row in rows.items() if row["outcome"] == "ok"}
    assert endings >= {"jpg", "png", "svg", "gif", "tif", "webp", "ogv", "webm", "mp4", "apng"}
    assert sum(row["outcome"] == "failed" for row in rows.values()) >= 8


def test_rights_are_those_of_the_world(built, truth):
    rows = {title: row for title, row in inputs.rows_of(built.out).items() if row["outcome"] == "ok"}
    names = ("licence", "author", "redistributable")
    assert {title: [row[name] for name in names] for title, row in rows.items()} == {
        title: [truth[title][name] for name in names] for title in rows
    }
    assert any(row["redistributable"] is False for row in rows.values())


def test_what_may_not_be_passed_on_is_left_out(built, job, truth, tmp_path):
    only = build_images(replace(job, out=tmp_path / "only", redistributable_only=True))
    rows = inputs.rows_of(only.out)
    for title, row in rows.items():
        if truth[title]["outcome"] == "ok":
            assert (row["outcome"] == "ok") is (truth[title]["redistributable"] is True)
            assert (row["image_bytes"] is not None) is (row["outcome"] == "ok")
    assert only.coverage["withheld"] > 0
    assert only.coverage["wanted"] == built.coverage["wanted"]


def test_two_workers_give_the_same_bytes(built, job, tmp_path):
    two = build_images(replace(job, out=tmp_path / "two", engine=Engine(workers=2), batch_files=16))
    one = build_images(replace(job, out=tmp_path / "one", batch_files=16))
    assert inputs.digests(one.out) == inputs.digests(two.out)
    assert two.coverage == built.coverage


def test_images_of_all_entities(world_dir, world_kb, truth, tmp_path):
    entities = open_artifact(world_kb / "entities", ENTITIES).table().to_pylist()
    write_entity_list(tmp_path / "all.tsv", [ListedEntity(row["entity_id"], row["title"], 1) for row in entities])
    options = ImagesOptions(
        out=tmp_path / "images",
        kb=world_kb,
        entities=tmp_path / "all.tsv",
        fetch=FetchOptions(source_dir=world_dir / "media"),
        commons_dump=commons_files(world_dir),
        side_px=120,
    )
    result = build_images(options)
    rows = inputs.rows_of(result.out)
    assert set(rows) == {row["image"] for row in entities if row["image"]}
    assert {title: row["outcome"] for title, row in rows.items() if title in truth} == {
        title: truth[title]["outcome"] for title in rows if title in truth
    }
    states = result.coverage["entities"]["entities_by_state"]
    assert sum(states.values()) == len(entities)
    with_image = [row for row in entities if row["image"] and rows[row["image"]]["outcome"] == "ok"]
    assert states["with_image"] == len(with_image) > 0
    assert states["no_image_in_kb"] == sum(not row["image"] for row in entities)
