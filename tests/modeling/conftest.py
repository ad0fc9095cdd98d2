"""What all tests of models share: no network, and a knowledge base of the sample world."""

import os
from pathlib import Path

import pytest

from tests.support.world import build_world_kb, world_dir

__all__ = ["world_dir"]

os.environ["HF_HUB_OFFLINE"] = "1"  # before huggingface_hub is imported: no test asks the network


@pytest.fixture(scope="session")
def world_kb(world_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its knowledge base."""
    out = tmp_path_factory.mktemp("world-kb") / "kb"
    build_world_kb(world_dir, out)
    return out
