"""`annotation serve` as a command: starting, refusing, dying, losing nothing."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from annotation.serve.app import NAME_HEADER
from annotation.serve.doors import tokens_of
from annotation.store import Store
from tests.support.annotation_server import LIONS, campaign, mention
from tests.support.commands import ROOT, child_environment


@pytest.fixture
def project(tmp_path):
    return campaign(tmp_path / "project")


def command(project, *flags):
    return [sys.executable, "-m", "annotation", "serve", str(project.folder), *flags]


def start(project, *flags):
    """The server as a child process, and its address."""
    child = subprocess.Popen(
        command(project, "--port", "0", *flags), cwd=ROOT, env=child_environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    first = child.stdout.readline()
    found = re.match(r"(http://\S+) ", first)
    assert found, (first, child.stderr.read() if child.poll() is not None else "")
    return child, found[1], child.stdout.readline()


def entered(project, url, name):
    http = httpx.Client(base_url=url, headers={"Origin": url, NAME_HEADER: name}, timeout=10, trust_env=False)
    assert http.post("/api/enter", json={"token": tokens_of(project.folder)[name]}).status_code == 200
    return http


def run(project, *flags):
    return subprocess.run(
        command(project, *flags),
        cwd=ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_says_where_it_listens_and_ends_with_ctrl_c(project):
    child, url, ready = start(project)
    try:
        assert url.startswith("http://127.0.0.1:")
        assert re.search(r"ready in \d\.\d\d s .* \d+ MB", ready)
        assert httpx.get(f"{url}/enter", trust_env=False).status_code == 200
    finally:
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    assert child.returncode == 0
    assert "Traceback" not in err
    assert not any(token in out + err for token in tokens_of(project.folder).values())


def test_killed_while_saving_it_loses_nothing_that_it_acknowledged(project):
    child, url, _ = start(project)
    http = entered(project, url, "a01")
    key = http.get("/api/session").json()["items"][0]["key"]
    item = http.get(f"/api/items/{key}").json()
    word = item["caption"].split()[0]
    acknowledged = []
    enough = threading.Event()

    def keep_saving():
        for version in range(100_000):
            one = mention(item["caption"], word, entity=f"Entity {version}")
            draft = {"base": version, "done": False, "note": "", "ambiguity": "", "origin": "", "annotations": [one]}
            try:
                answer = http.put(f"/api/items/{key}", json=draft)
            except httpx.TransportError:
                return
            assert answer.status_code == 200, answer.text
            acknowledged.append(answer.json())
            if version == 25:
                enough.set()

    thread = threading.Thread(target=keep_saving)
    thread.start()
    assert enough.wait(30)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate(timeout=20)
    thread.join(20)
    (states,) = Store(project.folder).log("a01").history.states.values()
    assert len(states) in (len(acknowledged), len(acknowledged) + 1)
    for state, told in zip(states, acknowledged, strict=False):
        assert (state.version, state.draft.annotations[0].entity) == (told["version"], told["annotations"][0]["entity"])
    again, url, _ = start(project)
    try:
        found = entered(project, url, "a01").get(f"/api/items/{key}").json()
        assert found["version"] == len(states)
    finally:
        again.send_signal(signal.SIGTERM)
        again.communicate(timeout=20)


def test_links_are_printed_on_demand_only(project):
    told = run(project, "--links", "--public-url", "https://annotate.example.org/")
    assert told.returncode == 0
    tokens = tokens_of(project.folder)
    assert told.stdout.splitlines() == [
        f"{name}\thttps://annotate.example.org/enter#{token}" for name, token in sorted(tokens.items())
    ]


def test_another_host_without_a_public_address_is_refused(project):
    told = run(project, "--host", "0.0.0.0")
    assert (told.returncode, told.stdout) == (2, "")
    assert "--public-url" in told.stderr


def test_a_port_that_is_taken_is_one_sentence(project):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = run(project, "--port", str(taken.getsockname()[1]))
    assert told.returncode == 2
    assert "choose another --port" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    "flags", [("--kb", "nowhere"), ("--images", "nowhere"), ("--port", "x"), ("--port", "70000"), ("--nope",)]
)
def test_wrong_flags_fail_before_anything_listens(project, flags):
    told = run(project, *flags)
    assert told.returncode in (1, 2)
    assert told.stderr.startswith("error: ")
    assert "Traceback" not in told.stderr


def test_a_project_without_assignment_is_refused(project):
    (project.folder / "assignment.json").unlink()
    told = run(project)
    assert (told.returncode, "annotation assign" in told.stderr) == (2, True)
    assert LIONS not in told.stderr
