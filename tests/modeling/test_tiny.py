"""Tiny encoders from the command line, and a bi-encoder trained by the retrieval command."""

import json
import re

import pytest

pytest.importorskip("torch")

from modeling.retrieve import main as retrieve
from modeling.tiny import main as tiny
from pipeline.console.main import run_command
from tests.modeling.cli.small_run import make_dataset, make_kb, row
from tests.modeling.pictures import COLOURS, image_artifact, shape


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("tiny")
    make_kb(place / "kb")
    make_dataset(place / "set")
    return place


def _run(main, capsys, *words) -> tuple[int, str, str]:
    code = run_command(main, [str(word) for word in words])
    out, error = capsys.readouterr()
    assert "Traceback" not in error
    return code, out, error


def test_a_tiny_bert_is_made_and_trained_as_a_biencoder(capsys, folder, tmp_path):
    inputs = ("--dataset", folder / "set", "--kb", folder / "kb")
    code, out, _ = _run(tiny, capsys, *inputs, "--out", tmp_path / "models")
    assert code == 0
    assert "random weights" in out
    assert not (tmp_path / "models" / "clip").exists()  # there are no images
    code, out, error = _run(
        retrieve, capsys, *inputs, "--retriever", "prior", "blink", "--model", f"blink={tmp_path / 'models' / 'bert'}",
        "--option", "blink.epochs=2", "blink.hard_epochs=0", "--out", tmp_path / "out", "--json", "--draws", 0,
    )  # fmt: skip
    assert code == 0, error
    found = json.loads(out)
    assert "blink" in json.dumps(found["costs"])
    manifest = json.loads((tmp_path / "out" / "index" / "blink" / "_manifest.json").read_text(encoding="utf-8"))
    losses = [entry["loss"] for entry in manifest["facts"]["training"] if "loss" in entry]
    assert losses[-1] < losses[0]


def test_a_tiny_clip_is_trained_on_the_pictures_there_are(capsys, folder, tmp_path):
    mentions = [
        row(number, "train", f"Place {number}", 3 * number, image_id=f"{number:016x}") for number in range(len(COLOURS))
    ]
    make_dataset(tmp_path / "set", {"train": mentions})
    pictures = {mention.image_id: shape(colour) for mention, colour in zip(mentions, COLOURS, strict=True)}
    images = image_artifact(tmp_path / "images", pictures)
    inputs = ("--dataset", tmp_path / "set", "--kb", folder / "kb", "--images", images)
    code, out, error = _run(tiny, capsys, *inputs, "--epochs", 3, "--out", tmp_path / "models")
    assert code == 0, error
    [captions] = [line for line in out.splitlines() if "pairs of captions" in line]
    n_pairs, before, after = re.findall(r"[\d.]+", captions)
    assert (int(n_pairs), float(after) < float(before)) == (4, True)  # two mentions a caption
    assert (tmp_path / "models" / "clip" / "model.safetensors").is_file()


def test_wrong_flags_are_told(capsys, folder, tmp_path):
    code, _, error = _run(tiny, capsys, "--dataset", folder / "set", "--kb", tmp_path / "none", "--out", tmp_path)
    assert code == 1
    assert "does not exist" in error
    with pytest.raises(SystemExit):
        tiny(["--dataset", "a", "--kb", "b", "--out", "c", "--epochs", "0"])
    assert "'0' is no whole number from 1" in capsys.readouterr().err
