"""A data set made ready for others: read back by those who would read it."""

import hashlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from annotation.__main__ import main
from annotation.gold_dataset import read_rows, write_rows
from annotation.pairs_source import read_source
from annotation.project import read_secrets, write_secrets
from annotation.publishing.licences import hub_licences, licence_url
from annotation.publishing.release import published_splits
from annotation.publishing.yaml_head import yaml_text
from annotation.store import Store
from pipeline.records.corpus_schemas import NEWS_ARTICLES
from pipeline.records.dataset import DatasetMention, Pair
from pipeline.records.errors import UsageError
from pipeline.records.images_schemas import IMAGES
from tests.support.commands import call_main
from tests.support.projects import corpus_pair, write_artifact, write_corpus

ROOT = Path(__file__).parents[2]
# Neither is imported here: both change how a whole process logs.
with_datasets = pytest.mark.skipif(find_spec("datasets") is None, reason="needs the package datasets")
with_mlcroissant = pytest.mark.skipif(find_spec("mlcroissant") is None, reason="needs the package mlcroissant")
LOADING = """
import json, sys, datasets
for config in datasets.get_dataset_config_names(sys.argv[1]):
    found = datasets.load_dataset(sys.argv[1], config)
    print(json.dumps([config, {name: part.to_list() for name, part in found.items()}]))
"""

VALIDATING = """
import json, sys, mlcroissant
found = mlcroissant.Dataset(jsonld=sys.argv[1])
issues = found.metadata.issues
row = next(iter(found.records("mentions_test")))
plain = lambda one: one.decode() if isinstance(one, bytes) else [plain(each) for each in one] if isinstance(one, list) else one
row = {name: plain(one) for name, one in row.items()}
sets = [one.name for one in found.metadata.record_sets]
print(json.dumps({"issues": sorted(issues.errors | issues.warnings), "sets": sets, "row": row}))
"""


def card(capsys, *words) -> tuple[int, str, str]:
    return call_main(main, capsys, "card", *words)


def pair(number: int, split: str = "train", **more) -> Pair:
    told = {
        "pair_id": f"{number:016x}", "split": split, "article_id": number, "article_title": f"Article {number}",
        "date": "2010-05-01", "topic": "Sports", "caption": f"Lions number {number} 🦁 at é", "image_id": f"{number:x}",
        "image_url": f"https://example.org/{number}.jpg", "sha256": None, "perceptual_hash": None, "credit": None,
        "licence": "CC BY 2.5", "source_key": str(number),
    }  # fmt: skip
    return Pair(**told | more)


def mention(one: Pair, **more) -> DatasetMention:
    told = {
        "mention_id": f"{one.pair_id}-000", "pair_id": one.pair_id, "split": one.split, "caption": one.caption,
        "surface": "Lions", "start": 0, "end": 5, "type": "Organization", "entity_id": 7, "entity": "Detroit Lions",
        "qid": "Q1", "is_nil": False, "topic": one.topic, "image_id": one.image_id, "visual_clues": ("object",),
        "ambiguity": 9, "provenance": "gold:agreed",
    }  # fmt: skip
    return DatasetMention(**told | more)


def write_set(folder: Path, pairs: list[Pair], mentions: list[DatasetMention] | None = None) -> Path:
    folder.mkdir()
    rows = [mention(one) for one in pairs] if mentions is None else mentions
    told = {"source": {"kind": "corpus", "name": "x", "sha256": "0f"}, "guidelines": "g1", "title_policy": "include"}
    write_rows(folder, pairs, rows, told)
    return folder


def head_of(folder: Path) -> dict:
    return yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])


@pytest.fixture
def small(tmp_path) -> Path:
    return write_set(tmp_path / "news", [pair(1), pair(2, "valid"), pair(3, "test"), pair(4)])


