"""`python -m modeling.retrieve` as a user types it."""

import json
import re

import pyarrow.dataset
import pyarrow.parquet
import pytest

from modeling.data.candidates import read_candidates, read_manifest
from modeling.data.entities import KbCatalog
from modeling.data.mentions import read_mentions
from modeling.metrics.compat import compat_name
from modeling.retrieval import registry
from modeling.retrieval.evaluate_chance import chance_lines, chance_recall
from modeling.retrieval.evaluate_table import row_of
from pipeline.records.candidates import CANDIDATES
from pipeline.records.manifest import open_artifact
from tests.modeling.cli.commands import results, run
from tests.modeling.cli.small_run import make_dataset, row, rows_of, write_captions


def table_row(out: str, method: str) -> list[str]:
    """Figures of a method's row in the first table."""
    line = next(line for line in out.splitlines() if re.match(rf"\w  +\S+ +{re.escape(method)}  ", line))
    return re.findall(r"(?<![@\w.])\d+\.\d\d|-(?=\s|$)", line)


def test_one_retriever_gives_its_row_its_costs_and_its_candidates(retrieve, tmp_path, folder):
    code, out, _ = retrieve("--retriever", "prior", "--k", "2")
    assert code == 0
    # 12 known surfaces of 17 that count; the gold is the first, second or third in turn
    assert table_row(out, "P(e|m)") == ["23.53", "70.59", "70.59", "70.59", "43.14", "83.34", "87.59", "88.15"]
    assert "another data set" in out
    assert "split test, 17 mentions (without 1 NIL)" in out
    assert "1 gold entities are not in the catalog" in out
    mentions = read_mentions(folder / "set", "test")
    found = read_candidates(tmp_path / "out", mentions, KbCatalog(folder / "kb"))
    assert found.ranking.row(0) == [(100, pytest.approx(5 / 9)), (101, pytest.approx(3 / 9))]
    assert found.priors[0].tolist() == pytest.approx([5 / 9, 3 / 9])
    costs = json.loads((tmp_path / "out/results.json").read_text())["costs"]["prior"]
    assert costs["index_bytes"] == sum(path.stat().st_size for path in (folder / "kb/store").iterdir())
    manifest = read_manifest(tmp_path / "out")
    assert manifest["candidates"]["system"] == "prior"
    assert manifest["inputs"]["catalog"]["date"] == "20210101"
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.name[0] != ".") == [
        "_SUCCESS", "_manifest.json", "candidates", "costs.tex", "index", "results.json", "table4.tex",
    ]  # fmt: skip


def test_lists_that_complement_each_other_are_better_together(retrieve, tmp_path):
    found = results(retrieve, "--retriever", "prior", "nearest", "--option", "nearest.limit=3")
    systems = found["splits"]["test"]["systems"]
    recall = {name: one["scores"]["recall"]["10"] for name, one in systems.items()}
    assert recall["prior+nearest"] > max(recall["prior"], recall["nearest"]) or recall["nearest"] == 16 / 17
    assert recall["prior+nearest"] == 16 / 17
    slots = found["manifest"]["fusions"]["prior+nearest"]["by_k"]["10"]["slots"]
    assert sum(slots.values()) == 10
    rows = open_artifact(tmp_path / "out" / "candidates", CANDIDATES).table().to_pylist()
    both = next(one for one in rows if one["mention_id"] == "test-000-000" and one["entity_id"] == 100)
    assert both["sources"] == [{"retriever": "prior", "rank": 0}, {"retriever": "nearest", "rank": 0}]
    assert {one["split"] for one in rows} == {"test", "valid"}  # what was searched is written


def test_the_quota_is_tuned_on_dev_alone(retrieve, folder):
    turned = {"train": rows_of("train"), "valid": rows_of("valid")}
    turned["test"] = [row(number, "test", f"Place {number % 10}", 29 - number) for number in range(20)]
    make_dataset(folder / "other-test", turned)
    words = ("--retriever", "prior", "nearest", "--option", "nearest.limit=2")
    one, other = results(retrieve, *words), results(retrieve, *words, dataset="other-test", out="other")
    assert one["manifest"]["fusions"] == other["manifest"]["fusions"]
    assert one["splits"]["test"]["systems"]["prior"] != other["splits"]["test"]["systems"]["prior"]
    turned = {"train": rows_of("train"), "test": rows_of("test")}
    turned["valid"] = [row(number, "valid", "Unknown", number) for number in range(20)]
    make_dataset(folder / "other-dev", turned)
    another = results(retrieve, *words, dataset="other-dev", out="another")
    assert one["manifest"]["fusions"] != another["manifest"]["fusions"]


