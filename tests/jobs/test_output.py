"""Whose output folder it is: no job writes into another's result."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.jobs.images import build_images
from pipeline.jobs.images_options import FetchOptions, ImagesOptions
from pipeline.jobs.kb import build_kb
from pipeline.jobs.kb_options import KbOptions
from pipeline.jobs.output import check_same_source, output_folder
from pipeline.records.errors import InputError, UsageError
from tests.support.news_dump import run_corpus


def result(folder: Path, **manifest: Any) -> Path:
    """A finished folder of which only the manifest matters."""
    folder.mkdir(parents=True)
    (folder / "_manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "_SUCCESS").touch()
    return folder


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("called", ["KB", "corpus", "images"])
@pytest.mark.parametrize("kind", ["kb", "corpus", "images"])
def test_each_job_takes_its_own_folders_only(tmp_path: Path, called: str, kind: str) -> None:
    out = result(tmp_path / "out", kind=kind, wiki="enwikinews", date="20210101")
    if called.lower() == kind:
        with output_folder(out, called) as workspace:
            assert workspace.out == out.resolve()
        return
    words = {"kb": "a KB", "corpus": "a corpus", "images": "images"}
    wanted = f"holds {words[kind]}, and this makes {words[called.lower()]}; give another"
    with pytest.raises(UsageError, match=wanted), output_folder(out, called):
        pass
    assert sorted(listing(out)) == ["_SUCCESS", "_manifest.json"]


@pytest.mark.parametrize(("manifest", "found"), [({"schema": "pairs"}, "one part"), ({"kind": "dataset"}, "a dataset")])
def test_other_folders_with_a_manifest(tmp_path: Path, manifest: dict[str, str], found: str) -> None:
    out = result(tmp_path / "out", **manifest)
    with pytest.raises(UsageError, match=f"holds {found}"), output_folder(out, "corpus"):
        pass


def test_a_corpus_and_a_kb_of_one_wiki_and_date_stay_apart(dump: Path, tmp_path: Path) -> None:
    corpus = run_corpus(dump, tmp_path / "corpus").out
    before = listing(corpus)
    with pytest.raises(UsageError, match="holds a corpus, and this makes a KB"):
        build_kb(KbOptions(out=corpus, files=(dump,)))
    assert listing(corpus) == before
    kb = build_kb(KbOptions(out=tmp_path / "kb", files=(dump,))).out
    before = listing(kb)
    with pytest.raises(UsageError, match="holds a KB, and this makes a corpus"):
        run_corpus(dump, kb)
    assert listing(kb) == before


def test_the_images_of_another_corpus_stay(dump: Path, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    corpus = run_corpus(dump, tmp_path / "corpus").out
    options = ImagesOptions(tmp_path / "images", corpus=corpus, fetch=FetchOptions(source_dir=tmp_path / "files"))
    build_images(options)
    manifest = json.loads((tmp_path / "images" / "_manifest.json").read_text(encoding="utf-8"))
    assert (manifest["of"], manifest["wiki"], manifest["date"]) == ("pairs", "enwikinews", "20210101")
    other = tmp_path / dump.name.replace("20210101", "20220101")
    other.write_bytes(dump.read_bytes())
    later = run_corpus(other, tmp_path / "later").out
    before = listing(tmp_path / "images")
    with pytest.raises(
        UsageError, match=r"images of the pairs of enwikinews, 20210101, and .* of enwikinews, 20220101"
    ):
        build_images(ImagesOptions(tmp_path / "images", corpus=later, fetch=options.fetch))
    assert listing(tmp_path / "images") == before


@pytest.mark.parametrize("key", ["of", "wiki", "date"])
def test_what_an_older_manifest_does_not_say_is_not_held_against_it(tmp_path: Path, key: str) -> None:
    source = result(tmp_path / "corpus", kind="corpus", wiki="enwikinews", date="20210101")
    same = {"of": "pairs", "wiki": "enwikinews", "date": "20210101"}
    assert check_same_source(result(tmp_path / "a", **same), "pairs", source) == same
    check_same_source(result(tmp_path / "b", **{name: same[name] for name in same if name != key}), "pairs", source)
    with pytest.raises(UsageError, match="give another folder"):
        check_same_source(result(tmp_path / "c", **{**same, key: "x"}), "pairs", source)


def test_what_a_run_began_is_known_though_it_did_not_end(dump: Path, tmp_path: Path) -> None:
    cut = tmp_path / dump.name
    cut.write_bytes(dump.read_bytes()[:-200])
    out = tmp_path / "out"
    with pytest.raises(InputError, match="the file ends inside"):
        run_corpus(cut, out)
    before = listing(out)
    assert "_manifest.json" not in before
    with pytest.raises(UsageError, match="holds a corpus, and this makes a KB"):
        build_kb(KbOptions(out=out, files=(dump,)))
    later = tmp_path / dump.name.replace("20210101", "20220101")
    later.write_bytes(dump.read_bytes())
    with pytest.raises(UsageError, match="the corpus of enwikinews, 20210101, and this is enwikinews, 20220101"):
        run_corpus(later, out)
    kept = listing(out)
    assert {name: kept[name] for name in before if "cache" not in name} == {
        name: text for name, text in before.items() if "cache" not in name
    }
    assert run_corpus(dump, out).out == out
