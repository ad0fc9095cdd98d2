"""Engines: what runs, what is refused, and how failures reach the user."""

import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import apache_beam as beam
import psutil
import pytest

from pipeline.beamx.engine import Engine, choose_engine, run_pipeline
from pipeline.records.errors import InputError, MelError, UsageError
from tests.beamx import helpers
from tests.beamx.helpers import ENGINES

ROOT = Path(__file__).parents[2]


def run(function, engine, values=20):
    def build(pipeline):
        pipeline | beam.Create(list(range(values))) | beam.Reshuffle() | "Do it" >> beam.Map(function)

    run_pipeline("extract", build, engine)


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request):
    return request.param


def test_every_element_is_processed(engine, tmp_path):
    run(helpers.LeaveFile(str(tmp_path)), engine)
    assert sorted(int(path.name) for path in tmp_path.iterdir()) == list(range(20))


def test_workers_share_the_work(tmp_path):
    run(helpers.LeaveFile(str(tmp_path)), Engine(workers=2))
    pids = {path.read_text() for path in tmp_path.iterdir()}
    assert len(pids) == 2
    assert str(os.getpid()) not in pids


@pytest.mark.parametrize(
    ("step", "error", "message"),
    [
        (helpers.refuse, InputError, "the dump enwiki.xml.bz2 is cut short at byte 900"),
        (helpers.refuse_in_lines, InputError, "the dump says:\n  odd: 0 things\nand ends"),
        (helpers.divide, MelError, "extract, step Do it, failed: ZeroDivisionError: division by zero"),
        (helpers.refuse_page, MelError, "the page is odd"),  # an error that cannot be copied
    ],
)
def test_an_error_arrives_with_its_message(engine, capfd, step, error, message):
    with pytest.raises(error) as caught:
        run(step, engine)
    assert str(caught.value) == message
    assert "Traceback" not in capfd.readouterr().err


def test_an_error_at_the_end_of_a_bundle_arrives():
    def build(pipeline):
        pipeline | beam.Create([1]) | "Do it" >> beam.ParDo(helpers.FailAtEnd())

    with pytest.raises(InputError, match=r"^the end is bad$"):
        run_pipeline("extract", build, Engine())


