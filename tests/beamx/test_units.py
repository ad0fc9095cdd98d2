"""Completion records."""

import threading

import pytest

from pipeline.beamx.units import UnitLog


def test_records_come_back_in_name_order(tmp_path):
    log = UnitLog(tmp_path / "deep" / "units")
    assert log.finished() == {}
    log.finish("00002-07", {"pages": 2, "title": "Łódź"})
    log.finish("00001-09", {"pages": 1})
    assert list(log.finished().items()) == [("00001-09", {"pages": 1}), ("00002-07", {"pages": 2, "title": "Łódź"})]
    log.finish("00001-09", {"pages": 5})
    assert log.record("00001-09") == {"pages": 5}
    log.forget("00001-09")
    assert log.record("00001-09") is None
    assert list(log.finished()) == ["00002-07"]


@pytest.mark.parametrize("damage", ["", '{"pages": 1', "[1]", "\0\0\0\0"])
def test_a_half_written_record_counts_as_unfinished(tmp_path, damage):
    log = UnitLog(tmp_path)
    log.finish("a", {"pages": 1})
    (tmp_path / "b.json").write_text(damage)
    assert list(log.finished()) == ["a"]
    assert log.record("b") is None


def test_left_over_temporary_files_are_no_records(tmp_path):
    (tmp_path / ".a.123.part").write_text('{"pages": 1}')
    assert UnitLog(tmp_path).finished() == {}


def test_only_new_records_are_read(tmp_path):
    log = UnitLog(tmp_path)
    log.finish("a", {"n": 1})
    log.finish("b", {"n": 2})
    (tmp_path / "a.json").write_text("broken")
    assert list(log.read_new({"a"})) == [("b", {"n": 2})]


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".a", "ä", "a" * 201])
def test_odd_names_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match="a unit's name is a file name"):
        UnitLog(tmp_path).finish(name, {})


def test_many_threads_may_finish_one_unit(tmp_path):
    log = UnitLog(tmp_path / "units")
    threads = [threading.Thread(target=lambda n=n: log.finish("a", {"text": str(n) * 1000})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(log.finished()["a"]["text"])) == 1
    assert [path.name for path in (tmp_path / "units").iterdir()] == ["a.json"]
