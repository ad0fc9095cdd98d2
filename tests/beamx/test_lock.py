"""The lock on an output folder."""

import os
import re
import subprocess
import sys

import pytest

from pipeline.beamx.lock import LOCK, OutputLock
from pipeline.records.errors import LockedError

HOLD = """
import sys
from pathlib import Path
from pipeline.beamx.lock import OutputLock
with OutputLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_told_who_writes_since_when(tmp_path):
    folder = tmp_path / "kb"
    with OutputLock(folder), pytest.raises(LockedError) as caught, OutputLock(folder):
        pytest.fail("two runs hold the lock")
    sentence = rf"^{re.escape(str(folder))} is being written by process {os.getpid()} since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00"
    assert re.match(sentence, str(caught.value))
    assert list(folder.iterdir()) == []


def test_it_can_be_taken_again(tmp_path):
    for _ in range(3):
        with OutputLock(tmp_path):
            assert (tmp_path / LOCK).exists()


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock on tmp_path."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_another_process_is_named(tmp_path, holder):
    with pytest.raises(LockedError, match=f"process {holder.pid} since"), OutputLock(tmp_path):
        pass


def test_a_killed_process_holds_nothing(tmp_path, holder):
    holder.kill()
    holder.wait()
    assert str(holder.pid) in (tmp_path / LOCK).read_text()
    with OutputLock(tmp_path):
        assert f'"pid": {os.getpid()}' in (tmp_path / LOCK).read_text()


def test_a_stale_lock_file_is_no_lock(tmp_path):
    (tmp_path / LOCK).write_text('{"pid": 1, "since": "long ago, and a longer text than ours will be"}')
    with OutputLock(tmp_path):
        assert f'"pid": {os.getpid()}' in (tmp_path / LOCK).read_text()


def test_an_unsigned_lock_is_described(tmp_path):
    with OutputLock(tmp_path):
        os.truncate(tmp_path / LOCK, 0)
        with pytest.raises(LockedError, match="another process that has just started"), OutputLock(tmp_path):
            pass
