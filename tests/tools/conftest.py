"""The sample world and what is built from it, for the tests of demo and pages."""

import sys
from pathlib import Path

import pytest

from tests.support.commands import run_here
from tests.support.shared import built_once

BUILDING = (
    ("build_corpus.py", "--dump", "20210101", "--wiki", "enwikinews", "--dump-dir", "{world}", "--out", "{out}/corpus"),
    ("build_images.py", "--corpus", "{out}/corpus", "--source-dir", "{world}/media", "--out", "{out}/images"),
)


@pytest.fixture(scope="session")
def road(world_dir, world_kb, tmp_path_factory):
    """Folder with `kb`, `corpus` and `images` of the sample world."""
    return built_once(tmp_path_factory, "road", lambda out: build(world_dir, world_kb, out))


def build(world: Path, kb: Path, out: Path) -> None:
    (out / "kb").symlink_to(kb)
    for runner, *flags in BUILDING:
        done = run_here([sys.executable, f"runners/{runner}", *(one.format(world=world, out=out) for one in flags)])
        assert done.returncode == 0, done.stderr[-2000:]
