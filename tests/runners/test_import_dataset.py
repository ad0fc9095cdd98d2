"""The import command: shards by split, report, errors, same bytes."""

import json
from functools import partial
from pathlib import Path

import pytest

from pipeline.formats.dataset_import import FOLDERS
from pipeline.formats.registry import FORMATS
from pipeline.records import dataset_schemas as schemas
from pipeline.records.manifest import is_finished, open_artifact
from runners.import_dataset import FORMAT_NAMES, main
from tests.support.commands import call_main

TEXT = "Rivers United play the Otters (2009)."
IMAGE = "https://upload.wikimedia.org/wikipedia/commons/5/5e/EnglandEastSussex.png"
CLEAN = [TEXT, IMAGE, "sports", [["Otters", "Organization", 23, 29, "https://en.wikipedia.org/wiki/Otter"]]]
BROKEN = [
    TEXT,
    IMAGE[1:],
    "sports",
    [["Otters", "Other", 0, 6, "nhttps://en.wikipedia.org/wiki/Otter"], ["Rivers", "Person", 0, 6, "Nil"]],
]


@pytest.fixture
def files(tmp_path) -> Path:
    (tmp_path / "train.json").write_text(json.dumps([CLEAN, BROKEN]), encoding="utf-8")
    (tmp_path / "test.json").write_text(json.dumps([[*CLEAN[:3], []]]), encoding="utf-8")
    return tmp_path


run = partial(call_main, main)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def both(files):
    return f"train={files / 'train.json'}", f"test={files / 'test.json'}"


def test_shards_by_split(capsys, files):
    out_dir = files / "out"
    code, out, err = run(capsys, "--format", "passages", "--file", *both(files), "--out", out_dir)
    assert (code, err) == (0, "")
    assert is_finished(out_dir)
    assert not (out_dir / ".lock").exists()
    pairs = open_artifact(out_dir / "pairs", schemas.PAIRS)
    assert [one.name for one in pairs.shards] == ["split=test/part-00000.parquet", "split=train/part-00000.parquet"]
    assert pairs.table().column("split").to_pylist() == ["test", "train", "train"]
    assert set(pairs.table().column("image_url").to_pylist()) == {IMAGE}
    assert set(pairs.table().column("licence").to_pylist()) == {"CC BY 2.5"}
    mentions = open_artifact(out_dir / "mentions", schemas.DATASET_MENTIONS).table().to_pylist()
    assert len(mentions) == 3
    for row in mentions:
        assert row["caption"][row["start"] : row["end"]] == row["surface"]
    assert {(row["surface"], row["type"], row["entity"], row["is_nil"]) for row in mentions} == {
        ("Otters", "Organization", "Otter", False), ("Otters", "Misc", "Otter", False), ("Rivers", "Person", None, True),
    }  # fmt: skip
    assert {row["pair_id"] for row in mentions} <= set(pairs.table().column("pair_id").to_pylist())
    for text in ("train", "test", "nil_spelling", "span_moved", "url_scheme", "type_alias"):
        assert text in out


def test_the_repairs_report(capsys, files):
    run(capsys, "--format", "passages", "--file", *both(files), "--out", files / "out")
    rows = open_artifact(files / "out/repairs", schemas.REPAIRS).table().to_pylist()
    assert [(row["file"], row["record"], row["kind"]) for row in rows] == [
        ("train=train.json", 1, kind)
        for kind in ("url_scheme", "type_alias", "span_moved", "url_scheme", "nil_spelling")
    ]
    report = json.loads((files / "out/repairs.json").read_text())
    assert report["url_scheme"]["mended"] == 2
    assert report["nil_spelling"]["examples"][0]["before"] == "Nil"
    manifest = json.loads((files / "out/_manifest.json").read_text())
    assert manifest["rows"] == {"pairs": 3, "mentions": 3, "given_candidates": 0, "repairs": 5}
    assert manifest["splits"]["train"]["captions"] == 2
    assert [one["split"] for one in manifest["inputs"]] == ["train", "test"]


def test_the_same_input_gives_the_same_bytes(capsys, files):
    for name in ("one", "two", "one"):
        assert run(capsys, "--format", "passages", "--file", *both(files), "--out", files / name)[0] == 0
    assert tree(files / "one") == tree(files / "two")
    assert not (files / "one/.staging").exists()


def test_given_candidates(capsys, files):
    row = [
        TEXT,
        IMAGE,
        "Otters",
        "Organization",
        [],
        [],
        "https://en.wikipedia.org/wiki/Otter",
        ["Sea otter", "Otter"],
        "sports",
        23,
        29,
    ]
    (files / "m.json").write_text(json.dumps([row]), encoding="utf-8")
    assert run(capsys, "--format", "mentions", "--file", files / "m.json", "--out", files / "out")[0] == 0
    rows = open_artifact(files / "out/given_candidates", schemas.GIVEN_CANDIDATES).table().to_pylist()
    assert [(row["split"], row["rank"], row["entity"], row["is_gold"]) for row in rows] == [
        ("all", 0, "Sea otter", False),
        ("all", 1, "Otter", True),
    ]


