"""Fixtures for the tests of the annotation page."""

import pytest

from tests.support.annotation_server import small_images
from tests.support.browser import browser, page
from tests.support.world import build_world_kb, world_dir

__all__ = ["browser", "page", "world_dir"]


@pytest.fixture(scope="session")
def world_kb(world_dir, tmp_path_factory):
    """The KB of the sample world, where "Lions" means a cat, a team, a band …"""
    out = tmp_path_factory.mktemp("world-kb") / "kb"
    build_world_kb(world_dir, out)
    return out


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    return small_images(tmp_path_factory.mktemp("pictures") / "images")