def read_by_datasets(folder: Path, cache: Path) -> dict:
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(cache), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    call = [sys.executable, "-c", LOADING, str(folder)]
    done = subprocess.run(call, env={**os.environ, **quiet}, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return dict(map(json.loads, done.stdout.splitlines()))


@with_datasets
def test_the_datasets_package_reads_every_row_of_every_split(small, tmp_path, capsys):
    assert card(capsys, small, "--out", tmp_path / "out")[0] == 0
    found = read_by_datasets(tmp_path / "out", tmp_path / "cache")
    pairs, mentions = read_rows(small)
    assert list(found) == ["mentions", "pairs"]
    assert list(found["pairs"]) == ["train", "validation", "test"]
    for rows, kept in ((found["pairs"], pairs), (found["mentions"], mentions)):
        told = [{name: getattr(row, name) for name in row.__slots__} for row in kept]
        read = sorted((row for part in rows.values() for row in part), key=lambda row: list(map(str, row.values())))
        assert read == sorted(json.loads(json.dumps(told)), key=lambda row: list(map(str, row.values())))


@with_datasets
def test_columns_without_a_value_and_splits_without_a_mention_keep_their_types(tmp_path, capsys):
    pairs = [pair(1, topic=None, image_id=None, image_url=None), pair(2, "test")]
    nil = mention(pairs[0], entity=None, entity_id=None, is_nil=True, visual_clues=None, ambiguity=None)
    folder = write_set(tmp_path / "odd", pairs, [nil])
    assert card(capsys, folder)[0] == 0
    found = read_by_datasets(folder, tmp_path / "cache")
    assert list(found["mentions"]) == ["train"]
    assert list(found["pairs"]) == ["train", "test"]
    assert found["mentions"]["train"][0]["visual_clues"] is None


def read_by_mlcroissant(folder: Path) -> subprocess.CompletedProcess:
    call = [sys.executable, "-c", VALIDATING, str(folder / "croissant.json")]
    return subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)


@with_mlcroissant
def test_croissant_is_valid_and_gives_the_rows_back(small, capsys):
    assert (
        card(capsys, small, "--published", "2021-06-01", "--cite", "Cite", "--url", "https://example.org/news")[0] == 0
    )
    done = read_by_mlcroissant(small)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["issues"] == []
    assert found["sets"] == [
        f"{name}_{split}" for name in ("mentions", "pairs") for split in ("train", "validation", "test")
    ]
    row = found["row"]
    assert row["mentions_test/caption"] == "Lions number 3 🦁 at é"
    assert (row["mentions_test/start"], row["mentions_test/end"]) == (0, 5)
    assert row["mentions_test/visual_clues"] == ["object"]


@with_mlcroissant
def test_every_file_has_its_digest_and_a_wrong_description_is_refused(small, capsys):
    card(capsys, small)
    told = json.loads((small / "croissant.json").read_text(encoding="utf-8"))
    for one in told["distribution"]:
        assert hashlib.sha256((small / one["contentUrl"]).read_bytes()).hexdigest() == one["sha256"]
    told["recordSet"][0]["field"][0]["dataType"] = "sc:Nonsense"
    (small / "croissant.json").write_text(json.dumps(told), encoding="utf-8")
    done = read_by_mlcroissant(small)
    assert done.returncode == 1
    assert "ValidationError" in done.stderr


def test_the_head_says_licences_sizes_and_files(small, capsys):
    card(capsys, small, "--language", "en", "de", "--name", "News: 1")
    head = head_of(small)
    assert head["license"] == ["cc-by-2.5"]
    assert head["language"] == ["en", "de"]
    assert head["pretty_name"] == "News: 1"
    assert head["size_categories"] == ["n<1K"]
    assert [one["config_name"] for one in head["configs"]] == ["mentions", "pairs"]
    for config in head["configs"]:
        for one in config["data_files"]:
            assert len(list(small.glob(one["path"]))) == 1
    info = {one["config_name"]: one for one in head["dataset_info"]}
    assert [(one["name"], one["num_examples"]) for one in info["pairs"]["splits"]] == [
        ("train", 2), ("validation", 1), ("test", 1)
    ]  # fmt: skip
    for name, one in info.items():
        schema = pq.read_schema(small / f"data/{name}/train-00000-of-00001.parquet")
        assert [column["name"] for column in one["features"]] == schema.names


def test_the_same_data_set_gives_the_same_bytes_and_old_files_go(small, tmp_path, capsys):
    card(capsys, small, "--out", tmp_path / "a")
    card(capsys, small, "--out", tmp_path / "b", "--name", "news")
    first = {path.relative_to(tmp_path / "a"): path.read_bytes() for path in (tmp_path / "a").rglob("*.*")}
    second = {path.relative_to(tmp_path / "b"): path.read_bytes() for path in (tmp_path / "b").rglob("*.*")}
    assert first == second
    write_rows(small, [pair(1)], [mention(pair(1))], {})
    assert card(capsys, small, "--out", tmp_path / "a")[0] == 0
    assert not list((tmp_path / "a").rglob("test-*.parquet"))


