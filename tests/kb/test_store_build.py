"""Compiling a store: repeatable bytes, refused inputs, damaged files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.kb.store import MentionStore
from pipeline.kb.store_build import build_store
from pipeline.records import schemas
from pipeline.records.errors import ArtifactError, UsageError
from tests.support.stores import WEIGHTS, SmallKB, write_artifact

ENTITIES = {1: ("Lion", 900), 2: ("Detroit Lions", 800), 3: ("British Lions", 7), -5: ("Löwe", 0)}
MENTIONS = {
    "Lions": {1: (3, 0, 1, 0, 0), 2: (70_000, 2, 1, 0, 1), -5: (1, 0, 0, 0, 0)},
    "lions": {1: (300, 0, 0, 0, 0)},
    "LIONS": {2: (9, 0, 0, 0, 0), 3: (2, 0, 0, 0, 0)},
    "Löwe": {-5: (4, 0, 0, 0, 0)},
    **{f"Name {i}": {1 + i % 3: (i + 1, 0, 0, 0, 0)} for i in range(200)},
}
KB = SmallKB(MENTIONS, ENTITIES, {"Lions (animal)": 1, "Nothing": None})


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    KB.write(tmp_path)
    build_store(tmp_path, tmp_path / "store", options=WEIGHTS)
    return tmp_path


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_input_gives_the_same_bytes_in_every_process(kb):
    code = "import sys; from pathlib import Path; from pipeline.kb.store_build import build_store\n"
    code += "build_store(Path(sys.argv[1]), Path(sys.argv[2]), options=dict(w_title=1))"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, kb, kb / f"store{seed}"], check=True, env=environment)
        assert _files(kb / f"store{seed}") == _files(kb / "store")


def test_the_cut_into_partitions_does_not_change_the_store(tmp_path):
    for partitions in (1, 7):
        KB.write(tmp_path / str(partitions), partitions)
        build_store(tmp_path / str(partitions), tmp_path / f"{partitions}/store", options=WEIGHTS)
    one, seven = (_files(tmp_path / f"{partitions}/store") for partitions in (1, 7))
    one.pop("_manifest.json"), seven.pop("_manifest.json")
    assert one == seven


def test_the_manifest_says_what_went_in(kb):
    manifest = build_store(kb, kb / "other", options={**WEIGHTS, "w_title": 0, "preset": "paper", "stage_id": "abc"})
    assert manifest == json.loads((kb / "other/_manifest.json").read_text(encoding="utf-8"))
    assert manifest["weights"] == {**WEIGHTS, "w_title": 0}
    assert (manifest["preset"], manifest["stage_id"]) == ("paper", "abc")
    assert manifest["inputs"]["mentions"]["rows"] == sum(map(len, MENTIONS.values())) == manifest["counts"]["mentions"]
    assert (manifest["counts"]["surfaces"], manifest["counts"]["titles"]) == (204, 6)


def test_an_older_store_is_replaced(kb):
    (kb / "store" / "left over").touch()
    build_store(kb, kb / "store", options=WEIGHTS)
    assert not (kb / "store" / "left over").exists()
    assert sorted(path.name for path in kb.iterdir()) == ["entities", "mentions", "store", "titles"]
    MentionStore.open(kb).verify()


@pytest.mark.parametrize("weight", [-1, 0.5, "2", 1 << 31, True, None])
def test_a_weight_is_a_whole_number(kb, weight):
    with pytest.raises(UsageError, match="w_title is"):
        build_store(kb, kb / "other", options={"w_title": weight})


def test_other_weights_than_those_of_the_mentions_are_noticed(tmp_path):
    entities = {1: ("A", 0), 2: ("B", 0)}
    SmallKB({"x": {1: (5, 0, 0, 0, 0), 2: (1, 0, 3, 0, 0)}}, entities).write(tmp_path)
    with pytest.raises(ArtifactError, match="other weights"):
        build_store(tmp_path, tmp_path / "store", options={"w_disambiguation": 9})
    assert not (tmp_path / "store").exists()


def test_an_entity_that_entities_lacks_is_an_error(tmp_path):
    KB.write(tmp_path)
    (tmp_path / "entities").rename(tmp_path / "gone")
    fewer = [{**row} for row in _rows(tmp_path / "gone") if row["entity_id"] != 2]
    write_artifact(tmp_path, schemas.ENTITIES, [fewer])
    with pytest.raises(ArtifactError, match="names entity 2, which entities/ lacks"):
        build_store(tmp_path, tmp_path / "store", options=WEIGHTS)


def test_a_surface_in_two_shards_is_an_error(tmp_path):
    KB.write(tmp_path)
    rows = _rows(tmp_path / "mentions")
    (tmp_path / "mentions").rename(tmp_path / "gone")
    write_artifact(tmp_path, schemas.MENTIONS, [rows, [row for row in rows if row["surface"] == "Lions"]])
    with pytest.raises(ArtifactError, match=r"part-00001\.parquet: a surface stands in two places"):
        build_store(tmp_path, tmp_path / "store", options=WEIGHTS)


@pytest.mark.parametrize(
    ("surface", "change", "message"),
    [
        ("Löwe", {"n_link": 1 << 32}, "entity_inlinks holds a number that does not fit"),
        ("Löwe", {"entity": "Panther"}, "an entity_id stands twice"),
        ("Löwe", {"kind": "article"}, "names entity -5, which entities/ lacks"),
        ("lions", {"n_link": 1 << 32}, "counts below 2"),
        ("Lions", {"n_link": 1, "n_redirect": 0, "n_hatnote": 0}, "is not in the order"),
    ],
)
def test_mentions_that_cannot_be_are_refused(tmp_path, surface, change, message):
    KB.write(tmp_path)
    rows = [row | (change if row["surface"] == surface else {}) for row in _rows(tmp_path / "mentions")]
    if "kind" in change:
        rows = [row | {"kind": "article"} for row in rows]
    (tmp_path / "mentions").rename(tmp_path / "gone")
    write_artifact(tmp_path, schemas.MENTIONS, [rows])
    with pytest.raises(ArtifactError, match=message):
        build_store(tmp_path, tmp_path / "store", options=WEIGHTS)


@pytest.mark.parametrize("name", ["mentions", "titles", "entities"])
def test_an_unfinished_artifact_is_refused(tmp_path, name):
    KB.write(tmp_path)
    (tmp_path / name / "_SUCCESS").unlink()
    with pytest.raises(ArtifactError, match=f"{name} has no _SUCCESS"):
        build_store(tmp_path, tmp_path / "store", options=WEIGHTS)


def test_a_store_that_is_no_store_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="does not exist"):
        MentionStore.open(tmp_path / "nowhere")
    with pytest.raises(ArtifactError, match="has no _SUCCESS"):
        MentionStore.open(tmp_path)


def test_an_unfinished_store_is_refused(kb):
    (kb / "store" / "_SUCCESS").unlink()
    with pytest.raises(ArtifactError, match="store has no _SUCCESS"):
        MentionStore.open(kb)


def test_a_kb_that_is_renewed_is_refused(kb):
    (kb / "_manifest.json").write_text('{"kind": "kb"}')
    with pytest.raises(ArtifactError, match=r"has no _SUCCESS: a run renews it just now, or one did not end"):
        MentionStore.open(kb)
    (kb / "_SUCCESS").touch()
    MentionStore.open(kb)


@pytest.mark.parametrize("kind", ["kb", "corpus"])
def test_another_result_is_refused_by_name(tmp_path, kind):
    (tmp_path / "_manifest.json").write_text(json.dumps({"kind": kind}))
    (tmp_path / "_SUCCESS").touch()
    with pytest.raises(ArtifactError, match=f"is a {kind} without store/"):
        MentionStore.open(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "no store manifest"), ("[]", "no store manifest"), ("{}", "no store manifest"),
     ('{"schema": "store", "schema_version": 0}', "holds store version 0, not store version 1"),
     ('{"schema": "pages", "schema_version": 1}', "holds pages version 1")],
)  # fmt: skip
def test_a_wrong_manifest_is_refused(kb, text, message):
    (kb / "store" / "_manifest.json").write_text(text)
    with pytest.raises(ArtifactError, match=message):
        MentionStore.open(kb)


def test_every_cut_or_missing_file_is_named(kb):
    for path in sorted((kb / "store").iterdir()):
        if path.name.startswith("_") or not path.stat().st_size:
            continue
        whole = path.read_bytes()
        path.write_bytes(whole[:-1])
        with pytest.raises(ArtifactError, match=f"{path.name} has {len(whole) - 1} bytes, not {len(whole)}"):
            MentionStore.open(kb)
        path.unlink()
        with pytest.raises(ArtifactError, match=f"{path.name} is missing"):
            MentionStore.open(kb)
        path.write_bytes(whole)
    MentionStore.open(kb).verify()


def test_a_changed_byte_is_found_by_verify(kb):
    path = kb / "store" / "row_entity.u32"
    damaged = bytearray(path.read_bytes())
    damaged[0] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ArtifactError, match=r"row_entity\.u32 has other bytes"):
        MentionStore.open(kb).verify()


@pytest.mark.parametrize("name", ["surfaces.marisa", "folds.marisa", "titles.marisa", "prefixes.marisa"])
def test_a_trie_that_is_none_is_refused(kb, name):
    path = kb / "store" / name
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(ArtifactError, match=f"{name} is damaged"):
        MentionStore.open(kb)


def test_a_file_that_the_manifest_forgot_is_named(kb):
    path = kb / "store" / "_manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for name in list(manifest["files"]):
        less = {**manifest, "files": {key: value for key, value in manifest["files"].items() if key != name}}
        path.write_text(json.dumps(less), encoding="utf-8")
        with pytest.raises(ArtifactError, match=f"names no file {name}"):
            MentionStore.open(kb)


def _rows(folder: Path) -> list[dict]:
    from pipeline.records.manifest import read_shard

    return [row for path in sorted(folder.glob("*.parquet")) for row in read_shard(path).to_pylist()]
