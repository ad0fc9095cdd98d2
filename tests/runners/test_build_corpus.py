"""The command build_corpus: figures, estimate, errors as sentences."""

import json
from pathlib import Path

import pytest

from tests.support.commands import run_command, run_here
from tests.support.news_dump import corpus_command


def test_it_prints_counts_reasons_topics_and_unknown_templates(dump: Path, tmp_path: Path) -> None:
    found = run_command(corpus_command(dump, tmp_path / "corpus", "--years", "2007-2020", "--workers", "2"))
    assert found.returncode == 0, found.stderr
    for words in ("kept", "not published:developing", "outside years", "location_map", "sports", "Odd thing"):
        assert words in found.stdout, words
    assert "Templates in captions that no table knows: 2\n" in found.stdout
    assert "spoke: pairs that the rule names" in found.stdout
    manifest = json.loads((tmp_path / "corpus" / "_manifest.json").read_text(encoding="utf-8"))
    assert manifest["options"]["years"] == [2007, 2020]
    again = run_here(corpus_command(dump, tmp_path / "corpus", "--years", "2007-2020"))
    assert again.stdout.count("done before") == 4


def test_a_dry_run_builds_nothing(dump: Path, tmp_path: Path) -> None:
    found = run_here(corpus_command(dump, tmp_path / "corpus", "--dry-run"))
    assert found.returncode == 0, found.stderr
    assert "Dry run: nothing was built" in found.stdout
    assert dump.name in found.stdout
    assert not (tmp_path / "corpus").exists()


def test_a_dated_dump_is_found(dump: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dumps" / "enwikinews" / "20210101"
    folder.mkdir(parents=True)
    (folder / dump.name).write_bytes(dump.read_bytes())
    command = corpus_command(dump, tmp_path / "corpus")
    place = command.index("--file")
    command[place : place + 2] = ["--dump", "20210101", "--dump-dir", str(tmp_path / "dumps")]
    found = run_here(command)
    assert found.returncode == 0, found.stderr
    assert "page_props" not in found.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--years", "07-20"], "--years"),
        (["--keep", "blurry"], "--keep got 'blurry'"),
        (["--min-word", "3"], "--min-words"),
        (["--decisions", "none.jsonl"], "no such file"),
        (["--kb", "none"], "no such folder; --kb wants the folder of a finished KB"),
    ],
)
def test_errors_are_sentences(dump: Path, tmp_path: Path, flags: list[str], message: str) -> None:
    found = run_here(corpus_command(dump, tmp_path / "corpus", *flags))
    assert found.returncode in (1, 2)
    assert "Traceback" not in found.stderr
    assert message in found.stderr
    assert not (tmp_path / "corpus").exists()
