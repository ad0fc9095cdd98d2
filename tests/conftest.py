"""Fixtures that all tests share."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.world import middle_world_dir, red_world_kb, world_dir, world_kb

__all__ = ["middle_world_dir", "red_world_kb", "world_dir", "world_kb"]

# A shell that starts this run in the background lets it ignore Ctrl-C, and every child process would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Hypothesis counts the time on the wall, and other tests run beside; pytest's limit for each test holds.
settings.register_profile("beside others", deadline=None)
settings.load_profile("beside others")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real data; the test is skipped where there is none."""
    folder = os.environ.get("MEL_DATA_DIR")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the real data: set MEL_DATA_DIR to its folder")
    return Path(folder)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say the seed of the random order where `-q` hides pytest's header."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    seed = session.config.getoption("randomly_seed", None)
    if reporter is not None and seed is not None and session.config.get_verbosity() < 0:
        reporter.write_line(f"Using --randomly-seed={seed}")
