"""Runs that are killed at one exact point: nothing that is there is fetched or lost."""

import shutil
import sys

import pytest

from tests.support import image_inputs as inputs
from tests.support import images
from tests.support.commands import ROOT, run_command, run_here
from tests.support.http_fixtures import no_proxy
from tests.support.http_server import local_server
from tests.support.image_server import put, thumb

__all__ = ["no_proxy"]
pytestmark = pytest.mark.slow
FIRST = [f"Number {n}.png" for n in range(6)]
MORE = [*FIRST, "Late 1.png", "Late 2.png", "Late 3.png"]
BROKEN = "Number 5.png"

# The runner under a hook that hears of every rename before it is done. It kills its own process, with the real signal,
# at the first rename to a path in which the pattern is found, or, told `after`, at whatever comes behind that rename.
KILLED = """
import os, re, runpy, signal, sys
runner, pattern, when = sys.argv[1], re.compile(sys.argv[-2]), sys.argv[-1]
sys.argv = [runner, *sys.argv[2:-2]]
heard = []
def hook(event, arguments):
    if event == "os.kill":
        return
    if not heard and event == "os.rename" and pattern.search(str(arguments[1])):
        heard.append(event)
        if when == "after":
            return
    if heard:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
runpy.run_path(runner, run_name="__main__")
"""


@pytest.fixture
def server():
    with local_server() as running:
        for number, title in enumerate(MORE):
            body = images.saved(images.quarters(64 + 2 * number, 48), "PNG")
            put(running, thumb(title, 960), body[:60] if title == BROKEN else body)
        yield running


def command(server, corpus, out):
    return [
        str(ROOT / "runners" / "build_images.py"), "--corpus", str(corpus), "--out", str(out), "--batch-files", "2",
        "--contact", "tests@example.org", "--upload", f"http://{server.host}", "--api", "none",
    ]  # fmt: skip


def corpus_of(tmp_path, titles):
    folder = tmp_path / "corpus"
    shutil.rmtree(folder, ignore_errors=True)
    return inputs.make_corpus(folder, titles)


def finish(arguments):
    result = run_here([sys.executable, *arguments])
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("pattern", "when"),
    [
        ("/stages/fetch.json$", "at"),
        ("/batches-.*/_units/.*json$", "after"),
        ("/images$", "at"),  # the old pictures are set aside, the new ones not yet there
        ("/images$", "after"),  # they are there, the stage has no record
        ("/stages/normalize.json$", "after"),
        ("/_run.json$", "after"),  # fetched files are gone, `_SUCCESS` is not there
    ],
)
def test_a_longer_list_killed_at_one_point(server, tmp_path, pattern, when):
    out = tmp_path / "images"
    finish(command(server, corpus_of(tmp_path, FIRST), out))
    assert not (out / ".staging/files").exists()
    arguments = command(server, corpus_of(tmp_path, MORE), out)
    killed = run_command([sys.executable, "-c", KILLED, *arguments, pattern, when], timeout_s=100)
    assert killed.returncode == -9, killed.stderr
    assert not (out / "_SUCCESS").exists()
    finish(arguments)
    assert {title: len(server.asked(thumb(title, 960))) for title in MORE} == dict.fromkeys(MORE, 1)
    undisturbed = tmp_path / "undisturbed"
    finish(command(server, tmp_path / "corpus", undisturbed))
    assert inputs.digests(out) == inputs.digests(undisturbed)
