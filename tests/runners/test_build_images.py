"""The command build_images: flags over a tiny folder, figures, exit codes, errors as sentences."""

import json
import sys

import pytest

from pipeline.records.entity_list import ListedEntity, write_entity_list
from tests.support import image_inputs as inputs
from tests.support import images
from tests.support.commands import ROOT, run_command, run_here

RUNNER = str(ROOT / "runners/build_images.py")
WITHOUT_PILLOW = """
import sys
sys.modules["PIL"] = None
from pipeline.console.main import run_command
from runners.build_images import main
sys.exit(run_command(main, sys.argv[1:]))
"""


@pytest.fixture
def place(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["A.png", "Film.webm", "None.png"])
    inputs.make_kb(tmp_path / "kb", [(1, 0, "A.png"), (2, 0, "Broken.png"), (3, 0, "None.png")])
    write_entity_list(tmp_path / "entities.tsv", [ListedEntity(n, f"Entity {n}", 1) for n in (1, 2, 3)])
    files = {"A.png": images.saved(images.quarters(), "PNG"), "Film.webm": images.video("webm"), "Broken.png": b"no"}
    inputs.put_files(tmp_path / "media", files)
    return tmp_path


def command(place, *flags, of="corpus", run=run_here):
    start = [sys.executable, RUNNER, "--source-dir", str(place / "media"), "--out", str(place / "out")]
    entities = ("--entities", str(place / "entities.tsv")) if of == "kb" else ()
    return run([*start, f"--{of}", str(place / of), *entities, *flags])


def test_pictures_of_pairs(place):
    (place / "frames.tsv").write_text("Film.webm\t0.5\n", encoding="utf-8")
    flags = (
        "--side", "32", "--format", "jpg", "--jpeg-quality", "70", "--background", "#102030", "--max-file-mb", "5",
        "--frames", str(place / "frames.tsv"), "--decode-seconds", "30", "--decode-memory-mb", "1024",
        "--batch-files", "1", "--report", "--keep-files", "--max-rate", "2", "--workers", "1",
    )  # fmt: skip
    done = command(place, *flags, run=run_command)
    assert done.returncode == 0, done.stderr
    rows = inputs.rows_of(place / "out")
    assert {title: (row["outcome"], row["format"], row["width_px"]) for title, row in rows.items()} == {
        "A.png": ("ok", "jpg", 32), "Film.webm": ("ok", "jpg", 32), "None.png": ("missing", "", 0),
    }  # fmt: skip
    assert rows["Film.webm"]["is_override"]
    assert "not found" in done.stdout
    manifest = json.loads((place / "out/_manifest.json").read_text(encoding="utf-8"))
    assert manifest["options"]["normalize"]["jpeg_quality"] == 70
    assert manifest["options"]["limits"] == {"seconds": 30.0, "memory_bytes": 1 << 30}
    again = command(place, *flags)
    assert again.stdout.count("done before") >= 3
    assert (place / "out/report.html").is_file()


def test_pictures_of_entities_and_their_coverage_by_reason(place):
    done = command(place, "--images-per-entity", "2", of="kb")
    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert any(line.startswith("with image 1 33") for line in lines), done.stdout
    assert "failed not an image 1" in lines
    assert "missing not found 1" in lines


def test_what_may_not_be_passed_on_is_left_out_and_nothing_left_is_a_failure(place):
    done = command(place, "--redistributable-only")
    assert done.returncode == 1
    assert "warning: none of the 3 wanted files gave a picture: rights unknown (2), not found (1)" in done.stderr
    assert done.stderr.count("none of the 3") == 1
    assert (place / "out/_SUCCESS").is_file()


def test_an_empty_folder_of_files(place):
    (place / "empty").mkdir()
    done = command(place, "--source-dir", str(place / "empty"))
    assert done.returncode == 1
    assert "not found (3)" in done.stderr
    dry = command(place, "--source-dir", str(place / "empty"), "--dry-run")
    assert dry.returncode == 0
    assert "missing in --source-dir" in dry.stdout


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--max-file-mb", "0"), "--max-file-mb lies between"),
        (("--max-file-mb", "-3"), "--max-file-mb lies between"),
        (("--decode-seconds", "0"), "--decode-seconds lies between"),
        (("--decode-memory-mb", "50"), "--decode-memory-mb lies between 256"),
        (("--max-rate", "fast"), "'fast' is no number of megabytes a second above 0"),
        (("--max-rate", "0"), "no number of megabytes"),
        (("--images-per-entity", "3"), "--images-per-entity goes with --kb"),
        (("--jpeg-quality", "0"), "jpeg_quality"),
        (("--scorer", "blue"), "no image scorer 'blue'"),
    ],
)
def test_errors_are_sentences(place, flags, words):
    done = command(place, *flags)
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (place / "out/_SUCCESS").exists()


def test_an_unfinished_corpus_is_refused(place):
    (place / "corpus/_SUCCESS").unlink()
    for flags in ((), ("--dry-run",)):
        done = command(place, *flags)
        assert done.returncode == 1
        assert "is not finished; run runners/build_corpus.py again" in done.stderr


def test_without_pillow_the_extra_is_named(place):
    flags = ["--corpus", str(place / "corpus"), "--source-dir", str(place / "media"), "--out", str(place / "out")]
    for more in ([], ["--dry-run"]):
        done = run_command([sys.executable, "-c", WITHOUT_PILLOW, *flags, *more])
        assert done.returncode == 2
        assert "mel-toolkit[images]" in done.stderr
        assert "Traceback" not in done.stderr
