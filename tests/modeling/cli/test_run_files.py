"""TREC run files of the command, read as other tools read them."""

import pytest

from modeling.data.ranking import ranking_of
from modeling.retrieval.run_output import run_files
from tests.modeling.cli.commands import results


def test_run_files_go_out_and_stand_for_retrievers(retrieve, tmp_path):
    one = results(retrieve, "--retriever", "prior", "nearest", "--trec", tmp_path / "runs", "--split", "test", "valid")
    written = {path.name for path in (tmp_path / "runs").iterdir()}
    systems = ("nearest", "prior+nearest", "prior")
    assert written == {f"{name}.{split}.run" for name in systems for split in ("test", "valid")} | {
        "test.qrels",
        "valid.qrels",
    }
    whole = tmp_path / "prior.run"
    whole.write_text("".join((tmp_path / "runs" / f"prior.{split}.run").read_text() for split in ("test", "valid")))
    other = results(retrieve, "--retriever", "nearest", "--run", f"mine={whole}", out="again")
    alone = results(retrieve, "--run", f"mine={whole}", out="alone")
    expected = one["splits"]["test"]["systems"]["prior"]["scores"]
    assert other["splits"]["test"]["systems"]["mine"]["scores"] == expected
    assert list(alone["splits"]["test"]["systems"]) == ["mine"]
    assert other["costs"]["mine"]["ms_per_mention"] is None


@pytest.mark.parametrize("method", ["quota", "rrf"])
def test_a_plain_reader_of_run_files_finds_the_recall_of_the_table(retrieve, tmp_path, method):
    found = results(retrieve, "--retriever", "prior", "nearest", "--fuse", method, "--trec", tmp_path)
    gold = dict(line.split()[::2] for line in (tmp_path / "test.qrels").read_text().splitlines())
    assert len(gold) == 16  # no qrels for NIL and for what the catalog lacks, which is missed
    for name, one in found["splits"]["test"]["systems"].items():
        for k in (10, 50, 100):
            file = tmp_path / f"{name}.test.{k}.run"
            file = file if file.exists() else tmp_path / f"{name}.test.run"
            rows = [line.split() for line in file.read_text().splitlines()]
            hits = {row[0] for row in rows if int(row[3]) <= k and gold.get(row[0]) == row[2]}
            assert one["scores"]["recall"][str(k)] == pytest.approx(len(hits) / 17), (name, k)


def test_lists_that_are_ordered_otherwise_for_each_k_have_a_run_file_each():
    long, short = ranking_of([[(1, 3.0), (2, 2.0), (3, 1.0)]], 3), ranking_of([[(2, 2.0), (1, 1.0)]], 2)
    assert run_files({2: long.cut(2), 3: long}) == {"": long}
    assert run_files({2: short, 3: long}) == {".2": short, ".3": long}


def test_short_lists_of_a_run_file_are_told(retrieve, tmp_path):
    (tmp_path / "x.run").write_text("test-000-000 Q0 100 1 2 x\ntest-000-000 Q0 101 2 1 x\n")
    code, out, _ = retrieve("--run", f"mine={tmp_path / 'x.run'}", "--fuse", "none")
    assert code == 0
    line = "mine: its file holds at most 2 candidates of a mention, so R@5, R@10, R@50, R@100 is R@2"
    assert line in out.splitlines()
