"""The sample world and what is built from it, for the tests of demo and pages."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.world import world_dir

__all__ = ["road", "world_dir"]
ROOT = Path(__file__).parents[2]
BUILDING = (
    ("build_kb.py", "--dump", "20210101", "--wiki", "enwiki", "--dump-dir", "{world}", "--out", "{out}/kb"),
    ("build_corpus.py", "--dump", "20210101", "--wiki", "enwikinews", "--dump-dir", "{world}", "--out", "{out}/corpus"),
    ("build_images.py", "--corpus", "{out}/corpus", "--source-dir", "{world}/media", "--out", "{out}/images"),
)


@pytest.fixture(scope="session")
def road(world_dir, tmp_path_factory):
    """Folder with `kb`, `corpus` and `images` of the sample world."""
    out = tmp_path_factory.mktemp("road")
    for runner, *flags in BUILDING:
        call = [sys.executable, f"runners/{runner}", *(one.format(world=world_dir, out=out) for one in flags)]
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
        assert done.returncode == 0, done.stderr[-2000:]
    return out