def test_a_data_set_that_changes_loses_the_card_beside_it(small, capsys):
    assert card(capsys, small)[0] == 0
    write_rows(small, [pair(1)], [mention(pair(1))], {})
    assert not (small / "README.md").exists()
    assert not (small / "data").exists()


def test_one_split_is_published_as_train(tmp_path, capsys):
    folder = write_set(tmp_path / "one", [pair(1, "all")])
    assert card(capsys, folder)[0] == 0
    assert [path.name for path in (folder / "data/pairs").iterdir()] == ["train-00000-of-00001.parquet"]
    assert "`train` holds what is `all` in the column" in (folder / "README.md").read_text(encoding="utf-8")
    assert published_splits(["test", "valid", "train", "hard"]) == {
        "train": "train", "validation": "valid", "test": "test", "hard": "hard"
    }  # fmt: skip
    with pytest.raises(UsageError, match="rename one of them"):
        published_splits(["all", "train"])
    with pytest.raises(UsageError, match="rename new-york"):
        published_splits(["new-york"])


def images(folder: Path, rights: dict[str, tuple[str | None, bool | None]]) -> Path:
    rows = []
    for key, (licence, is_free) in rights.items():
        row = {column.name: None if column.nullable else 0 for column in IMAGES.columns}
        row |= {column.name: "" for column in IMAGES.columns if str(column.type) == "string" and not column.nullable}
        row |= {
            "image_id": key,
            "outcome": "ok",
            "file_title": f"{key}\tx.jpg",
            "is_video": False,
            "is_override": False,
        }
        rows.append(row | {"licence": licence, "author": "Ann\nLee", "redistributable": is_free})
    write_artifact(folder / "images", IMAGES, rows)
    return folder


def test_every_image_and_article_is_attributed(small, tmp_path, capsys):
    folder = images(tmp_path / "pictures", {"1": ("CC BY-SA 4.0", True), "2": (None, None)})
    code, out, _ = card(capsys, small, "--images", folder)
    assert code == 0
    assert out.splitlines()[-1].split() == ["images", "without", "a", "known", "licence", "3"]
    lines = (small / "ATTRIBUTION").read_text(encoding="utf-8").splitlines()
    assert "Article 3\tCC BY 2.5" in lines
    assert "1\t1 x.jpg\tAnn Lee\tCC BY-SA 4.0\tyes\tunknown" in lines
    assert "3\thttps://example.org/3.jpg\tunknown\tunknown\tunknown\tunknown" in lines
    licences = (small / "LICENSES").read_text(encoding="utf-8")
    assert "4\tCC BY 2.5\thttps://creativecommons.org/licenses/by/2.5/\n" in licences
    assert "1\tCC BY-SA 4.0\thttps://creativecommons.org/licenses/by-sa/4.0/\n" in licences


def test_only_what_may_be_passed_on(small, tmp_path, capsys):
    folder = images(
        tmp_path / "pictures", {"1": ("CC0", True), "2": ("CC0", True), "3": ("fair use", False), "4": (None, None)}
    )
    code, _, error = card(capsys, small, "--images", folder, "--redistributable-only")
    assert (code, "needs --out" in error) == (2, True)
    assert card(capsys, small, "--images", folder, "--redistributable-only", "--out", tmp_path / "out")[0] == 0
    kept = pq.read_table(tmp_path / "out/data/pairs", partitioning=None)
    assert sorted(kept["pair_id"].to_pylist()) == [f"{1:016x}", f"{2:016x}"]
    assert sorted(pq.read_table(tmp_path / "out/data/mentions", partitioning=None)["pair_id"].to_pylist()) == [
        f"{1:016x}", f"{2:016x}"
    ]  # fmt: skip
    code, _, error = card(capsys, small, "--redistributable-only", "--out", tmp_path / "none")
    assert (code, "no pair is left" in error) == (2, True)


