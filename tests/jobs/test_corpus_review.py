"""The review loop: queue, decisions, the next queue; no line of a person is ever lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.records.errors import UsageError
from pipeline.records.manifest import heal
from tests.support.commands import run_here
from tests.support.news_dump import corpus_command, corpus_digests, run_corpus

VERDICT = {"decision": "keep", "reason": "seen", "reviewer": "otter-1"}


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def fill(queue: Path, path: Path, n: int, **changes: str) -> str:
    """Decide the first `n` lines of a queue; the text."""
    rows = [row | VERDICT | changes if i < n else row for i, row in enumerate(lines_of(queue))]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("place", ["review/queue.jsonl", "review/mine.jsonl", "../corpus/review/queue.jsonl"])
def test_decisions_inside_the_review_folder_are_refused(dump: Path, corpus: Path, place: str) -> None:
    text = fill(corpus / "review" / "queue.jsonl", corpus / place, 4)
    before = corpus_digests(corpus)
    with pytest.raises(UsageError, match=r"copy it beside the corpus \(cp .*decisions\.jsonl\)"):
        run_corpus(dump, corpus, decisions=corpus / place)
    assert corpus_digests(corpus) == before
    assert (corpus / place).read_text(encoding="utf-8") == text


def test_the_command_refuses_and_the_copy_does_the_same_twice(dump: Path, corpus: Path, tmp_path: Path) -> None:
    queue = corpus / "review" / "queue.jsonl"
    fill(queue, tmp_path / "decisions.jsonl", 4)
    found = run_here(corpus_command(dump, corpus, "--decisions", str(queue)))
    assert found.returncode == 2
    assert "copy it beside the corpus" in found.stderr
    digests = []
    for _ in range(2):
        result = run_corpus(dump, corpus, decisions=tmp_path / "decisions.jsonl")
        assert result.counts["decided to keep"] == 4
        assert result.warnings == ()
        digests.append(corpus_digests(corpus))
    assert digests[0] == digests[1]
    applied = (corpus / "review" / "decisions.jsonl").read_bytes()
    assert applied == (tmp_path / "decisions.jsonl").read_bytes()
    assert lines_of(queue) == []


@pytest.mark.parametrize("change", [{"years": (2007, 2020)}, {"keep": ("unknown_template",)}, {"min_words": 4}])
def test_a_filled_queue_outlives_any_other_option(dump: Path, corpus: Path, change: dict[str, Any]) -> None:
    queue = corpus / "review" / "queue.jsonl"
    text = fill(queue, queue, 2)
    result = run_corpus(dump, corpus, **change)
    kept = corpus / "review" / "queue.filled-1.jsonl"
    assert kept.read_text(encoding="utf-8") == text
    assert [warning for warning in result.warnings if str(kept) in warning and "2 filled-in lines" in warning]
    assert not any(row["decision"] for row in lines_of(queue))
    again = run_corpus(dump, corpus)
    assert kept.read_text(encoding="utf-8") == text
    assert not (corpus / "review" / "queue.filled-2.jsonl").exists()
    assert any(str(kept) in warning for warning in again.warnings)


def test_a_second_filled_queue_gets_the_next_number(dump: Path, corpus: Path) -> None:
    queue = corpus / "review" / "queue.jsonl"
    first = fill(queue, queue, 1)
    run_corpus(dump, corpus, min_words=4)
    second = fill(queue, queue, 1, decision="drop")
    run_corpus(dump, corpus)
    texts = [(corpus / "review" / f"queue.filled-{n}.jsonl").read_text(encoding="utf-8") for n in (1, 2)]
    assert texts == [first, second]


def test_a_filled_queue_that_nothing_touches_is_told_of(dump: Path, corpus: Path) -> None:
    queue = corpus / "review" / "queue.jsonl"
    text = fill(queue, queue, 3)
    result = run_corpus(dump, corpus)
    assert all(report.was_done for report in result.reports)
    assert queue.read_text(encoding="utf-8") == text
    assert any("3 filled-in lines" in warning for warning in result.warnings)


def test_a_queue_whose_lines_all_came_is_not_kept(dump: Path, corpus: Path, tmp_path: Path) -> None:
    queue = corpus / "review" / "queue.jsonl"
    fill(queue, queue, 2)
    (tmp_path / "decisions.jsonl").write_bytes(queue.read_bytes())
    result = run_corpus(dump, corpus, decisions=tmp_path / "decisions.jsonl")
    assert result.warnings == ()
    assert sorted(path.name for path in (corpus / "review").iterdir()) == ["_SUCCESS", "decisions.jsonl", "queue.jsonl"]
    assert len(lines_of(queue)) == result.counts["in review"] == 2


@pytest.mark.parametrize("line", ['{"pair_id": "half', '{"decision": "keep"}', "keep it", '["x"]'])
def test_a_line_that_cannot_be_read_is_a_persons(dump: Path, corpus: Path, line: str) -> None:
    queue = corpus / "review" / "queue.jsonl"
    queue.write_text(queue.read_text("utf-8") + line + "\n", encoding="utf-8")
    run_corpus(dump, corpus, min_words=4)
    assert (corpus / "review" / "queue.filled-1.jsonl").read_text("utf-8").endswith(line + "\n")


def test_decisions_that_a_run_is_not_given_again_are_kept(dump: Path, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    text = fill(corpus / "review" / "queue.jsonl", path, 2)
    run_corpus(dump, corpus, decisions=path)
    (corpus / "review" / "notes.txt").write_text("mine", encoding="utf-8")
    result = run_corpus(dump, corpus)
    kept = corpus / "review" / "decisions.earlier-1.jsonl"
    assert kept.read_text(encoding="utf-8") == text
    assert any(str(kept) in warning for warning in result.warnings)
    assert not (corpus / "review" / "decisions.jsonl").exists()
    assert (corpus / "review" / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert run_corpus(dump, corpus, decisions=path).warnings == ()


def test_a_lost_copy_of_the_decisions_is_made_again(dump: Path, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    fill(corpus / "review" / "queue.jsonl", path, 2)
    run_corpus(dump, corpus, decisions=path)
    (corpus / "review" / "decisions.jsonl").unlink()
    result = run_corpus(dump, corpus, decisions=path)
    assert [report.name for report in result.reports if not report.was_done] == ["report"]
    assert (corpus / "review" / "decisions.jsonl").read_bytes() == path.read_bytes()


def test_what_a_killed_run_had_set_aside_comes_back(dump: Path, corpus: Path) -> None:
    queue = corpus / "review" / "queue.jsonl"
    text = fill(queue, queue, 1)
    (corpus / "review").rename(corpus / ".review.old")
    heal(corpus)
    assert queue.read_text(encoding="utf-8") == text
    (corpus / "review").rename(corpus / ".review.old")
    run_corpus(dump, corpus, min_words=4)
    assert (corpus / "review" / "queue.filled-1.jsonl").read_text(encoding="utf-8") == text


def test_decisions_with_a_byte_order_mark(dump: Path, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    fill(corpus / "review" / "queue.jsonl", path, 4)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert run_corpus(dump, corpus, decisions=path).counts["decided to keep"] == 4


def test_no_pair_is_said_with_the_reasons(dump: Path, tmp_path: Path) -> None:
    found = run_here(corpus_command(dump, tmp_path / "corpus", "--years", "1999"))
    assert found.returncode == 0
    assert "warning: the corpus holds no pair: of 5 articles 0 were taken" in found.stderr
    assert "outside years: 4" in found.stderr
