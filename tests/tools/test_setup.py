"""Set-up: targets are documented, an unfit Python is refused with a sentence."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASH = shutil.which("bash")
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def find_python(path, **variables):
    call = [BASH, ROOT / "tools/find_python.sh"]
    environment = {"PATH": str(path), **variables}
    return subprocess.run(call, env=environment, capture_output=True, text=True, check=False)


def test_no_python_is_said_in_a_sentence(tmp_path):
    ended = find_python(tmp_path)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(
        "error: no Python 3.11, 3.12 or 3.13 was found; install one, or name it: make PYTHON="
    )


def test_an_old_python_is_passed_over(tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert find_python(tmp_path).returncode == 1


def test_the_named_python_comes_first(tmp_path):
    assert find_python(tmp_path, PYTHON=sys.executable).stdout == f"{sys.executable}\n"


@needs_make
def test_every_target_is_listed_by_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    listed = subprocess.run(
        ["make", "help"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert re.findall(r"^ +make ([a-z-]+)", listed, re.MULTILINE) == phony


def test_ci_runs_the_same_targets():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    assert re.findall(r"^make ([a-z]+)$", script, re.MULTILINE) == ["check", "test"]
