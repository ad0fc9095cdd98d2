"""Local servers in place of the dump site and of the Internet Archive."""

import pytest

from tests.support.http_server import local_server


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server():
    with local_server() as running:
        yield running


@pytest.fixture
def archive():
    with local_server() as running:
        yield running
