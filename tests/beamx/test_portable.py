"""The stand-in for Flink: Beam's own job service, with workers here and in a pool outside."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import apache_beam as beam
import pytest

from pipeline.beamx.arrow import decode_table
from pipeline.beamx.engine import choose_engine, run_pipeline
from pipeline.beamx.shuffle import HashShuffle
from pipeline.records.errors import InputError
from tests.beamx import helpers
from tests.beamx.helpers import Keep, add_up, feed, pair_batches
from tests.beamx.test_shuffle import PARTITIONS, as_rows, hash_place, naive_group

pytestmark = pytest.mark.timeout(60)
ROOT = Path(__file__).parents[2]


@contextmanager
def service(folder, module, *flags):
    """One of Beam's services as a process that finds our packages."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", f"apache_beam.runners.{module}", *flags]
    path = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the pool starts whatever `python` it finds
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": path}
    log_path = folder / "log"
    with log_path.open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, env=environment) as process:
        try:
            yield
        finally:
            process.kill()


def wait_for(done):
    for _ in range(200):
        if done():
            return
        time.sleep(0.1)
    pytest.fail("the service did not come up")


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def job_service(tmp_path_factory):
    """Flags that submit to a job service of its own."""
    folder = tmp_path_factory.mktemp("service")
    port_file = folder / "port"
    flags = [f"--port_file={port_file}", f"--staging_dir={folder / 'staging'}"]
    with service(folder, "portability.local_job_service_main", *flags):
        wait_for(port_file.exists)
        yield ["--runner=PortableRunner", f"--job_endpoint=localhost:{port_file.read_text()}"]


@pytest.fixture(scope="module", params=["LOOPBACK", "EXTERNAL"])
def portable(request, job_service, tmp_path_factory):
    """An engine with workers in this process, or in a pool that has to import our packages itself."""
    flags = [*job_service, f"--environment_type={request.param}"]
    if request.param == "LOOPBACK":
        yield choose_engine(beam_args=flags)
        return
    port = free_port()
    with service(tmp_path_factory.mktemp("pool"), "worker.worker_pool_main", f"--service_port={port}"):
        wait_for(lambda: answers(port))
        yield choose_engine(beam_args=[*flags, f"--environment_config=localhost:{port}"])


def test_shuffle_through_a_job_service(portable, tmp_path):
    assert portable.shuffle == "inline"
    tables = pair_batches(1)
    shuffle = HashShuffle(
        ("surface",), PARTITIONS, mode=portable.shuffle, staging=str(tmp_path), combine=add_up, max_rows=300
    )
    out = tmp_path / "out"
    out.mkdir()

    def build(pipeline):
        feed(pipeline, "pairs", tables) | "Shuffle" >> shuffle | "Keep" >> beam.ParDo(Keep(str(out)))

    run_pipeline("count", build, portable)
    parts = {path.stem: decode_table(path.read_bytes()) for path in sorted(out.iterdir())}
    assert as_rows(parts) == naive_group(tables, combine=True, place=hash_place)


def test_a_message_for_the_user_arrives_from_a_job_service(portable):
    def build(pipeline):
        pipeline | beam.Create(list(range(20))) | "Do it" >> beam.Map(helpers.refuse)

    with pytest.raises(InputError) as caught:
        run_pipeline("extract", build, portable)
    assert str(caught.value) == "the dump enwiki.xml.bz2 is cut short at byte 900"
