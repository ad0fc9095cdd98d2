"""Fixtures that all tests share."""

import os
import signal
from pathlib import Path

import pytest

# A shell that starts this run in the background lets it ignore Ctrl-C, and every child process would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real data; the test is skipped where there is none."""
    folder = os.environ.get("MEL_DATA_DIR")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the real data: set MEL_DATA_DIR to its folder")
    return Path(folder)
