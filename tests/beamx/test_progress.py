"""Progress read from completion records."""

import io
import time

import pytest

from pipeline.beamx.progress import Tally, Watch
from pipeline.beamx.units import UnitLog

WEIGHTS = {f"{i:05d}-0": 1000 + i for i in range(10)}


def test_each_record_counts_once(tmp_path):
    log = UnitLog(tmp_path)
    tally = Tally(log, WEIGHTS, ("in", "bytes"))
    tally.refresh()
    assert (tally.units, tally.done, tally.total, tally.total_units) == (0, 0, 10_045, 10)
    log.finish("00000-0", {"in": 5, "bytes": 100, "other": 7})
    log.finish("00001-0", {"in": 6})
    log.finish("00002-0", {"in": None})
    log.finish("of-another-plan", {"in": 1000})
    tally.refresh()
    tally.refresh()
    assert (tally.units, tally.done) == (3, 3003)
    assert tally.figures == {"in": 11, "bytes": 100}


def test_a_running_job_shows_units_and_figures(tmp_path):
    log = UnitLog(tmp_path)
    log.finish("00000-0", {"in": 5, "bytes": 10**7})
    stream = io.StringIO()
    with Watch("extract", log, WEIGHTS, figures={"pages": "in"}, rate="bytes", stream=stream):
        log.finish("00001-0", {"in": 6, "bytes": 4_000_000})
        time.sleep(2.4)
    first, last = stream.getvalue().splitlines()
    assert first.startswith("extract: ")
    assert "ranges 2/10, pages 11" in first
    assert "left" in first
    rate = float(last.rpartition("MB/s ")[2])
    assert 1 < rate < 3  # 4 MB of this run over 2.4 s; the 10 MB of an earlier one do not count
    assert "ranges 2/10, pages 11" in last


def test_units_of_several_files_are_not_called_files(tmp_path):
    log, stream = UnitLog(tmp_path), io.StringIO()
    log.finish("a", {})
    with Watch("normalize", log, {"a": 64, "b": 64, "c": 53}, unit="batches", of="files", stream=stream):
        time.sleep(2.4)
    line = stream.getvalue().splitlines()[-1]
    assert "64/181 files" in line
    assert "batches 1/3" in line


def test_units_that_the_line_counts_anyway_are_named_once(tmp_path):
    log, stream = UnitLog(tmp_path), io.StringIO()
    log.finish("part-00000", {"rows": 7})
    with Watch(
        "count", log, {"part-00000": 1, "part-00001": 1}, figures={"rows": "rows"}, unit="shards", stream=stream
    ):
        time.sleep(2.4)
    first, last = stream.getvalue().splitlines()
    assert first == "count: 1/2 shards (50 %), rows 7"
    assert last.startswith("count: 2/2 shards in ")  # the other partition had no rows


def test_a_stage_that_fails_is_not_called_whole(tmp_path):
    stream = io.StringIO()

    def fail():
        time.sleep(2.4)
        raise RuntimeError

    with pytest.raises(RuntimeError), Watch("count", UnitLog(tmp_path), {"a": 1}, unit="shards", stream=stream):
        fail()
    assert stream.getvalue().splitlines()[-1] == "count: 0/1 shards (0 %), stopped"


def test_eighteen_thousand_records_cost_little(tmp_path):
    weights = {f"{i:05d}-{i * 1000:010d}": 1 for i in range(18_000)}
    for unit in weights:
        (tmp_path / f"{unit}.json").write_text('{"in":1}')
    tally = Tally(UnitLog(tmp_path), weights, ("in",))
    tally.refresh()
    assert tally.figures == {"in": 18_000}
    begun = time.process_time()
    for _ in range(5):
        tally.refresh()
    assert (time.process_time() - begun) / 5 < 0.2
