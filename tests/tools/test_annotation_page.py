"""Every command of docs/annotation.md, in its order, on the tests' sample world."""

import csv
import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from annotation.__main__ import COMMANDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/annotation.md"
MAY_FIND = {"check"}
"""Commands that end with code 1 when they find something."""
OFF_THE_PAGE = {"bundle"}


def commands() -> list[list[str]]:
    """The words after `python -m annotation` in the page's blocks."""
    blocks = re.findall(r"```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert all(line.startswith("python -m annotation ") for line in lines)
    return [line.split()[3:] for line in lines]


@pytest.fixture(scope="module")
def desk(road, world_dir, tmp_path_factory) -> Path:
    """A folder laid out as the page has it."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("kb/wiki", "corpus/news", "images/news"):
        (folder / "data" / name).parent.mkdir(parents=True)
        (folder / "data" / name).symlink_to(road / name.split("/")[0])
    (folder / "captions.json").symlink_to(world_dir / "truth/captions.json")
    return folder


def fill_in(path: Path) -> None:
    """The first option everywhere, as a hurried expert would have it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    for row in rows:
        row["choice"], row["reason"] = "1", "annotator_error"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], dialect="excel-tab")
        writer.writeheader()
        writer.writerows(rows)


def annotate(tasks: Path, export: Path) -> None:
    """What Label Studio gives back when somebody marked nothing."""
    found = json.loads(tasks.read_text(encoding="utf-8"))
    for task in found:
        task["annotations"] = [{"completed_by": 1, "result": []}]
    export.write_text(json.dumps(found), encoding="utf-8")


@pytest.mark.slow
def test_the_pages_commands_run_in_their_order(desk):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for words in commands():
        if words[0] == "serve" and "--links" not in words:
            import_module("annotation.commands.serve_command").make_parser().parse_args(words[1:])
            continue
        more = ["--reference", "passages", "captions.json"] if words[0] == "init" else []
        call = [sys.executable, "-m", "annotation", *words, *more]
        done = subprocess.run(call, cwd=desk, env=environment, capture_output=True, text=True, check=False, timeout=200)
        allowed = {0, 1} if words[0] in MAY_FIND else {0}
        assert done.returncode in allowed, f"{' '.join(words)}: {done.stderr[-1500:]}"
        assert "Traceback" not in done.stderr
        if "--export" in words:
            fill_in(desk / words[words.index("--export") + 1])
        if words[0] == "export" and "label-studio" in words:
            annotate(desk / "tasks.json", desk / "export.json")
    dataset = desk / "data/dataset/news"
    for name in ("README.md", "croissant.json", "ATTRIBUTION", "LICENSES", "splits.lock.json"):
        assert (dataset / name).is_file()
    assert not (desk / "data/annotation/plan").exists()


def test_the_page_names_every_command():
    page = PAGE.read_text(encoding="utf-8")
    named = {words[0] for words in commands()} | set(re.findall(r"`([a-z]+)`", page))
    assert set(COMMANDS) - OFF_THE_PAGE <= named
