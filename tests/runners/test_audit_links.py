"""The audit command on a dump of a few pages, as a user meets it."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from pipeline.records.manifest import MANIFEST, write_json
from runners.audit_links import main
from tests.support.commands import call_main
from tests.support.dumps import dump_xml, page_xml, write_bz2
from tests.support.parts import shipped_wiki

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kb(tmp_path):
    folder = tmp_path / "kb"
    folder.mkdir()
    write_json(folder / MANIFEST, {"kind": "kb", "siteinfo": shipped_wiki("frwiki").siteinfo.to_json()})
    return folder


@pytest.fixture
def dump(tmp_path):
    pages = [
        page_xml(1, "Loutre", "La '''loutre''' mange des [[poisson]]s. [[Fichier:A.jpg|vignette|une [[rivière]]]]"),
        page_xml(2, "Blaireau", "[[Loutre (animal)|]] [[poisson|''poissons'']]"),
        page_xml(3, "Otarie", "#REDIRECT [[Loutre]]", redirect="Loutre"),
        page_xml(4, "Discussion:Loutre", "[[poisson]]", namespace=1),
    ]
    return write_bz2(tmp_path / "frwiki.xml.bz2", dump_xml(pages))


run = partial(call_main, main)


def test_table(capsys, kb, dump):
    code, out, _ = run(capsys, "--kb", kb, "--file", dump)
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "articles compared 2" in lines
    assert "links found by us 3" in lines
    assert "links found by wikitextparser 4" in lines
    assert "target recall 75.0000 %" in lines
    assert "target precision 100.0000 %" in lines
    assert "found by wikitextparser only: 1, of which" in lines
    assert "Blaireau Loutre (animal) Loutre (animal)" in lines


def test_json(capsys, kb, dump):
    code, out, _ = run(capsys, "--kb", kb, "--file", dump, "--json", "--seed", 3)
    value = json.loads(out)
    assert code == 0
    assert value["seed"] == 3
    assert (value["pages"], value["ours"], value["theirs"], value["same_surface"]) == (2, 3, 4, 3)
    assert value["figures"]["surface recall"] == 0.75
    assert value["kinds"]["found by wikitextparser only"]["n"] == 1


def test_no_disagreement(capsys, kb, tmp_path):
    dump = write_bz2(tmp_path / "x.xml.bz2", dump_xml([page_xml(1, "A", "[[b]]")]))
    code, out, _ = run(capsys, "--kb", kb, "--file", dump)
    assert code == 0
    assert "No disagreement." in out


def test_a_folder_that_is_no_kb(capsys, dump, tmp_path):
    code, _, error = run(capsys, "--kb", tmp_path, "--file", dump)
    assert code == 1
    assert error == f"error: {tmp_path} is no knowledge base: it has no _manifest.json\n"


def test_a_manifest_of_something_else(capsys, dump, tmp_path):
    (tmp_path / MANIFEST).write_text("{}")
    code, _, error = run(capsys, "--kb", tmp_path, "--file", dump)
    assert code == 1
    assert error == f"error: {tmp_path / MANIFEST} is no manifest of a knowledge base\n"


def test_a_missing_dump(capsys, kb, tmp_path):
    code, _, error = run(capsys, "--kb", kb, "--file", tmp_path / "no.xml.bz2")
    assert code == 1
    assert error.startswith("error: ")
    assert "no.xml.bz2" in error


def test_pages_must_be_positive(capsys, kb, dump):
    code, _, error = run(capsys, "--kb", kb, "--file", dump, "--pages", 0)
    assert code == 2
    assert "--pages" in error


def test_without_the_extra(kb, dump, tmp_path):
    """A module of that name that cannot be imported stands in for a machine without the extra."""
    (tmp_path / "wikitextparser.py").write_text("raise ImportError")
    done = subprocess.run(
        [sys.executable, ROOT / "runners" / "audit_links.py", "--kb", kb, "--file", dump],
        capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == 'error: the audit needs wikitextparser: pip install "mel-toolkit[audit]"\n'