def test_a_second_run_keeps_indexes_and_gives_the_same_bytes(retrieve, tmp_path):
    words = ("--retriever", "prior", "nearest", "tfidf", "--split", "test", "train")
    first = results(retrieve, *words)
    again = results(retrieve, *words)
    assert [one["built_s"] is None for one in first["costs"].values()] == [False] * 3
    assert [one["built_s"] for one in again["costs"].values()] == [None] * 3
    results(retrieve, *words, out="elsewhere")
    for name in ("_manifest.json", "table4.tex", "candidates/_manifest.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "elsewhere" / name).read_bytes(), name


def test_other_options_another_model_or_a_flag_build_again(retrieve, tmp_path):
    def built(*words) -> bool:
        return results(retrieve, "--retriever", "nearest", *words)["costs"]["nearest"]["built_s"] is not None

    model = tmp_path / "model"
    model.mkdir()
    (model / "weights").write_text("1")
    assert built()
    assert not built()
    assert built("--option", "nearest.limit=5")
    assert not built("--option", "nearest.limit=5")
    assert built()
    assert built("--model", f"nearest={model}")
    assert not built("--model", f"nearest={model}")
    (model / "weights").write_text("22")
    assert built("--model", f"nearest={model}")
    assert built("--model", f"nearest={model}", "--rebuild")
    (tmp_path / "out/index/nearest/_SUCCESS").unlink()
    assert built("--model", f"nearest={model}")


def test_a_build_that_was_killed_never_looks_current(retrieve, monkeypatch):
    assert results(retrieve, "--retriever", "nearest")
    from tests.modeling.cli.small_run import Nearest

    real = Nearest.build.__func__

    def killed(cls, sources, folder, options):
        real(cls, sources, folder, options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Nearest, "build", classmethod(killed))
        assert retrieve("--retriever", "nearest", "--option", "nearest.limit=1")[0] == 130
    found = results(retrieve, "--retriever", "nearest")
    assert found["costs"]["nearest"]["built_s"] is not None
    assert found["manifest"]["indexes"]["nearest"]["options"]["limit"] == 4


def test_an_index_of_another_dump_is_refused_unless_told_otherwise(retrieve):
    assert retrieve("--retriever", "nearest", kb="kb")[0] == 0
    code, _, error = retrieve("--retriever", "nearest", kb="newer-kb")
    assert code == 1
    assert "built from other entities than those in use (dump 20210101, in use: 20220101)" in error
    assert "--any-catalog" in error
    code, _, error = retrieve("--retriever", "nearest", "--any-catalog", "--option", "nearest.limit=4", kb="newer-kb")
    assert code == 0, error
    code, _, error = retrieve("--retriever", "nearest", "--any-catalog", kb="newer-kb")
    assert code == 0
    code, _, error = retrieve("--retriever", "nearest", "--rebuild", kb="newer-kb")
    assert code == 0
    assert "left out" not in error


def test_candidates_that_the_catalog_lacks_are_dropped_aloud(retrieve):
    # Town 28, which the newer knowledge base has lost, is nearest to a mention with number 28
    assert retrieve("--retriever", "nearest", kb="kb")[0] == 0
    code, out, error = retrieve("--retriever", "nearest", "--any-catalog", kb="newer-kb")
    assert code == 0
    assert re.search(r"note: nearest: \d+ candidates are left out, for the catalog lacks their entities", error)
    assert table_row(out, "nearest")


def test_all_takes_what_can_be_had_and_names_the_rest(retrieve, monkeypatch):
    monkeypatch.delitem(registry.RETRIEVERS, "broken")
    code, out, error = retrieve()
    assert code == 0
    for reason in (
        "left out: clip: the retriever clip wants a model (--model clip=FOLDER)",
        "left out: ghost: the retriever ghost is not part of this version",
        "left out: foreign: the retriever foreign wants the package no_such_package_at_all",
    ):
        assert reason in out
    assert "note: clip is skipped" in error
    methods = ("P(e|m)", "train prior", "TF-IDF", "nearest", "4 lists fused")
    assert [line.split("  ")[0] for line in out.splitlines() if any(f" {name}  " in line for name in methods)][:5] == [
        *"abcde"
    ]


@pytest.mark.parametrize("method", ["rrf", "linear"])
def test_other_fusions_tell_their_weights(retrieve, method):
    words = ("--option", "rrf.k=10", "rrf.prior=2") if method == "rrf" else ("--option", "linear.C=0.5")
    found = results(retrieve, "--retriever", "prior", "nearest", "--fuse", method, *words)
    facts = found["manifest"]["fusions"][f"prior+nearest@{method}"]
    assert facts["method"] == method
    if method == "rrf":
        assert facts["weights"] == {"prior": 2.0, "nearest": 1.0}
    assert found["splits"]["test"]["systems"][f"prior+nearest@{method}"]["scores"]["recall"]["10"] == 16 / 17


def test_several_fusions_stand_side_by_side_and_each_tells_its_choice(retrieve, tmp_path):
    words = ("--retriever", "prior", "nearest", "--fuse", "quota", "rrf", "linear")
    code, out, error = retrieve(*words, "--write", "prior+nearest@rrf", "--trec", tmp_path / "runs")
    assert code == 0, error
    shown = [re.findall(r"P\(e\|m\)\+nearest|by \w+", line) for line in out.splitlines()[4:7]]
    assert shown == [["P(e|m)+nearest"], ["by rrf"], ["by linear"]]
    for told in (
        ", K = 10: ",
        ", rrf: weight / (60 + rank), weights 1 P(e|m), 1 nearest",
        ", linear: log odds of gold",
    ):
        assert f"P(e|m)+nearest{told}" in out
    manifest = read_manifest(tmp_path / "out")
    assert {name: one["method"] for name, one in manifest["fusions"].items()} == {
        "prior+nearest": "quota", "prior+nearest@rrf": "rrf", "prior+nearest@linear": "linear",
    }  # fmt: skip
    assert len(manifest["fusions"]["prior+nearest@linear"]["weights"]) == 6
    assert manifest["candidates"]["system"] == "prior+nearest@rrf"
    rows = open_artifact(tmp_path / "out" / "candidates", CANDIDATES).table().to_pylist()
    assert {source["retriever"] for one in rows for source in one["sources"]} == {"prior", "nearest"}
    assert (tmp_path / "runs/prior+nearest@linear.test.run").is_file()


def test_only_quotas_have_the_paper_s_figures_beside_them():
    assert row_of("prior+blink+clip").paper == (86.28, 91.64, 93.14)
    other = row_of("prior+blink+clip@rrf")
    assert (other.modality, other.method, other.paper) == ("P+T+V", "P(e|m)+BLINK+CLIP, rrf", ())


def test_a_small_catalog_is_told_with_what_chance_reaches(retrieve, tmp_path):
    found = results(retrieve, "--retriever", "prior", "nearest")
    assert found["chance"] == {
        name: {"n_entities": 30, "recall": {"10": 10 / 30, "50": 1.0, "100": 1.0}}
        for name in ("prior", "nearest", "fused lists")
    }
    line = "chance, 30 entities in random order: R@10 33.33, R@50 100.00, R@100 100.00 (P(e|m), nearest, fused lists)"
    assert line in retrieve("--retriever", "prior", "nearest")[1]
    assert "chance, 30 entities in random order: R@10 33.33" in (tmp_path / "out/table4.tex").read_text()
    assert chance_lines({"clip": {"n_entities": 10**6, "recall": chance_recall(10**6)}}) == []
    assert chance_recall(1000) == {10: 0.01, 50: 0.05, 100: 0.1}


def test_the_manifest_names_knowledge_base_dump_fusion_and_the_options_of_each_retriever(retrieve, tmp_path):
    model = tmp_path / "vectors"
    model.mkdir()
    words = ("--retriever", "prior", "nearest", "--option", "nearest.limit=3", "--model", f"nearest={model}")
    assert retrieve(*words)[0] == 0
    told = read_manifest(tmp_path / "out")
    catalog = told["inputs"]["catalog"]
    assert (catalog["name"], catalog["wiki"], catalog["date"], catalog["entities"]) == ("kb", "enwiki", "20210101", 30)
    assert told["inputs"]["dataset"]["name"] == "set"
    assert told["indexes"]["prior"]["options"] == {"deepest": "stripped"}
    assert told["indexes"]["prior"]["model"] is None
    assert (told["indexes"]["nearest"]["options"]["limit"], told["indexes"]["nearest"]["model"]) == (3, "vectors")
    assert sum(told["fusions"]["prior+nearest"]["by_k"]["10"]["slots"].values()) == 10


def test_other_tools_read_the_candidates_with_their_sources(retrieve, tmp_path):
    assert retrieve("--retriever", "prior", "nearest")[0] == 0
    table = pyarrow.parquet.read_table(tmp_path / "out/candidates/split=test/part-00000.parquet", partitioning=None)
    first = table.slice(0, 1).to_pylist()[0]
    assert first["sources"] == [{"retriever": "prior", "rank": 0}, {"retriever": "nearest", "rank": 0}]
    assert all(one["sources"] for one in table.to_pylist())
    whole = pyarrow.dataset.dataset(tmp_path / "out/candidates", partitioning="hive").to_table()
    assert set(whole["split"].to_pylist()) == {"test", "valid"}


def test_fixed_shares_need_no_development_split(retrieve, folder):
    make_dataset(folder / "test-only", {"test": rows_of("test")})
    words = ("--retriever", "prior", "nearest")
    code, _, error = retrieve(*words, dataset="test-only")
    assert (code, "no split 'valid' (--dev-split)" in error) == (2, True)
    assert retrieve("--retriever", "prior", dataset="test-only")[0] == 0  # one list has nothing to tune
    found = results(retrieve, *words, "--quota", "prior=80", "nearest=20", dataset="test-only")
    assert found["manifest"]["fusions"]["prior+nearest"]["by_k"]["50"] == {"slots": {"prior": 40, "nearest": 10}}
    assert found["manifest"]["dev_split"] is None


def test_without_fusion_the_last_row_or_the_one_named_is_written(retrieve):
    words = ("--retriever", "prior", "nearest", "--fuse", "none")
    assert results(retrieve, *words)["manifest"]["candidates"]["system"] == "nearest"
    found = results(retrieve, *words, "--write", "prior")
    assert (found["manifest"]["candidates"]["system"], found["manifest"]["fusions"]) == ("prior", {})


def test_the_paper_s_combinations_stand_beside_all_lists():
    from modeling.retrieval.fusion import default_combinations

    names = ("prior", "bm25", "blink", "clip")
    assert default_combinations(names) == (("blink", "clip"), ("prior", "blink", "clip"), names)
    assert default_combinations(("prior", "blink", "clip")) == (("blink", "clip"), ("prior", "blink", "clip"))
    assert default_combinations(("prior", "bm25")) == (("prior", "bm25"),)
    assert default_combinations(("prior",)) == ()


def test_gold_is_inserted_in_the_training_split_alone(retrieve, tmp_path, folder):
    assert retrieve("--retriever", "prior", "--split", "test", "train")[0] == 0
    rows = open_artifact(tmp_path / "out/candidates", CANDIDATES).table().to_pylist()
    inserted = [one for one in rows if one["is_inserted"]]
    assert {one["split"] for one in inserted} == {"train"}
    assert len(inserted) == 4  # the nicknames; NIL and what the catalog lacks have nothing to insert
    mentions = read_mentions(folder / "set", "train")
    found = read_candidates(tmp_path / "out", mentions, KbCatalog(folder / "kb"))
    assert (found.is_gold.sum(axis=1) == [1] * 16 + [0, 0]).all()


def test_a_split_of_nil_alone_has_nothing_to_score(retrieve, folder, tmp_path):
    make_dataset(folder / "nil", {"test": [row(number, "test", "Nobody", None) for number in range(4)]})
    words = ("--retriever", "prior", "tfidf", "--fuse", "rrf", "--groups", "--wikidiverse-compat", "--latency")
    code, out, error = retrieve(*words, dataset="nil")
    assert (code, error) == (0, "")
    assert "no mention of this split has an entity: there is nothing to score" in out
    assert "nan" not in out
    assert "R@10 by group" not in out
    assert "NaN" not in (tmp_path / "out/results.json").read_text()


def test_latex_holds_letters_and_the_paper_s_figures(retrieve, tmp_path):
    code, out, _ = retrieve("--retriever", "prior", "train_prior", "--latex")
    assert code == 0
    assert out == "\n".join((tmp_path / "out" / name).read_text() for name in ("table4.tex", "costs.tex"))
    assert r"P(e\textbar{}m) & 23.53" in out
    assert "83.34 & 87.59 & 88.15" in out
    assert "another data set" in out


def test_groups_and_both_matchers_are_printed(retrieve):
    code, out, _ = retrieve("--retriever", "prior", "--groups", "--wikidiverse-compat", "--draws", "0")
    assert code == 0
    assert re.search(r"entity +seen in train +\d+", out)
    assert "R@10 authors'" in out
    assert "95 % intervals, in per cent" not in out


def test_latency_is_told_when_asked_for(retrieve):
    code, out, _ = retrieve("--retriever", "prior", "nearest", "--latency", "--latex")
    assert code == 0
    assert re.search(r"nearest & 18 & [\d.]+ & [\d.]+ & 10 & ([\d.]+ & ){3}[\d.]+ k?B & [\d.]+ [kM]?B", out)
    code, out, _ = retrieve("--retriever", "prior", "nearest", "--latency", "5")
    assert re.search(r"method +n warm +warm p50 +warm p99 +n cold +open p50 +cold p50 +cold p99 +index +memory", out)
    assert re.search(r"P\(e\|m\) +5( +[\d.]+){2} +5( +[\d.]+){3} +\d", out)
    timed = results(retrieve, "--retriever", "prior", "--latency", "5")["costs"]["prior"]
    assert timed["latency"]["n_warm"] == 5
    assert 0 < timed["latency"]["warm_p50_ms"] <= timed["latency"]["warm_p99_ms"]
    assert timed["index_bytes"] > 0
    assert results(retrieve, "--retriever", "prior")["costs"]["prior"]["latency"] is None


def test_a_dry_run_tells_and_writes_nothing(retrieve, tmp_path):
    code, out, _ = retrieve("--retriever", "all", "--dry-run")
    assert code == 0
    assert re.search(r"nearest +build its index, then search +not known", out)
    assert re.search(r"clip +skip: the retriever clip wants a model", out)
    assert re.search(r"prior\.deepest +stripped +how far a surface may be relaxed", out)
    assert "clip.mode" not in out  # it would not run
    assert re.search(r"deepest +exact", retrieve("--dry-run", "--option", "prior.deepest=exact")[1])
    assert not (tmp_path / "out").exists()
    assert retrieve("--retriever", "nearest")[0] == 0
    again = retrieve("--retriever", "nearest", "--dry-run")[1]
    assert re.search(r"nearest +reuse its index, then search +[\d.]+ s\n", again)
    assert retrieve("--retriever", "clip", "--dry-run")[0] == 2


def test_released_captions_are_judged_against_their_gold_titles(capsys, tmp_path):
    captions, splits = write_captions(tmp_path)
    words = ("--wikidiverse", captions, "--split-file", splits, "--out", tmp_path / "out")
    code, out, error = run(capsys, *words, "--retriever", "tfidf", "train_prior", "--wikidiverse-compat")
    assert code == 0, error
    assert table_row(out, "train prior")[0] == "100.00"
    found = read_manifest(tmp_path / "out")
    assert found["inputs"]["catalog"]["entities"] == 5
    assert compat_name("Ann-Marie") == "Ann Marie"
    code, _, error = run(capsys, *words, "--retriever", "prior")
    assert (code, "the retriever prior wants a knowledge base (--kb)" in error) == (2, True)
    assert "--wikidiverse wants --split-file" in run(capsys, *words[:2], "--out", tmp_path / "out")[2]
    code, _, error = run(capsys, *words[:2], "--split-file", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert code == 1


def test_a_split_that_fusions_were_tuned_on_is_called_no_test(retrieve):
    words = ("--retriever", "prior", "nearest")
    assert "tuned on this very split, valid" in retrieve(*words, "--split", "valid")[1]
    assert "tuned on this very split" not in retrieve(*words)[1]


def test_lists_longer_than_the_table_s_have_a_quota_of_their_own(retrieve):
    found = results(retrieve, "--retriever", "prior", "nearest", "--k", "150")
    assert sorted(map(int, found["manifest"]["fusions"]["prior+nearest"]["by_k"])) == [10, 50, 100, 150]
    assert (found["manifest"]["depth"], found["manifest"]["candidates"]["k"]) == (150, 150)
