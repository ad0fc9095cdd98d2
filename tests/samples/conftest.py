"""The sample world for these tests."""

from tests.support.world import world_dir

__all__ = ["world_dir"]
