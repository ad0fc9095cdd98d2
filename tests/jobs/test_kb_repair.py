"""A build that goes on over damage: nothing is lost, and the bytes are those of an undisturbed run."""

import json
from pathlib import Path

import pytest

from pipeline.beamx.units import UnitLog
from pipeline.jobs import kb as job
from pipeline.jobs.kb import build_kb
from pipeline.jobs.kb_options import KbOptions
from pipeline.records.errors import MelError, UsageError
from tests.support.dumps import dump_xml, page_xml, write_bz2, write_multistream
from tests.support.world import shard_digests

PAGES = [
    *(page_xml(i, f"A{i}", f"[[A{i + 1}|x]] [[R]]") for i in range(1, 20)),
    page_xml(30, "R", "#REDIRECT [[A1]]", redirect="A1"),
    page_xml(31, "D (disambiguation)", "* [[A1]]\n{{disambiguation}}"),
]


class Killed(BaseException):
    """Stands for the moment at which a run is killed."""


@pytest.fixture
def dump(tmp_path):
    return write_bz2(tmp_path / "dump.xml.bz2", dump_xml(PAGES))


@pytest.fixture
def whole(dump, tmp_path):
    """Digests of an undisturbed run."""
    build_kb(KbOptions(out=tmp_path / "whole", files=(dump,)))
    return shard_digests(tmp_path / "whole")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def build_until(stage, options, monkeypatch):
    """Run up to the beginning of a stage, as if killed there."""
    run_stages = job.run_stages

    def stop(now):
        if now.name == stage:
            raise Killed

    monkeypatch.setattr(job, "run_stages", lambda stages, workspace: run_stages(stages, workspace, before=stop))
    with pytest.raises(Killed):
        build_kb(options)
    monkeypatch.setattr(job, "run_stages", run_stages)


@pytest.mark.parametrize("artifact", ["pages", "links", "titles", "mentions"])
def test_a_damaged_shard_of_a_finished_kb_is_made_again(dump, tmp_path, whole, artifact):
    out = tmp_path / "kb"
    build_kb(KbOptions(out=out, files=(dump,)))
    cut(next((out / artifact).glob("part-*")))
    build_kb(KbOptions(out=out, files=(dump,)))
    assert shard_digests(out) == whole


def test_a_damaged_shard_of_a_range_is_read_again(dump, tmp_path, whole, monkeypatch):
    options = KbOptions(out=tmp_path / "kb", files=(dump,))
    build_until("compact", options, monkeypatch)
    cut(next(options.out.glob(".staging/extract-*/links/*.parquet")))
    build_kb(options)
    assert shard_digests(options.out) == whole


def test_a_damaged_store_is_compiled_again(dump, tmp_path):
    options = KbOptions(out=tmp_path / "kb", files=(dump,))
    build_kb(options)
    files = {path.name: path.read_bytes() for path in (options.out / "store").iterdir()}
    cut(max((options.out / "store").iterdir(), key=lambda path: path.stat().st_size))
    reports = build_kb(options).reports
    assert [report.name for report in reports if not report.was_done] == ["store"]
    assert {path.name: path.read_bytes() for path in (options.out / "store").iterdir()} == files


def test_a_folder_with_only_a_lock_was_never_anybodys(dump, tmp_path):
    out = tmp_path / "kb"
    out.mkdir()
    (out / ".lock").write_text("{}")
    assert build_kb(KbOptions(out=out, files=(dump,))).counts["pages kept"] == 21


def test_ranges_that_leave_no_record_end_the_job(dump, tmp_path, monkeypatch):
    finish = UnitLog.finish
    monkeypatch.setattr(
        UnitLog, "finish", lambda log, *args: None if "extract-" in str(log.folder) else finish(log, *args)
    )
    with pytest.raises(MelError, match=r"extract: 1 of 1 ranges left no record, .* do all workers see the folder"):
        build_kb(KbOptions(out=tmp_path / "kb", files=(dump,)))


def test_ranges_of_another_cut_of_the_dump_do_not_mix(tmp_path, monkeypatch):
    pages = [(i, f"A{i}", page_xml(i, f"A{i}", f"[[A{i + 1}]] " + "otter " * 40)) for i in range(1, 40)]
    path, index = tmp_path / "dump.xml.bz2", tmp_path / "index.txt.bz2"
    write_multistream(path, pages, pages_a_stream=3, index=index)
    coarse = KbOptions(out=tmp_path / "kb", files=(path,), range_bytes=1_000)
    build_until("compact", coarse, monkeypatch)
    fine = KbOptions(out=tmp_path / "kb", files=(path,), range_bytes=400)
    build_kb(fine)
    build_kb(KbOptions(out=tmp_path / "other", files=(path,), range_bytes=400))
    assert shard_digests(tmp_path / "kb") == shard_digests(tmp_path / "other")


def test_another_size_of_ranges_does_not_read_a_finished_dump_again(dump, tmp_path):
    build_kb(KbOptions(out=tmp_path / "kb", files=(dump,)))
    again = build_kb(KbOptions(out=tmp_path / "kb", files=(dump,), range_bytes=1 << 10))
    assert all(report.was_done for report in again.reports)


def test_too_many_dead_letters_are_refused_with_the_commonest_reason(tmp_path):
    bad = page_xml(50, "Bad", "x").replace("<id>50</id>", "<id>five</id>")
    path = write_bz2(tmp_path / "dump.xml.bz2", dump_xml([*PAGES, bad]))
    with pytest.raises(
        MelError, match=r"1 of 22 records failed .* most often bad_id \(1\), as on 'Bad': .* all are in"
    ):
        build_kb(KbOptions(out=tmp_path / "kb", files=(path,)))
    assert build_kb(KbOptions(out=tmp_path / "kb", files=(path,), max_error_rate=1)).counts["dead letters"] == 1
    with pytest.raises(MelError, match="1 of 22 records failed"):
        build_kb(KbOptions(out=tmp_path / "kb", files=(path,), max_error_rate=0))


def test_the_kb_of_another_wiki_is_not_replaced(dump, tmp_path):
    build_kb(KbOptions(out=tmp_path / "kb", files=(dump,)))
    with pytest.raises(UsageError, match="holds the KB of testwiki, date unknown, and this is dewiki"):
        build_kb(KbOptions(out=tmp_path / "kb", files=(dump,), wiki="dewiki"))
    manifest = tmp_path / "kb" / "_manifest.json"
    assert json.loads(manifest.read_text())["wiki"] == "testwiki"
    cut(manifest)
    build_kb(KbOptions(out=tmp_path / "kb", files=(dump,)))


def test_a_run_that_never_began_leaves_no_folder(tmp_path):
    with pytest.raises(MelError, match="no such file"):
        build_kb(KbOptions(out=tmp_path / "kb", files=(tmp_path / "nowhere.xml",)))
    assert not (tmp_path / "kb").exists()
