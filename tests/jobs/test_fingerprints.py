"""Checksums of inputs: right for every change, read once for none."""

import os
import time
from pathlib import Path

import pytest

from pipeline.jobs import fingerprints as module
from pipeline.jobs.fingerprints import fingerprints
from pipeline.records.digest import file_digest


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "dump.xml"
    path.write_bytes(b"one")
    time.sleep(module.SETTLED_S + 0.1)
    return path


def bytes_read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every file that is hashed from now on."""
    read: list[Path] = []

    def digest(path: Path, *arguments: object) -> str:
        read.append(path)
        return file_digest(path, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "file_digest", digest)
    return read


def test_a_file_that_stays_is_read_once(dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, cache = bytes_read(monkeypatch), tmp_path / "staging" / "checksums.json"
    first = fingerprints([dump, dump], cache)
    assert first == [{"name": "dump.xml", "bytes": 3, "sha1": file_digest(dump, "sha1")}] * 2
    assert fingerprints([dump, dump], cache) == first
    assert read == [dump]
    cache.write_text("{damaged")
    assert fingerprints([dump, dump], cache) == first
    assert read == [dump, dump]


@pytest.mark.parametrize("how", ["rewritten", "replaced"])
def test_a_changed_file_of_the_same_size_and_time_is_noticed(dump: Path, tmp_path: Path, how: str) -> None:
    cache, stat = tmp_path / "checksums.json", dump.stat()
    before = fingerprints([dump], cache)
    if how == "replaced":
        other = tmp_path / "other"
        other.write_bytes(b"two")
        other.replace(dump)
    else:
        dump.write_bytes(b"two")
    os.utime(dump, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    after = fingerprints([dump], cache)
    assert after == [{"name": "dump.xml", "bytes": 3, "sha1": file_digest(dump, "sha1")}]
    assert after != before


def test_a_file_that_was_written_just_now_is_not_remembered(tmp_path: Path) -> None:
    path, cache = tmp_path / "dump.xml", tmp_path / "checksums.json"
    path.write_bytes(b"one")
    fingerprints([path], cache)
    assert not cache.exists()
