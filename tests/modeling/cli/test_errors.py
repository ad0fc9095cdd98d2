"""What a user does wrong is said in one sentence."""

import pytest

from modeling.retrieval import registry
from modeling.retrieval.run_output import run_lock
from tests.modeling.cli.commands import run


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--retriever", "clip"), 2, "the retriever clip wants a model (--model clip=FOLDER)"),
        (("--retriever", "clip", "--model", "clip=x"), 2, "the retriever clip wants pictures (--images DIR)"),
        (("--retriever", "ghost"), 2, "not part of this version"),
        (("--retriever", "foreign"), 2, "wants the package no_such_package_at_all"),
        (("--retriever", "priro"), 2, "'priro' is no retriever; did you mean prior?"),
        (("--retriever", "zzzz"), 2, "known: prior, tfidf"),
        (("--retriever", "prior", "all"), 2, "--retriever takes names or all, not both"),
        (("--retriever", "prior", "--option", "prior.deepest=deeper"), 2, "deepest is 'deeper'"),
        (("--retriever", "nearest", "--option", "nearest.lmit=2"), 2, "no option lmit"),
        (("--retriever", "nearest", "--option", "limit=2"), 2, "--option limit=2 should be NAME.key=value"),
        (("--retriever", "nearest", "--option", "nearest.limit"), 2, "--option 'nearest.limit' should be NAME=VALUE"),
        (("--retriever", "nearest", "--option", "nearest.a=1", "nearest.a=2"), 2, "--option names nearest.a twice"),
        (("--retriever", "nearest", "--option", "neares.limit=2"), 2, "did you mean nearest?"),
        (("--retriever", "prior", "--model", "prio=x"), 2, "did you mean prior?"),
        (("--retriever", "prior", "--split", "tset"), 2, "no split 'tset' (--split); it has test, train, valid"),
        (("--retriever", "prior", "--dev-split", "x"), 2, "no split 'x' (--dev-split)"),
        (("--retriever", "prior", "nearest", "--combine", "prior"), 2, "should join two or more"),
        (("--retriever", "prior", "nearest", "--combine", "prior+clip"), 2, "'clip' is not among the retrievers"),
        (("--combine", "prior+clip", "--retriever", "all"), 2, "clip was skipped or is not in this run"),
        (("--retriever", "prior", "--write", "nearest"), 2, "--write 'nearest' is no system of this run; there are prior"),
        (("--retriever", "prior", "--quota", "prior=80", "--fuse", "rrf"), 2, "--quota goes with --fuse quota"),
        (("--retriever", "prior", "nearest", "--quota", "prior=-1"), 2, "--quota prior=-1 should be a number, 0 or more"),
        (("--retriever", "prior", "nearest", "--quota", "prior=0"), 2, "--quota: values are 0 or more and not all 0"),
        (("--retriever", "prior", "nearest", "--quota", "prior=8", "neares=2"), 2, "--quota neares: no list of this run"),
        (("--retriever", "prior", "nearest", "--fuse", "rrf", "--option", "rrf.clip=2"), 2, "--option rrf.clip: no list"),
        (("--retriever", "prior", "--option", "rrf.k=10"), 2, "--option rrf.… goes with --fuse rrf"),
        (("--retriever", "prior", "--fuse", "rrf", "--option", "rrf.k=no"), 2, "--option rrf.k=no should be a number"),
        (("--retriever", "prior", "--fuse", "linear", "--option", "linear.D=1"), 2, "linear has only the option C"),
        (("--retriever", "prior", "--fuse", "linear", "--option", "linear.C=0"), 2, "linear.C should be above 0"),
        (("--retriever", "prior", "--fuse", "quotas"), 2, "did you mean quota?"),
        (("--retriever", "prior", "--k", "0"), 2, "'0' should be a whole number, 1 or more"),
        (("--retriever", "prior", "--draws", "-1"), 2, "'-1' should be a whole number, 0 or more"),
        (("--retriever", "prior", "--kk", "3"), 2, "unknown flag --kk; did you mean --k"),
        (("--retriever", "prior", "--split-file", "x"), 2, "--split-file goes with --wikidiverse"),
        (("--retriever", "prior", "--wikidiverse", "x"), 2, "--dataset does not go with --wikidiverse"),
        (("--retriever", "prior", "--run", "prior=x"), 2, "--run prior has the name of a retriever"),
        (("--retriever", "prior", "--run", "a+b=x"), 2, "--run 'a+b': a name holds letters"),
        (("--retriever", "prior", "--run", "a/b=x"), 2, "--run 'a/b': a name holds letters"),
        (("--retriever", "prior", "nearest", "--fuse", "rrf", "none"), 2, "--fuse takes methods or none, not both"),
        (("--retriever", "prior", "nearest", "--write", "prior+nearest@rrf"), 2, "there are prior, nearest, prior+nearest\n"),
        (("--retriever", "prior", "--latency", "0"), 2, "'0' should be a whole number, 1 or more"),
        (("--retriever", "prior", "--run", "mine=nowhere.run"), 1, "No such file or directory: nowhere.run"),
        (("--retriever", "prior", "--images", "nowhere"), 1, "nowhere does not exist"),
        (("--retriever", "prior", "--device", "cdua"), 2, "--device cdua cannot be used; this machine has cpu"),
        (("--retriever", "prior", "--device", "cuda:99"), 2, "--device cuda:99 cannot be used; this machine has cpu"),
        (("--retriever", "prior", "--trec", __file__), 2, "is a file; it should be a folder"),
        (("--retriever", "prior", "--json", "--latex"), 2, "argument --latex: not allowed with argument --json"),
        (("--retriever", "broken"), 1, "the retriever broken gave a list that is not sorted"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(retrieve, tmp_path, monkeypatch, *, words, code, message):
    if "all" in words:
        monkeypatch.delitem(registry.RETRIEVERS, "broken")
    ended, _, error = retrieve(*words)
    assert message in error
    assert ended == code
    assert not (tmp_path / "out/_SUCCESS").exists()


def test_folders_that_are_no_inputs_are_named(capsys, folder, tmp_path):
    common = ("--retriever", "prior", "--out", tmp_path / "out")
    assert run(capsys, *common)[2] == "error: give --dataset and --kb, or --wikidiverse and --split-file\n"
    assert "does not exist" in run(capsys, *common, "--dataset", tmp_path / "no", "--kb", folder / "kb")[2]
    assert "does not exist" in run(capsys, *common, "--dataset", folder / "set", "--kb", tmp_path / "no")[2]
    (tmp_path / "file").write_text("")
    where = ("--dataset", folder / "set", "--kb", folder / "kb")
    assert "is a file; it should be a folder" in run(capsys, *common[:2], "--out", tmp_path / "file", *where)[2]


def test_options_of_a_retriever_are_no_reason_to_skip_it(retrieve, monkeypatch):
    monkeypatch.delitem(registry.RETRIEVERS, "broken")
    code, _, error = retrieve("--option", "nearest.lmit=2")
    assert (code, "no option lmit" in error) == (2, True)


def test_bytes_that_are_no_text_are_no_run_file(retrieve, tmp_path):
    (tmp_path / "x.run").write_bytes(b"PAR1\xf0\xff\x00 b c d e f\n")
    code, out, error = retrieve("--run", f"mine={tmp_path / 'x.run'}", "--fuse", "none")
    assert (code, out) == (1, "")
    assert f"{tmp_path / 'x.run'}:1: no run line" in error


def test_a_folder_of_another_kind_says_what_it_lacks(retrieve, folder):
    code, _, error = retrieve("--retriever", "prior", "--images", folder / "kb")
    assert (code, error) == (1, f"error: {folder / 'kb'} is no artifact images/: its _manifest.json has no 'schema'\n")


def test_a_system_to_write_that_cannot_be_is_told_before_anything_is_built(retrieve, tmp_path):
    code, _, error = retrieve("--retriever", "prior", "--write", "priro")
    assert (code, error.count("\n")) == (2, 1)
    assert "--write 'priro' is no system of this run" in error
    assert not (tmp_path / "out").exists()


def test_nothing_left_is_an_error(retrieve, monkeypatch):
    for name in list(registry.RETRIEVERS):
        if name != "clip":
            monkeypatch.delitem(registry.RETRIEVERS, name)
    code, _, error = retrieve()
    assert (code, "no retriever is left" in error) == (2, True)


def test_two_runs_on_one_folder_are_refused(retrieve, tmp_path):
    with run_lock(tmp_path / "out"):
        code, _, error = retrieve("--retriever", "prior")
    assert (code, "is being written by another run" in error) == (1, True)
    assert retrieve("--retriever", "prior")[0] == 0


def test_a_failed_run_leaves_no_success_behind_an_older_one(retrieve, tmp_path):
    assert retrieve("--retriever", "prior")[0] == 0
    (tmp_path / "out/results.json").unlink()
    (tmp_path / "out/results.json").mkdir()
    assert retrieve("--retriever", "prior")[0] == 1
    assert not (tmp_path / "out/_SUCCESS").exists()


def test_more_titles_than_memory_holds_are_refused_and_all_leaves_them_out(retrieve, monkeypatch, tmp_path):
    monkeypatch.setitem(registry.MOST_ENTITIES, "tfidf", 29)  # the knowledge base has 30 towns
    told = "tfidf holds all titles in memory, at most 29, and here are 30; bm25 searches the titles of a whole wiki"
    code, _, error = retrieve("--retriever", "tfidf")
    assert (code, told in error) == (2, True)
    monkeypatch.delitem(registry.RETRIEVERS, "broken")
    _, planned, _ = retrieve("--dry-run")
    assert "skip: the retriever tfidf holds all titles" in planned
    code, out, _ = retrieve()
    assert code == 0
    assert f"left out: tfidf: the retriever {told}" in out
    assert not (tmp_path / "out" / "index" / "tfidf").exists()
    monkeypatch.setitem(registry.MOST_ENTITIES, "tfidf", 30)
    assert retrieve("--retriever", "tfidf")[0] == 0
