"""A card made again: rights that stay, labels that change, folders of others."""

import json

import pyarrow.parquet as pq
import pytest

from annotation.__main__ import main
from annotation.gold_dataset import check_gold_out
from annotation.publishing.rights import ImageRights, told_rights
from pipeline.console.main import run_command
from pipeline.records.errors import UsageError
from runners import import_dataset
from tests.annotation.test_card import card, head_of, images, pair, write_set


@pytest.fixture
def small(tmp_path):
    return write_set(tmp_path / "news", [pair(1), pair(2, "valid"), pair(3, "test"), pair(4)])


def test_rights_of_images_are_not_forgotten(small, tmp_path, capsys):
    told = {"1": ("CC BY-SA 4.0", True), "2": ("fair use", False), "3": (None, None)}
    folder = images(tmp_path / "pictures", told)
    assert card(capsys, small, "--images", folder)[0] == 0
    rights = {name: (small / name).read_text(encoding="utf-8") for name in ("ATTRIBUTION", "LICENSES")}
    assert told_rights(small / "ATTRIBUTION")["2"] == ImageRights("2 x.jpg", "fair use", "Ann Lee", None, False)
    assert card(capsys, small)[0] == 0
    assert {name: (small / name).read_text(encoding="utf-8") for name in rights} == rights
    assert run_command(main, ["split", str(small), "--out", str(small), "--ratio", "1:1"]) == 0
    assert "1\t1 x.jpg\tAnn Lee\tCC BY-SA 4.0\tyes\tunknown" in (small / "ATTRIBUTION").read_text(encoding="utf-8")
    assert card(capsys, small, "--out", tmp_path / "out", "--redistributable-only")[0] == 0
    assert pq.read_table(tmp_path / "out/data/pairs", partitioning=None)["image_id"].to_pylist() == ["1"]
    later = images(tmp_path / "later", {"1": ("CC0", True)})
    assert card(capsys, small, "--images", later)[0] == 0
    assert "\tCC0\tyes" in (small / "ATTRIBUTION").read_text(encoding="utf-8"), "what is told now goes before"


def test_an_attribution_of_others_tells_nothing(tmp_path):
    path = tmp_path / "ATTRIBUTION"
    assert told_rights(path) == {}
    for text in ("by us\n", "image\tfile\tauthor\tlicence\tpassed on\tpage\n1\tx\ty\tz\tperhaps\tp\n1\tx\ty\n"):
        path.write_text(text, encoding="utf-8")
        assert told_rights(path) == {}
    path.write_bytes(b"\xff")
    assert told_rights(path) == {}


def test_an_imported_data_set_takes_the_card_of_the_old_one_away(tmp_path, capsys):
    records = [["Lions beat Bears", "https://upload.wikimedia.org/wikinews/en/9/96/A_b.jpg", "sports",
                [["Lions", "Organization", 0, 5, "https://en.wikipedia.org/wiki/Detroit_Lions"]]]]  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps(records), encoding="utf-8")
    call = ["--format", "passages", "--file", str(tmp_path / "x.json"), "--out", str(tmp_path / "set")]
    assert run_command(import_dataset.main, call) == 0
    assert card(capsys, tmp_path / "set")[0] == 0
    assert run_command(import_dataset.main, call) == 0
    assert not (tmp_path / "set/README.md").exists()
    assert not (tmp_path / "set/data").exists()
    assert card(capsys, tmp_path / "set")[0] == 0
    assert run_command(main, ["split", str(tmp_path / "set"), "--out", str(tmp_path / "split"), "--ratio", "1:1"]) == 0
    assert card(capsys, tmp_path / "split")[0] == 0
    text = (tmp_path / "split/README.md").read_text(encoding="utf-8")
    assert "Imported from the format `passages`" in text, "a split of others' labels is not gold of ours"
    assert head_of(tmp_path / "split")["annotations_creators"] == ["found"]


def test_gold_and_imported_labels_do_not_replace_each_other(small, tmp_path, capsys):
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    call = ["--format", "passages", "--file", str(tmp_path / "x.json"), "--out", str(small)]
    assert run_command(import_dataset.main, call) == 2
    assert "holds gold labels of an annotation project" in capsys.readouterr().err
    (small / "_manifest.json").write_text('{"options": {"format": "passages"}}', encoding="utf-8")
    with pytest.raises(UsageError, match="holds a data set imported from passages"):
        check_gold_out(small)
