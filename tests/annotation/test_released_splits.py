"""The released captions: the leaks that their splits have."""

import json

import pytest

from annotation.__main__ import main
from annotation.splitting.leaks import find_leaks, leaking_kinds
from annotation.splitting.options import preset_named
from annotation.splitting.splitter import make_split
from annotation.splitting.units import pairs_of_reading
from annotation.splitting.verifying import verify_split
from pipeline.console.main import run_command
from pipeline.formats.kgmel import read_kgmel
from pipeline.formats.splits import read_splits
from runners import import_dataset

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def pairs(data_dir):
    return pairs_of_reading(read_kgmel(data_dir / "wikidiverse/wikidiverse-captions.json"), "kgmel")


def verified(pairs, path):
    return verify_split(
        [(pairs[key], name) for name, keys in read_splits(path).items() for key in keys], permutations=0
    )


def leaks(found):
    return {(one.kind, one.split, one.other): (one.n, one.n_pairs) for one in found.leaks}


def test_leaks_of_the_official_split(pairs, data_dir):
    found = verified(pairs, data_dir / "wikidiverse/inferred-v2-split.json")
    table = leaks(found)
    assert table["image_url", "test", "train"] == (93, 695)
    assert table["image_url", "valid", "train"] == (84, 683)
    assert table["image_url", "test", "valid"] == (13, 695)
    # Files behind the addresses: a thumbnail and its original are one image.
    assert table["image", "test", "train"] == (94, 695)
    assert table["image", "valid", "train"] == (85, 683)
    assert table["caption", "test", "train"] == (6, 695)
    assert table["caption", "valid", "train"] == (2, 683)
    assert not any(kind == "pair" for kind, _, _ in table)
    sizes = {one.split: (one.n_pairs, round(one.n_mentions / one.n_pairs, 2)) for one in found.sizes}
    assert (sizes["train"], sizes["test"], sizes["valid"]) == ((5_801, 2.02), (695, 1.94), (683, 1.99))


def test_mentions_of_the_official_test_set_that_train_has(pairs, data_dir):
    found = verified(pairs, data_dir / "wikidiverse/inferred-v2-split.json").seen
    test = next(one for one in found if one.split == "test")
    assert test.n_entities == 1_347
    assert round(test.n_unseen_entities / test.n_entities, 3) == 0.396
    assert round(test.n_seen_surfaces / test.n_surfaces, 3) == 0.518


def test_pairs_in_several_splits_of_mimic(pairs, data_dir):
    path = data_dir / "wikidiverse/mimic-split.json"
    table = leaks(verified(pairs, path))
    assert table["pair", "valid", "train"][0] == 11
    assert table["pair", "test", "train"][0] == 14
    assert table["pair", "test", "valid"][0] == 4
    splits = read_splits(path)
    several = [key for key in pairs if sum(key in set(keys) for keys in splits.values()) > 1]
    assert len(several) == 23


def test_repeated_images_and_captions(pairs):
    for kind, n_values, n_pairs in (("image_url", 425, 975), ("caption", 52, 105)):
        by_value = {}
        for one in pairs.values():
            for value in one.values(kind):
                by_value.setdefault(value, []).append(one)
        several = [members for members in by_value.values() if len(members) > 1]
        assert (len(several), sum(map(len, several))) == (n_values, n_pairs), kind


@pytest.mark.parametrize("name", ["leakfree", "unseen-entity"])
def test_the_released_captions_can_be_split_without_leaks(pairs, name):
    preset = preset_named(name)
    split = make_split(list(pairs.values()), preset, seed=1)
    assert [len(split.ids(one)) for one in split.names] == [5_923, 741, 741]
    placed = [(one, split.places[one.pair_id]) for one in pairs.values()]
    assert find_leaks(placed, leaking_kinds(preset.group_by)) == []


def test_the_papers_way_leaks(pairs):
    split = make_split(list(pairs.values()), preset_named("paper"), seed=1)
    assert find_leaks([(one, split.places[one.pair_id]) for one in pairs.values()])


def test_the_commands_report_the_leaks_of_the_official_split(data_dir, tmp_path, capsys):
    files = data_dir / "wikidiverse"
    call = ["--format", "kgmel", "--file", str(files / "wikidiverse-captions.json")]
    call += ["--splits", str(files / "inferred-v2-split.json"), "--out", str(tmp_path / "v2")]
    assert run_command(import_dataset.main, call) == 0
    capsys.readouterr()
    assert run_command(main, ["split", "verify", str(tmp_path / "v2"), "--permutations", "0", "--json"]) == 1
    table = {
        (one["kind"], one["split"], one["other"]): (one["n"], one["n_pairs"])
        for one in json.loads(capsys.readouterr().out)["leaks"]
    }
    assert table["image_url", "test", "train"] == (93, 695)
    assert table["image_url", "valid", "train"] == (84, 683)
    assert table["image_url", "test", "valid"] == (13, 695)
    assert table["image", "test", "train"] == (94, 695)
    assert table["caption", "test", "train"] == (6, 695)
    assert run_command(main, ["split", str(tmp_path / "v2"), "--out", str(tmp_path / "free"), "--seed", "1"]) == 0
    assert run_command(main, ["split", "verify", str(tmp_path / "free"), "--permutations", "0"]) == 0