def test_the_whole_story_is_in_the_debug_log(caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(InputError):
        run(helpers.refuse, Engine(workers=2))
    assert "in refuse" in caplog.text


@pytest.mark.parametrize("bad", [0, 1])
def test_the_first_error_ends_the_run_without_waiting_for_other_processes(tmp_path, bad):
    def build(pipeline):
        groups = pipeline | beam.Create([(0, 0), (1, 1)]) | beam.GroupByKey()  # one group a worker
        groups | "Do it" >> beam.Map(partial(helpers.refuse_key, bad, tmp_path / "when"))

    with pytest.raises(InputError):
        run_pipeline("extract", build, Engine(workers=2))
    assert time.monotonic() - float((tmp_path / "when").read_text()) < 15


def test_a_worker_that_is_killed_ends_the_run(tmp_path):
    with pytest.raises(MelError, match=r"^extract ended early: worker process \d+ was killed \(SIGKILL\)"):
        run(partial(helpers.kill_worker, tmp_path / "when"), Engine(workers=2))
    assert time.monotonic() - float((tmp_path / "when").read_text()) < 10
    assert psutil.Process().children() == []


def test_a_worker_that_is_killed_while_it_is_sent_data_ends_the_run():
    def build(pipeline):
        numbers = pipeline | beam.Create(list(range(15))) | beam.Reshuffle()
        pairs = numbers | "Big" >> beam.FlatMap(helpers.big_bytes).with_output_types(tuple[int, bytes])
        pairs | beam.GroupByKey() | "Die" >> beam.Map(helpers.die_at_once)

    with pytest.raises(MelError, match="was killed"):
        run_pipeline("count", build, Engine(workers=2))
    assert psutil.Process().children() == []


@pytest.mark.parametrize("code", [0, 3])
def test_a_worker_that_leaves_ends_the_run(code):
    with pytest.raises(MelError, match=rf"worker process \d+ ended with exit code {code}"):
        run([helpers.leave_0, helpers.leave_3][code == 3], Engine(workers=2))


def test_a_warning_in_a_worker_reaches_our_log(caplog):
    run(helpers.warn, Engine(workers=2), values=3)
    assert [record.getMessage() for record in caplog.records if record.name == "helpers"] == ["odd\nthing"] * 3


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from tests.beamx import helpers, test_engine
from pipeline.beamx.engine import Engine
test_engine.run(helpers.{function}, Engine(workers=2, worker_mode={mode!r}), values=400)
"""


@contextmanager
def long_run(function):
    """A process in a group of its own, with two workers that are busy with `function` for a long time."""
    script = SCRIPT.format(root=str(ROOT), function=function, mode="process")
    with subprocess.Popen([sys.executable, "-c", script], start_new_session=True, stderr=subprocess.PIPE) as process:
        try:
            yield process, wait_for_workers(psutil.Process(process.pid))
        finally:
            process.kill()


def wait_for_workers(parent):
    for _ in range(200):
        workers = parent.children(recursive=True)
        if len(workers) == 2 and all(worker.num_threads() > 5 for worker in workers):
            time.sleep(0.5)
            return workers
        time.sleep(0.1)
    pytest.fail("no workers came up")


@pytest.mark.parametrize("function", ["crawl", "never_end"])
def test_workers_go_with_a_parent_that_is_killed(function):
    with long_run(function) as (process, workers):
        process.kill()
        left = psutil.wait_procs(workers, timeout=5)[1]
        for worker in left:
            worker.kill()
        assert left == []


def test_control_c_ends_parent_and_workers():
    with long_run("crawl") as (process, workers):
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert psutil.wait_procs(workers, timeout=1)[1] == []
    assert err.decode().count("Traceback") == 1  # the parent's own; a command's main turns it into 130


def test_control_c_is_the_parents_business():
    with long_run("crawl") as (process, workers):
        workers[0].send_signal(signal.SIGINT)
        time.sleep(1)
        assert workers[0].is_running()
        assert process.poll() is None


def test_control_c_ends_threads_too():
    script = SCRIPT.format(root=str(ROOT), function="crawl", mode="thread")
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE) as process:
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert err.decode().rstrip().endswith("KeyboardInterrupt")


@pytest.mark.parametrize("name", ["DaskRunner", "apache_beam.runners.dask.dask_runner.DaskRunner"])
def test_dask_is_refused(name):
    with pytest.raises(UsageError, match="loses data"):
        choose_engine(beam_args=[f"--runner={name}"])


@pytest.mark.parametrize("name", ["DirectRunner", "direct", "SwitchingDirectRunner", "FnApiRunner"])
def test_beams_local_runners_are_pointed_to_ours(name):
    with pytest.raises(UsageError, match="--engine local"):
        Engine(beam_args=("--runner", name))


def test_engine_and_runner_together_are_refused():
    with pytest.raises(UsageError, match="contradict"):
        choose_engine(engine="local", beam_args=["--runner=FlinkRunner"])


def test_shuffle_goes_inline_where_no_file_system_is_shared():
    assert choose_engine().shuffle == "spill"
    assert choose_engine(beam_args=["--runner=FlinkRunner"]).shuffle == "inline"
    assert choose_engine(beam_args=["--runner=FlinkRunner"], shuffle="spill").shuffle == "spill"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "spark"}, "--engine must be local, got 'spark'"),
        ({"workers": 0}, "--workers must be at least 1, got 0"),
        ({"worker_mode": "fiber"}, "--worker-mode must be thread or process, got 'fiber'"),
        ({"shuffle": "disk"}, "--shuffle must be spill or inline, got 'disk'"),
    ],
)
def test_wrong_values_name_their_flag(values, message):
    with pytest.raises(UsageError, match=message):
        Engine(**values)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--runner=NoSuchRunner"], r"^--runner=NoSuchRunner cannot be used: .*FlinkRunner"),
        (["--runner=PortableRunner"], r"^--runner=PortableRunner cannot be used: It needs --job_endpoint=HOST:PORT"),
        (["--runner=DataflowRunner"], r"(?i)^--runner=DataflowRunner cannot be used: .*(project|gcp)"),
        (["--job_endpoint=localhost:8099"], r"^--job_endpoint is for --runner=PortableRunner"),
    ],
)
def test_a_runner_that_cannot_be_made_is_refused_before_anything_is_read(args, message):
    with pytest.raises(UsageError, match=message):
        choose_engine(beam_args=args)


def test_an_unknown_runner_is_named():
    with pytest.raises(UsageError, match=r"--runner=NoSuchRunner cannot be used: .*FlinkRunner"):
        run(helpers.double, Engine(beam_args=("--runner=NoSuchRunner",)))
    with pytest.raises(UsageError, match=r"--runner=no\.such\.Runner cannot be used"):
        run(helpers.double, Engine(beam_args=("--runner=no.such.Runner",)))