def test_words_of_others_stay_words_in_the_card(tmp_path, capsys):
    one = pair(1, topic="a|b\n# [x](http://evil) <script>", licence="CC BY 2.5\n---\n", article_title="t\tu")
    folder = write_set(tmp_path / "odd", [one])
    assert card(capsys, folder, "--name", 'x: "y"\n---\n# z')[0] == 0
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert head_of(folder)["pretty_name"] == 'x: "y"\n---\n# z'
    body = text.split("---\n", 2)[2]
    assert "<script" not in body
    assert "](http://evil)" not in body
    assert "\n# [" not in body
    assert "a\\|b" in body


def test_nothing_of_persons_is_published(tmp_path, capsys):
    project, folder = tmp_path / "p", tmp_path / "set"
    assert main(["simulate", str(project), "--synthetic", "60", "--annotators", "4", "--seed", "3"]) == 0
    secrets = read_secrets(project)
    write_secrets(project, {name: {**one, "name": f"Zebediah Q. {name}"} for name, one in secrets.items()})
    assert main(["simulate", str(project), "--experts"]) == 0
    assert main(["gold", str(project), "--out", str(folder)]) == 0
    assert main(["split", str(folder), "--out", str(folder)]) == 0
    capsys.readouterr()
    assert card(capsys, folder, "--out", tmp_path / "out")[0] == 0
    hidden = {one["token"] for one in secrets.values()} | {"Zebediah", str(project), project.name + "/"}
    hidden |= {*secrets, "duration", "secrets", "times"}
    hidden |= {str(answer.duration_s) for answer in Store(project).answers() if answer.duration_s is not None}
    published = "".join(
        str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text(encoding="utf-8")
        for path in sorted((tmp_path / "out").rglob("*"))
        if path.is_file()
    )
    import re

    words = set(re.findall(r"[\w.-]+", published))
    assert "gold:agreed" in published
    assert {one for one in hidden if one in words} == set()
    assert "Zebediah" not in published
    assert all(one["token"] not in published for one in secrets.values())


def test_a_folder_of_something_else_is_left_alone(small, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    code, _, error = card(capsys, small, "--out", tmp_path / "mine")
    assert (code, "holds other things" in error) == (2, True)
    code, _, error = card(capsys, small, "--out", tmp_path / "mine/thesis.txt")
    assert (code, "is a file" in error) == (2, True)
    code, _, error = card(capsys, tmp_path / "mine", "--out", tmp_path / "out")
    assert (code, "does not exist" in error) == (1, True)
    code, _, error = card(capsys, write_set(tmp_path / "bare", [pair(1)], []))
    assert (code, "has no mentions" in error) == (2, True)
    code, _, error = card(capsys, small, "--published", "yesterday")
    assert (code, "as 2021-06-01" in error) == (2, True)


def test_licences_have_the_names_that_others_use():
    assert hub_licences(["CC BY 2.5", "CC BY-SA 4.0", "Public domain"]) == ["cc-by-2.5", "cc-by-sa-4.0", "other"]
    assert hub_licences([]) == ["unknown"]
    assert hub_licences(["CC BY 9.9"]) == ["other"]
    assert licence_url("cc-by-sa 3.0") == "https://creativecommons.org/licenses/by-sa/3.0/"
    assert licence_url("Public domain").endswith("/mark/1.0/")
    assert licence_url("GFDL") is None


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b": "x", "c": [], "d": {}, "e": None, "f": True},
        {"a": ["no", "1", "null", "- x", "é🦁", "a: b", '"']},
        {"a": [{"b": [{"c": 1}, {"c": 2, "d": ["x"]}], "e": {"f": "g"}}, "h"]},
    ],
)
def test_yaml_reads_what_was_meant(value):
    assert yaml.safe_load(yaml_text(value)) == value


def test_pairs_of_a_corpus_keep_the_licence_of_their_article(tmp_path):
    folder = write_corpus(tmp_path / "corpus", [corpus_pair(1, "one"), corpus_pair(2, "two", article=2)])
    rows = [
        {"article_id": number, "title": f"A {number}", "date": None, "date_evidence": "", "status": "published",
         "categories": [], "topic": "", "topic_evidence": "", "revision_id": None, "url": "", "licence": licence}
        for number, licence in ((1, "CC BY 2.5"), (2, ""))
    ]  # fmt: skip
    assert [one.licence for one in read_source(folder).pairs] == [None, None]
    write_artifact(folder / "articles", NEWS_ARTICLES, rows)
    assert [one.licence for one in read_source(folder).pairs] == ["CC BY 2.5", None]
