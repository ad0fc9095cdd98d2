"""A job service that does not answer is told before Beam waits for it."""

import socket
import time

import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from pipeline.beamx.endpoint import check_endpoint
from pipeline.beamx.engine import Engine, choose_engine, run_pipeline
from pipeline.records.errors import UsageError


def options(endpoint):
    return PipelineOptions([f"--job_endpoint={endpoint}"])


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as service:
        yield service


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as service:
        return service.getsockname()[1]


@pytest.fixture
def full():
    """A port whose queue is full: connecting to it neither succeeds nor fails."""
    with socket.socket() as service, socket.socket() as first, socket.socket() as second:
        service.bind(("127.0.0.1", 0))
        service.listen(0)
        for other in (first, second):
            other.setblocking(False)
            other.connect_ex(service.getsockname())
        time.sleep(0.1)
        yield service.getsockname()[1]


def test_a_service_that_listens_is_taken(listening):
    check_endpoint(options(f"127.0.0.1:{listening.getsockname()[1]}"))
    connection, _ = listening.accept()
    assert connection.recv(1) == b""
    connection.close()


@pytest.mark.parametrize("args", [[], ["--job_endpoint=embed"]])
def test_without_an_address_nobody_is_asked(args, monkeypatch):
    monkeypatch.delattr(socket, "create_connection")
    check_endpoint(PipelineOptions(args))
    with pytest.raises(AttributeError):
        check_endpoint(options("127.0.0.1:1"))


@pytest.mark.parametrize("endpoint", ["localhost", "localhost:x", ":8099", "localhost:99999"])
def test_what_is_no_address(endpoint):
    with pytest.raises(UsageError, match="--job_endpoint must be HOST:PORT, got"):
        check_endpoint(options(endpoint))


def test_one_that_is_away_is_told_at_once(closed_port):
    beam_args = ("--runner=PortableRunner", f"--job_endpoint=127.0.0.1:{closed_port}")
    refused = rf"^--job_endpoint=127.0.0.1:{closed_port} cannot be reached: .*refused"
    begun = time.monotonic()
    with pytest.raises(UsageError, match=refused):
        choose_engine(beam_args=beam_args)
    with pytest.raises(UsageError, match=refused):  # it may go away later
        run_pipeline("extract", lambda _: None, Engine(beam_args=beam_args))
    assert time.monotonic() - begun < 10


def test_one_that_does_not_answer_is_waited_for_so_long(full):
    begun = time.monotonic()
    with pytest.raises(UsageError, match=r"no answer within 0\.3 s; is the job service running there\?"):
        check_endpoint(options(f"127.0.0.1:{full}"), timeout_s=0.3)
    assert time.monotonic() - begun < 3
