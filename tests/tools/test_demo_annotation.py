"""The annotation part of `make demo`, on the tests' sample world."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(call: list[str]) -> str:
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
def test_the_campaign_ends_in_a_data_set_without_leaks(road, world_dir, tmp_path):
    project, dataset = tmp_path / "project", tmp_path / "dataset"
    folders = [world_dir, road / "kb", road / "corpus", road / "images", project, dataset]
    call = ["bash", "tools/demo_annotation.sh", sys.executable, *map(str, folders)]
    out = run(call)
    steps = [line.split()[4] for line in out.splitlines() if line.startswith("$ python -m annotation ")]
    assert steps == [
        "init", "assign", "simulate", "check", "report", "adjudicate", "simulate", "gold", "split", "split", "stats",
        "card",
    ]  # fmt: skip
    assert len(json.loads((project / "assignment.json").read_text())["tasks"]) == 13
    assert (project / "report/agreement.html").is_file()
    assert (tmp_path / "dataset-statistics/statistics.html").is_file()
    assert "cc-by-2.5" in (dataset / "README.md").read_text(encoding="utf-8")
    first = (dataset / "croissant.json").read_bytes()
    run(call)
    assert (dataset / "croissant.json").read_bytes() == first
