"""The sample world for these tests."""

from tests.support.world import middle_world_dir, world_dir

__all__ = ["middle_world_dir", "world_dir"]
