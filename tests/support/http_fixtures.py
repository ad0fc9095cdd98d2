"""Fixtures of tests that fetch: local servers, and no proxy of the machine's."""

from collections.abc import Iterator

import pytest

from tests.support.http_server import LocalServer, local_server


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with local_server() as running:
        yield running


@pytest.fixture
def archive() -> Iterator[LocalServer]:
    """A second server, in place of the Internet Archive."""
    with local_server() as running:
        yield running
