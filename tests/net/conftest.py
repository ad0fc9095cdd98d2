"""A server and a client that does not wait long."""

from dataclasses import replace

import pytest

from pipeline.net.client import Limits, PoliteClient
from pipeline.net.retries import Retries
from tests.support.http_fixtures import no_proxy, server

__all__ = ["no_proxy", "server"]
CONTACT = "tests@example.org"
QUICK = Limits(connect_s=2, read_s=0.4, whole_s=1.0, window_s=0.5, max_bytes=1 << 20)
IMPATIENT = Retries(tries=3, first_s=0.01, longest_s=0.05, retry_after_longest_s=2.0, progress_bytes=1 << 14)


@pytest.fixture
def make_client(server):
    made = []

    def make(*hosts, limits=QUICK, retries=IMPATIENT, connections=2, rate=None, **changed):
        client = PoliteClient(
            CONTACT,
            hosts or [server.host],
            limits=replace(limits, **changed),
            retries=retries,
            connections=connections,
            max_bytes_per_s=rate,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client):
    return make_client()