def test_splits_file_and_ambiguous_mentions(capsys, files):
    rows = [
        {"id": key, "sentence": "Otters beat Otters", "mention": ["Otters"], "entity": ["Otter"], "answer": ["Q1"]}
        for key in range(3)
    ]
    (files / "k.json").write_text(json.dumps(rows), encoding="utf-8")
    (files / "s.json").write_text(json.dumps({"train": [0, 1], "dev": [1]}), encoding="utf-8")
    flags = ("--format", "kgmel", "--file", files / "k.json", "--splits", files / "s.json", "--out", files / "out")
    assert run(capsys, *flags)[0] == 0
    found = open_artifact(files / "out/mentions", schemas.DATASET_MENTIONS).table().to_pylist()
    assert sorted((row["split"], row["start"]) for row in found) == [
        ("rest", None),
        ("train", None),
        ("train", None),
        ("valid", None),
    ]
    report = json.loads((files / "out/repairs.json").read_text())
    assert (report["several_splits"]["left"], report["span_ambiguous"]["left"]) == (1, 3)
    assert report["several_splits"]["examples"][0]["before"].endswith(" in train, valid")
    assert run(capsys, *flags, "--ambiguous", "first")[0] == 0
    found = open_artifact(files / "out/mentions", schemas.DATASET_MENTIONS).table().to_pylist()
    assert {(row["start"], row["end"]) for row in found} == {(0, 6)}


def test_a_dry_run_writes_nothing(capsys, files):
    code, out, _ = run(
        capsys, "--format", "passages", "--file", files / "train.json", "--out", files / "out", "--dry-run"
    )
    assert code == 0
    assert "nothing was written" in out
    assert not (files / "out").exists()


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["--format", "pasages", "--file", "a", "--out", "o"], 2, "did you mean passages"),
        (["--format", "passages", "--file", "../x=a.json", "--out", "o"], 2, "SPLIT=PATH"),
        (["--format", "passages", "--file", "a.json", "b.json", "--out", "o"], 2, "a split of its own"),
        (["--format", "passages", "--file", "train=a", "train=b", "--out", "o"], 2, "a split of its own"),
        (["--format", "passages", "--file", "val=a", "dev=b", "--out", "o"], 2, "a split of its own"),
        (["--format", "passages", "--file", "none.json", "--out", "o"], 1, "none.json"),
        (["--format", "kgmel", "--file", "train=a", "--splits", "s", "--out", "o"], 2, "--splits"),
    ],
)
def test_misuse_is_one_sentence(capsys, tmp_path, monkeypatch, argv, code, message):  # noqa: PLR0917 - one case a row
    monkeypatch.chdir(tmp_path)
    found, out, err = run(capsys, *argv)
    assert (found, out) == (code, "")
    assert message in err
    assert "Traceback" not in err
    assert not (tmp_path / "o").exists()


def test_broken_input_leaves_no_data_set(capsys, files):
    (files / "bad.json").write_text(json.dumps([CLEAN, CLEAN[:2]]), encoding="utf-8")
    code, _, err = run(capsys, "--format", "passages", "--file", files / "bad.json", "--out", files / "out")
    assert code == 1
    assert "bad.json: record 1, record: should have 4 items, not 2" in err
    assert not (files / "out").exists()


def test_other_folders_are_left_alone(capsys, files):
    code, _, err = run(capsys, "--format", "passages", "--file", files / "train.json", "--out", files)
    assert code == 2
    assert "holds other things" in err
    code, _, err = run(capsys, "--format", "passages", "--file", files / "train.json", "--out", files / "test.json")
    assert code == 2
    assert "is a file" in err


def test_two_runs_on_one_folder(capsys, files):
    from pipeline.beamx.lock import OutputLock

    with OutputLock(files / "out"):
        code, _, err = run(capsys, "--format", "passages", "--file", files / "train.json", "--out", files / "out")
    assert code == 1
    assert "is being written by" in err


def test_the_flags_know_every_format_and_folder():
    assert tuple(one.name for one in FORMATS) == FORMAT_NAMES
    assert set(FOLDERS) == {"pairs", "mentions", "given_candidates"}


@pytest.mark.data
def test_the_released_captions(capsys, data_dir, tmp_path):
    folder = data_dir / "wikidiverse"
    flags = (
        "--format",
        "kgmel",
        "--file",
        folder / "wikidiverse-captions.json",
        "--splits",
        folder / "inferred-v2-split.json",
    )
    assert run(capsys, *flags, "--out", tmp_path / "out")[0] == 0
    pairs = open_artifact(tmp_path / "out/pairs", schemas.PAIRS).table()
    assert pairs.num_rows == 7_405
    assert len(set(pairs.column("pair_id").to_pylist())) == 7_405
    # 6,629 addresses as released; repaired, five are those of files that others name already.
    images = [one for one in pairs.column("image_id").to_pylist() if one]
    assert (len(images), len(set(images))) == (7_179, 6_624)
    assert open_artifact(tmp_path / "out/mentions", schemas.DATASET_MENTIONS).rows == 14_851
