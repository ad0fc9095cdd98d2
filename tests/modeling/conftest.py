"""A knowledge base of the sample world for retrievers."""

import os
from pathlib import Path

import pytest

from tests.support.world import build_world_kb, world_dir

__all__ = ["world_dir"]

os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def world_kb(world_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its knowledge base."""
    out = tmp_path_factory.mktemp("world-kb") / "kb"
    build_world_kb(world_dir, out)
    return out
