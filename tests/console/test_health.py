"""What the doctor finds."""

import importlib.metadata
from pathlib import Path

from pipeline.console.health import _packages, check_machine
from runners.doctor import main

ROOT = Path(__file__).parents[2]
PROJECT = """
[project]
dependencies = ["rich>=13", "no-such-package-at-all>=1"]
[project.optional-dependencies]
dev = ["pytest>=8", "mel-toolkit[audit]"]
far = ["another-absent-package"]
"""


def checks(root):
    return {check.name: check for check in check_machine(root)}


def test_this_environment_is_complete():
    found = checks(ROOT)
    assert found["python"].state == "ok"
    assert found["packages, core"].state != "missing"
    assert "made-up text" in found["bzip2"].found


def test_absent_and_untested_packages_are_named(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "constraints.txt").write_text("# note==1\npytest==0.1\n")
    found = checks(tmp_path)
    assert found["packages, core"].state == "missing"
    assert "no-such-package-at-all" in found["packages, core"].found
    assert "make venv" in found["packages, core"].remedy
    assert found["packages, far"].state == "note"
    assert "(tested: 0.1)" in found["packages, dev"].found


def test_real_data_is_looked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("MEL_DATA_DIR", str(tmp_path))
    assert checks(ROOT)["real data"].state == "ok"
    monkeypatch.setenv("MEL_DATA_DIR", str(tmp_path / "absent"))
    assert checks(ROOT)["real data"].state == "note"


def test_names_are_told_from_what_is_found(capsys):
    main([])
    for line in capsys.readouterr().out.splitlines():
        assert line[29] == " "
        assert line[30] != " "


def test_a_build_of_the_tested_version_is_that_version():
    torch = importlib.metadata.version("torch").partition("+")[0]
    assert _packages("modeling", ["torch>=2"], {"torch": torch}).state == "ok"
    assert _packages("modeling", ["torch>=2"], {"torch": f"{torch}1"}).state == "note"
