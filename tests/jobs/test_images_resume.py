"""Runs that were killed go on where they stopped: nothing is fetched twice, the bytes are the same."""

import sys
import time

import psutil
import pytest

from pipeline.records.digest import image_id
from tests.support import image_inputs as inputs
from tests.support import images
from tests.support.commands import ROOT, kill, run_here, start, wait_for
from tests.support.http_fixtures import no_proxy
from tests.support.http_server import Answer, local_server
from tests.support.image_server import put, thumb, whole

pytestmark = pytest.mark.slow
__all__ = ["no_proxy"]
TITLES = [f"Number {n}.png" for n in range(30)]
FILM = "Film.webm"
IN_HAND = 6
"""Files that a run may be at work on: two at once are sent, the others wait for a turn or are being renamed."""


@pytest.fixture
def server():
    with local_server() as running:
        for number, title in enumerate(TITLES):
            body = images.saved(images.quarters(64 + 2 * number, 48), "PNG")
            put(running, thumb(title, 960), body, always=Answer(wait_s=0.05))
        put(running, whole(FILM), images.video("webm"), kind="video/webm")
        yield running


@pytest.fixture
def corpus(tmp_path):
    return inputs.make_corpus(tmp_path / "corpus", [*TITLES, FILM, "Nowhere.png"])


def command(corpus, out, *flags):
    runner = str(ROOT / "runners" / "build_images.py")
    return [
        sys.executable,
        runner,
        "--corpus",
        str(corpus),
        "--out",
        str(out),
        "--batch-files",
        "4",
        "--report",
        *flags,
    ]


def net(server):
    return ("--contact", "tests@example.org", "--upload", f"http://{server.host}", "--api", "none")


def killed(arguments, is_time):
    """Start a run and SIGKILL it, workers and all, as soon as `is_time`."""
    process = start(arguments)
    wait_for(process, is_time)
    below = psutil.Process(process.pid).children(recursive=True)
    kill(process)
    return below


def finish(arguments):
    result = run_here(arguments)
    assert result.returncode == 0, result.stderr
    return result


def units(out):
    return list(out.glob(".staging/batches-*/_units/[!.]*.json"))


def test_killed_while_it_fetches(server, corpus, tmp_path):
    out = tmp_path / "images"
    arguments = command(corpus, out, *net(server))
    killed(arguments, lambda: len(list(out.glob(".staging/fetched/*.json"))) >= 7)
    assert not (out / "_SUCCESS").exists()
    recorded = {path.stem for path in out.glob(".staging/fetched/[!.]*.json")}
    done = [thumb(title, 960) for title in TITLES if image_id(inputs.NEWS, title) in recorded]
    assert len(done) >= 7
    sent = {path: server.sent(path) for path in done}
    while server.now:  # the server sees only by and by that nobody reads any more
        time.sleep(0.01)
    finish(arguments)
    assert {path: server.sent(path) for path in done} == sent
    assert {len(server.asked(path)) for path in done} == {1}
    twice = [title for title in TITLES if len(server.asked(thumb(title, 960))) > 1]
    assert len(twice) <= IN_HAND, "only files that had no name yet may be asked for again"
    undisturbed = tmp_path / "undisturbed"
    finish(command(corpus, undisturbed, *net(server)))
    assert inputs.digests(out) == inputs.digests(undisturbed)
    assert server.most_at_once == 2


@pytest.mark.parametrize("workers", ["1", "2"])
def test_killed_while_it_normalises(server, corpus, tmp_path, workers):
    out = tmp_path / "images"
    arguments = command(corpus, out, *net(server), "--workers", workers)
    killed(arguments, lambda: len(units(out)) >= 2)
    assert not (out / "_SUCCESS").exists()
    n_asked = len(server.seen)
    before = {path.name: path.stat().st_mtime_ns for path in units(out)}
    killed(arguments, lambda: any(out.glob(".staging/normalize-*/images/*")) or len(units(out)) > len(before))
    after = {path.name: path.stat().st_mtime_ns for path in units(out)}
    assert {name: after[name] for name in before} == before
    finish(arguments)
    assert len(server.seen) == n_asked, "every file was there already"
    undisturbed = tmp_path / "undisturbed"
    finish(command(corpus, undisturbed, *net(server)))
    assert inputs.digests(out) == inputs.digests(undisturbed)


def test_no_decoder_outlives_a_killed_run(server, corpus, tmp_path):
    out = tmp_path / "images"
    below = killed(command(corpus, out, *net(server), "--workers", "2"), lambda: len(units(out)) >= 1)
    assert len(below) >= 3, "two workers and their decoders"
    _, alive = psutil.wait_procs(below, timeout=15)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_damaged_rows_of_a_batch_are_made_again(server, corpus, tmp_path):
    out = tmp_path / "images"
    arguments = command(corpus, out, *net(server))
    killed(arguments, lambda: len(units(out)) >= 2)
    shard = min(out.glob(".staging/batches-*/*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-9])
    finish(arguments)
    undisturbed = tmp_path / "undisturbed"
    finish(command(corpus, undisturbed, *net(server)))
    assert inputs.digests(out) == inputs.digests(undisturbed)


def test_two_runs_on_one_folder(server, corpus, tmp_path):
    out = tmp_path / "images"
    arguments = command(corpus, out, *net(server))
    process = start(arguments)
    wait_for(process, lambda: any(out.glob(".staging/fetched/*.json")))
    second = run_here(arguments)
    assert second.returncode == 1
    assert "is being written by" in second.stderr
    assert process.wait(timeout=60) == 0
