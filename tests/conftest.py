"""Fixtures that all tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real data; the test is skipped where there is none."""
    folder = os.environ.get("MEL_DATA_DIR")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the real data: set MEL_DATA_DIR to its folder")
    return Path(folder)
