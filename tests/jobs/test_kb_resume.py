"""Runs that were killed, disturbed or asked for something else go on where they stopped."""

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.kb.priors import Weights
from pipeline.records.errors import LockedError
from tests.support.commands import run_command, run_here, start, start_and_kill, wait_for
from tests.support.shared import built_once
from tests.support.world import build_command, build_world_kb, shard_digests

STAGES = ("extract", "compact", "count", "resolve", "priors", "store")
FLAGS = ("--range-bytes", "20000", "--keep-red-links")


@pytest.fixture(scope="module")
def undisturbed(middle_world_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Digests of a run that nobody disturbs."""

    def make(folder: Path) -> None:
        result = run_here(build_command(middle_world_dir, folder / "kb", *FLAGS))
        assert result.returncode == 0, result.stderr

    return shard_digests(built_once(tmp_path_factory, "kb-undisturbed", make) / "kb")


@pytest.fixture(scope="module")
def killed(middle_world_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run left that was killed in every stage, one after the other: a folder for each stage."""

    def make(folder: Path) -> None:
        out = folder / "kb"
        for stage in STAGES:
            start_and_kill(build_command(middle_world_dir, out, *FLAGS), lambda stage=stage: is_begun(out, stage))
            shutil.copytree(out, folder / stage)

    return built_once(tmp_path_factory, "kb-killed", make)


def is_begun(out: Path, stage: str) -> bool:
    """Whether a stage works; for extract, whether some of its units are finished."""
    if stage == "extract":
        return len(unit_records(out)) >= 2
    return any(out.glob(f".staging/{stage}-*/*"))


def unit_records(out: Path) -> dict[str, int]:
    """Completion records of extract -> the time they were written, in nanoseconds."""
    records = {}
    for path in out.glob(".staging/extract-*/_units/[!.]*.json"):
        try:
            records[path.name] = path.stat().st_mtime_ns
        except FileNotFoundError:
            continue
    return records


def run_record(out: Path) -> dict[str, Any]:
    return json.loads((out / "_run.json").read_text(encoding="utf-8"))["stages"]


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_killed_in_a_stage_resumes_to_the_same_bytes(
    middle_world_dir: Path, killed: Path, tmp_path: Path, undisturbed: dict[str, str], stage: str
) -> None:
    out = Path(shutil.copytree(killed / stage, tmp_path / "kb"))
    assert not (out / "_SUCCESS").exists()
    result = run_here(build_command(middle_world_dir, out, *FLAGS))
    assert result.returncode == 0, result.stderr
    assert shard_digests(out) == undisturbed
    done_before = STAGES[: STAGES.index(stage)]
    assert [name for name in done_before if not run_record(out)[name]["was_done"]] == []
    assert not run_record(out)[stage]["was_done"]


@pytest.mark.slow
def test_finished_ranges_are_not_read_again(killed: Path) -> None:
    before, after = (unit_records(killed / stage) for stage in ("extract", "compact"))
    assert len(after) > len(before) >= 2
    assert {name: after[name] for name in before} == before


@pytest.mark.slow
def test_damaged_unit_is_read_again(
    middle_world_dir: Path, killed: Path, tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    out = Path(shutil.copytree(killed / "extract", tmp_path / "kb"))
    shard = min(out.glob(".staging/extract-*/links/*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-20])
    assert run_here(build_command(middle_world_dir, out, *FLAGS)).returncode == 0
    assert shard_digests(out) == undisturbed


@pytest.mark.slow
def test_killed_main_process_of_two_workers(
    middle_world_dir: Path, tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    """Workers that outlive the main process neither keep the lock nor spoil the next run."""
    out = tmp_path / "kb"
    command = build_command(middle_world_dir, out, *FLAGS)
    start_and_kill([*command, "--workers", "2"], lambda: is_begun(out, "extract"), whole_group=False)
    result = run_here(command)
    assert result.returncode == 0, result.stderr
    assert shard_digests(out) == undisturbed


@pytest.mark.slow
def test_interrupt_ends_the_run_with_130(middle_world_dir: Path, tmp_path: Path, undisturbed: dict[str, str]) -> None:
    out = tmp_path / "kb"
    command = build_command(middle_world_dir, out, *FLAGS)
    process = start(command)
    wait_for(process, lambda: is_begun(out, "extract"))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    assert run_command(command).returncode == 0
    assert shard_digests(out) == undisturbed


@pytest.mark.slow
def test_second_live_run_is_refused(middle_world_dir: Path, tmp_path: Path, undisturbed: dict[str, str]) -> None:
    out = tmp_path / "kb"
    command = build_command(middle_world_dir, out, *FLAGS)
    process = start(command)
    wait_for(process, lambda: is_begun(out, "extract"))
    second = run_here(command)
    assert process.poll() is None, "the first run ended too early to tell"
    assert second.returncode == 1
    assert second.stderr.strip().splitlines()[-1].startswith("error: ")
    assert str(process.pid) in second.stderr
    with pytest.raises(LockedError):
        build_world_kb(middle_world_dir, out)
    assert process.wait(timeout=120) == 0
    assert shard_digests(out) == undisturbed


@pytest.fixture
def kb(world_kb: Path, tmp_path: Path) -> Path:
    """A copy of a finished KB."""
    return Path(shutil.copytree(world_kb, tmp_path / "kb"))


def done_stages(result: Any) -> list[str]:
    return [report.name for report in result.reports if report.was_done]


def modified(out: Path) -> Iterator[tuple[str, int]]:
    for path in sorted(out.glob("[!.]*/*.parquet")):
        yield str(path.relative_to(out)), path.stat().st_mtime_ns


def test_finished_kb_is_left_alone(world_dir: Path, kb: Path, world_kb: Path) -> None:
    before = dict(modified(kb))
    assert done_stages(build_world_kb(world_dir, kb)) == list(STAGES)
    assert dict(modified(kb)) == before
    assert shard_digests(kb) == shard_digests(world_kb)


@pytest.mark.parametrize(
    "change",
    [{"weights": Weights(title=0)}, {"contexts": ("prose",), "count": "pages"}, {"item_kinds": ("surname",)}],
)
def test_other_weights_rerun_priors_and_store_only(world_dir: Path, kb: Path, world_kb: Path, change: dict) -> None:
    before = dict(modified(kb))
    assert done_stages(build_world_kb(world_dir, kb, **change)) == ["extract", "compact", "count", "resolve"]
    after = dict(modified(kb))
    assert {name: after[name] for name in before if not name.startswith("mentions/")} == {
        name: time for name, time in before.items() if not name.startswith("mentions/")
    }
    assert shard_digests(kb) != shard_digests(world_kb)
    build_world_kb(world_dir, kb)
    assert shard_digests(kb) == shard_digests(world_kb)


def test_red_links_rerun_from_resolve(world_dir: Path, kb: Path) -> None:
    assert done_stages(build_world_kb(world_dir, kb, keep_red_links=True)) == ["extract", "compact", "count"]


def test_other_range_size_or_lead_reruns_all(world_dir: Path, kb: Path) -> None:
    assert done_stages(build_world_kb(world_dir, kb, lead="mwparserfromhell")) == []


def test_damaged_shard_is_made_again(world_dir: Path, kb: Path, world_kb: Path) -> None:
    shard = min(kb.glob("mentions/*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-8])
    build_world_kb(world_dir, kb)
    assert shard_digests(kb) == shard_digests(world_kb)


def test_missing_store_is_made_again(world_dir: Path, kb: Path, world_kb: Path) -> None:
    shutil.rmtree(kb / "store")
    assert done_stages(build_world_kb(world_dir, kb)) == list(STAGES[:-1])
    assert shard_digests(kb) == shard_digests(world_kb)


def test_other_input_replaces_the_kb(middle_world_dir: Path, kb: Path) -> None:
    assert done_stages(build_world_kb(middle_world_dir, kb, limit_pages=400)) == []


def test_folder_of_something_else_is_refused(world_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    result = run_here(build_command(world_dir, tmp_path))
    assert result.returncode == 2
    assert "error: " in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
