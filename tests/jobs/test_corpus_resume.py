"""Corpus runs that were killed or asked for something else go on where they stopped."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.records.errors import LockedError
from tests.support.commands import kill, run_command, run_here, start, start_and_kill, wait_for
from tests.support.news_dump import (
    corpus_command,
    corpus_digests,
    many_news_pages,
    run_corpus,
    write_news_dump,
)
from tests.support.shared import built_once

STAGES = ("extract", "compact", "clean", "report")


@pytest.fixture(scope="module")
def big_dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of 2,000 articles in 100 streams: killing a run takes a moment."""

    def make(folder: Path) -> None:
        write_news_dump(folder, many_news_pages(400), pages_a_stream=20)

    return next(built_once(tmp_path_factory, "big-news", make).iterdir())


@pytest.fixture(scope="module")
def undisturbed(big_dump: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Digests of a run that nobody disturbs."""
    out = tmp_path_factory.mktemp("undisturbed") / "corpus"
    assert len(run_corpus(big_dump, out).counts) > 5
    return corpus_digests(out)


def is_begun(out: Path, stage: str) -> bool:
    """Whether a stage works; for extract, whether some of its units are finished."""
    if stage == "extract":
        return len([*out.glob(".staging/extract-*/_units/[!.]*.json")]) >= 2
    return any(out.glob(f".staging/{stage}-*"))


@pytest.fixture(scope="module")
def killed(big_dump: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run of two workers left that was killed in every stage, one after the other: a folder for each stage."""

    def make(folder: Path) -> None:
        out = folder / "corpus"
        command = corpus_command(big_dump, out, "--workers", "2")
        for stage in STAGES:
            start_and_kill(command, lambda stage=stage: is_begun(out, stage))
            shutil.copytree(out, folder / stage)

    return built_once(tmp_path_factory, "corpus-killed", make)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_killed_in_a_stage_resumes_to_the_same_bytes(
    big_dump: Path, killed: Path, tmp_path: Path, undisturbed: dict[str, str], stage: str
) -> None:
    out = Path(shutil.copytree(killed / stage, tmp_path / "corpus"))
    assert not (out / "_SUCCESS").exists()
    result = run_corpus(big_dump, out)
    assert corpus_digests(out) == undisturbed
    was_done = {report.name: report.was_done for report in result.reports}
    done_before = STAGES[: STAGES.index(stage)]
    assert [name for name in done_before if not was_done[name]] == []
    assert not was_done[stage]


@pytest.mark.slow
def test_killed_and_run_again_as_a_command(big_dump: Path, tmp_path: Path, undisturbed: dict[str, str]) -> None:
    out = tmp_path / "corpus"
    command = corpus_command(big_dump, out)
    start_and_kill(command, lambda: is_begun(out, "extract"))
    assert run_command(command).returncode == 0
    assert corpus_digests(out) == undisturbed


@pytest.mark.slow
def test_ranges_of_another_size_do_not_mix(
    big_dump: Path, killed: Path, tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    out = Path(shutil.copytree(killed / "extract", tmp_path / "corpus"))
    run_corpus(big_dump, out, range_bytes=1 << 14)
    assert corpus_digests(out) == undisturbed


@pytest.mark.slow
def test_second_live_run_is_refused(big_dump: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    process = start(corpus_command(big_dump, out))
    wait_for(process, lambda: is_begun(out, "extract"))
    with pytest.raises(LockedError, match=str(process.pid)):
        run_corpus(big_dump, out)
    kill(process)


def ran(result: Any) -> list[str]:
    return [report.name for report in result.reports if not report.was_done]


def test_a_finished_corpus_is_left_alone(dump: Path, corpus: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in corpus.glob("[!._]*/*")}
    assert ran(run_corpus(dump, corpus)) == []
    assert {path: path.stat().st_mtime_ns for path in corpus.glob("[!._]*/*")} == before


@pytest.mark.parametrize(
    "change",
    [
        {"years": (2007, 2011)},
        {"states": ("published", "unmarked")},
        {"min_words": 5},
        {"keep": ("icon",)},
        {"redistributable_only": True},
    ],
)
def test_a_change_of_the_cleaning_reruns_clean_and_report(dump: Path, corpus: Path, change: dict[str, Any]) -> None:
    before = corpus_digests(corpus)
    articles = {path: path.stat().st_mtime_ns for path in corpus.glob("articles/*")}
    assert ran(run_corpus(dump, corpus, **change)) == ["clean", "report"]
    assert {path: path.stat().st_mtime_ns for path in corpus.glob("articles/*")} == articles
    assert ran(run_corpus(dump, corpus)) == ["clean", "report"]
    assert corpus_digests(corpus) == before


def test_new_decisions_rerun_clean_and_report(dump: Path, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    shutil.copy(corpus / "review" / "queue.jsonl", path)
    assert ran(run_corpus(dump, corpus, decisions=path)) == ["clean", "report"]
    path.write_text(path.read_text("utf-8").replace('"decision": ""', '"decision": "drop"').replace('"reason": ""', '"reason": "x"').replace('"reviewer": ""', '"reviewer": "a"'))  # fmt: skip
    result = run_corpus(dump, corpus, decisions=path)
    assert ran(result) == ["clean", "report"]
    assert result.counts["in review"] == 0
    assert ran(run_corpus(dump, corpus, decisions=path)) == []


def test_a_limit_reruns_everything(dump: Path, corpus: Path) -> None:
    assert ran(run_corpus(dump, corpus, limit_pages=3)) == list(STAGES)


@pytest.mark.parametrize("lost", ["funnel.json", "funnel.html", "review/queue.jsonl"])
def test_a_lost_report_is_made_again(dump: Path, corpus: Path, lost: str) -> None:
    before = corpus_digests(corpus)
    (corpus / lost).unlink()
    assert ran(run_corpus(dump, corpus)) == ["report"]
    assert corpus_digests(corpus) == before


def test_a_damaged_shard_is_made_again(dump: Path, corpus: Path) -> None:
    before = corpus_digests(corpus)
    shard = min(corpus.glob("pairs/*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-8])
    assert ran(run_corpus(dump, corpus)) == ["clean"]
    assert corpus_digests(corpus) == before


def test_another_dump_and_another_folder_are_refused(dump: Path, corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "enwikinews-20220101-pages-articles-multistream.xml.bz2"
    shutil.copy(dump, other)
    command = run_here(corpus_command(other, corpus))
    assert command.returncode == 2
    assert "holds the corpus of enwikinews, 20210101" in command.stderr
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    command = run_here(corpus_command(dump, tmp_path / "mine"))
    assert command.returncode == 2
    assert "no corpus" in command.stderr
