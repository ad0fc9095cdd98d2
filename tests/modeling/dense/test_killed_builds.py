"""Builds that are killed in the middle end with the same bytes; two at once do not meet."""

import os
import signal

import pytest

from modeling.encoders.tiny import save_tiny_bert, save_tiny_clip
from tests.modeling.built_apart import TEXTS, TRADES, WAIT_S, built, files, started
from tests.modeling.pictures import COLOURS, image_artifact, shape

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # every build is a process that imports torch
TRAINED = {
    "epochs": 2,
    "hard_epochs": 2,
    "batch": 4,
    "checkpoint_steps": 1,
    "shard_rows": 4,
    "lr": 1e-3,
    "titles": True,
}


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Retriever -> what its build wants: encoders that need no training."""
    folder = tmp_path_factory.mktemp("models")
    bert = str(save_tiny_bert(folder / "bert", TEXTS, width=32, layers=1))
    clip = str(save_tiny_clip(folder / "clip", TEXTS, width=32, side_px=32, layers=1))
    pictures = {f"e{place}": shape(colour) for place, (colour, _) in enumerate(zip(COLOURS, TRADES, strict=True))}
    pictures["e2"] = None  # a shard with gaps
    images = str(image_artifact(folder / "pictures", pictures))
    short = {"epochs": 1, "hard_epochs": 0, "batch": 8}
    return {
        "blink": {"model": bert, "options": short},
        "clip": {"model": clip, "images": images, "options": {}},
        "sentence": {"model": bert, "options": {}},
    }


@pytest.mark.parametrize("retriever", ["blink", "clip", "sentence"])
def test_encoding_killed_in_the_middle_ends_with_identical_shards(given, retriever, tmp_path):
    own = given[retriever] | {"options": given[retriever]["options"] | {"shard_rows": 4}}
    built(retriever, tmp_path / "whole", **own)
    built(retriever, tmp_path / "killed", "SIGKILL vectors/part-00003.parquet", **own)
    assert not (tmp_path / "killed").exists()
    vectors = tmp_path / ".killed.part" / "vectors"
    kept = {path.name: path.stat().st_mtime_ns for path in vectors.glob("part-*")}
    assert sorted(kept) == [f"part-0000{number}.parquet" for number in range(3)]
    assert list(vectors.glob(".part-00003.parquet.*"))  # half written
    spoiled = vectors / "part-00001.parquet"
    spoiled.write_bytes(spoiled.read_bytes()[:-1])  # half a shard is made again
    built(retriever, tmp_path / "killed", **own)
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "killed" / "vectors").iterdir()}
    assert {name for name in kept if kept[name] == after[name]} == {"part-00000.parquet", "part-00002.parquet"}
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_training_killed_in_every_round_ends_with_the_same_bytes(given, tmp_path):
    """16 steps with in-batch negatives, 16 with mined ones; each build goes on where the one before was killed."""
    own = {"model": given["blink"]["model"], "options": TRAINED}
    whole = started("blink", tmp_path / "whole", **own)
    work = tmp_path / ".killed.part" / "_work" / "training"
    made = {}
    for at, left in (
        ("step-000000003$", "step-000000002"),  # with in-batch negatives
        ("mining/vectors/part-00002.parquet$", "step-000000016"),
        ("step-000000016-mined$", "step-000000016"),  # mined, not yet written
        ("step-000000021-mined$", "step-000000020-mined"),  # with mined negatives
        (".killed.part/_manifest.json$", "step-000000032-mined"),  # trained and encoded: nothing of it is lost
    ):
        built("blink", tmp_path / "killed", f"SIGKILL {at}", **own)
        assert [path.name for path in work.glob("step-*")] == [left], at
        mined = work / left / "mining" / "vectors" / "part-00000.parquet"
        made[at] = mined.stat().st_mtime_ns if mined.exists() else None
    assert made["mining/vectors/part-00002.parquet$"] == made["step-000000016-mined$"]  # mining went on
    vectors = sorted((tmp_path / ".killed.part" / "vectors").iterdir())
    encoded = [path.stat().st_mtime_ns for path in vectors]
    built("blink", tmp_path / "killed", **own)
    assert [(tmp_path / "killed" / "vectors" / path.name).stat().st_mtime_ns for path in vectors] == encoded
    _, errors = whole.communicate(timeout=WAIT_S)
    assert whole.returncode == 0, errors
    assert files(tmp_path / "killed") == files(tmp_path / "whole")
    assert {path.name for path in tmp_path.iterdir()} == {"whole", "killed", ".whole.lock", ".killed.lock"}


def test_the_second_of_two_builds_at_once_is_told_and_spoils_nothing(given, tmp_path):
    own = given["sentence"] | {"options": {"shard_rows": 4}}
    built("sentence", tmp_path / "alone", **own)
    first = started("sentence", tmp_path / "index", "SIGSTOP vectors/part-00003.parquet", **own)
    try:
        _, status = os.waitpid(first.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), first.stderr.read()
        second = started("sentence", tmp_path / "index", **own)
        _, errors = second.communicate(timeout=WAIT_S)
        assert second.returncode == 3
        assert errors == (
            f"LockedError: {tmp_path / 'index'} is being built by another process; wait for it, or choose another folder\n"
        )
        first.send_signal(signal.SIGCONT)
        assert first.wait(WAIT_S) == 0
    finally:
        if first.poll() is None:
            first.kill()
    assert files(tmp_path / "index") == files(tmp_path / "alone")
