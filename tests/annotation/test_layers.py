"""The optional layers, visual clues and ambiguity, from answer to report, gold and statistics."""

import json
from collections import Counter

import pytest
from sklearn.metrics import cohen_kappa_score

from annotation.__main__ import main
from annotation.agreement.clue_items import measure_ambiguity
from annotation.agreement.figures import Sampling
from annotation.agreement.pairing import Rules
from annotation.ambiguity_file import read_ambiguity
from annotation.disputes import merge_answers
from annotation.events import Draft
from annotation.gold import gold_answers, read_gold
from annotation.gold_dataset import read_rows
from annotation.pairs import ProjectPair, write_native
from annotation.project import open_project
from annotation.records import Answer, Item
from annotation.report.findings import find_all, material_of
from annotation.report.slices import DIFFERENT, by_ambiguity, by_clue
from annotation.store import Store
from pipeline.console.main import run_command
from pipeline.records.errors import InputError
from tests.support.projects import small_project, span

NO_DRAWS = Sampling(0)
CAPTION = "Obama meets Merkel in Rome"


def run(capsys, *words):
    code = run_command(main, [str(word) for word in words])
    out, error = capsys.readouterr()
    assert "Traceback" not in error
    return code, out, error


def classed(*both):
    """One item a pair of classes, each annotated by A and B."""
    items = [Item(f"p{n}", CAPTION, f"g{n}") for n in range(len(both))]
    answers = [
        Answer(f"p{n}", name, ambiguity=kind)
        for n, kinds in enumerate(both)
        for name, kind in zip("AB", kinds, strict=True)
    ]
    return material_of("x", items, answers)


def test_agreement_on_classes_is_kappa_over_pairs_that_both_classed():
    both = [("Per", "Per"), ("Per", "Diff"), ("Acrm", "Acrm"), ("Metm", "Metm"), ("Per", None), ("Diff", "Per")]
    material = classed(*both)
    found = measure_ambiguity(material.paired.pairings, NO_DRAWS)
    counted = [kinds for kinds in both if None not in kinds]
    assert found.n == len(counted) == 5
    assert found.main.value == pytest.approx(cohen_kappa_score(*zip(*counted, strict=True)))
    table = by_ambiguity(material.paired.pairings, Rules(), NO_DRAWS)
    assert [(one.name, one.n_pairings) for one in table.slices] == [
        ("Per", 1), ("Metm", 1), ("Acrm", 1), (DIFFERENT, 2),
    ]  # fmt: skip
    findings = find_all(material, NO_DRAWS)
    assert [one.definition for one in findings.clues] == ["ambiguity.class"]
    assert "clue" not in findings.slices


def test_agreement_by_clue_takes_spans_for_which_either_saw_it():
    obama = span(CAPTION, "Obama", entity="Barack Obama", visual_clues=("object",))
    other = span(CAPTION, "Obama", entity="Michelle Obama", visual_clues=("object", "scene"))
    merkel = span(CAPTION, "Merkel", visual_clues=())
    rome = span(CAPTION, "Rome", "Location", visual_clues=("scene",))
    unasked = span(CAPTION, "Rome", "Location")
    items = [Item("p", CAPTION, "g"), Item("q", CAPTION, "g")]
    answers = [
        Answer("p", "A", (obama, merkel)), Answer("p", "B", (other, merkel, rome)),
        Answer("q", "A", (unasked,)), Answer("q", "B", (unasked,)),
    ]  # fmt: skip
    table = by_clue(material_of("x", items, answers).paired.pairings, Rules(), NO_DRAWS)
    told = {
        one.name: [(measure.n, measure.main.value, measure.observed) for measure in one.measures]
        for one in table.slices
    }
    assert told["object"] == [(2, 1.0, None), (1, 0.0, 0.0)]
    assert told["scene"] == [(3, pytest.approx(2 / 3), None), (1, 0.0, 0.0)]
    assert told["no clue"][0] == (2, 1.0, None)
    assert set(told) == {"object", "scene", "no clue"}


@pytest.fixture
def project(tmp_path):
    """Two people, three pairs: one class agreed, one disputed, one chosen by one person alone."""
    pairs = [ProjectPair(f"p{n}", CAPTION, article_id=n) for n in range(3)]
    made = small_project(tmp_path / "p", pairs, layers=("visual_clues", "ambiguity"))
    for name, kinds in (("a01", ("Per", "Acrm", "")), ("a02", ("Per", "Metm", "Diff"))):
        log = Store(made.folder).log(name)
        for pair, kind in zip(pairs, kinds, strict=True):
            log.save(Draft(pair.pair_id, (span(CAPTION, "Obama"),), ambiguity=kind))
    return made


def test_gold_holds_the_class_that_nobody_disputes(capsys, project, tmp_path):
    merged = merge_answers(Store(project.folder).answers(), Rules())
    assert {key: (one.ambiguity, one.n_classes) for key, one in merged.items()} == {
        "p0": ("Per", 1), "p1": (None, 2), "p2": ("Diff", 1),
    }  # fmt: skip
    out = tmp_path / "set"
    assert run(capsys, "gold", project.folder, "--out", out)[0] == 0
    assert {key: one.ambiguity for key, one in gold_answers(read_gold(project.folder)).items()} == {
        "p0": "Per", "p1": None, "p2": "Diff",
    }  # fmt: skip
    assert read_ambiguity(out / "ambiguity.tsv") == {"p0": "Per", "p2": "Diff"}
    found = json.loads(run(capsys, "stats", out, "--json")[1])
    for name in ("figure_2b", "figure_2b_by_mention"):
        assert Counter({one["name"]: one["n"] for one in found[name]}) == Counter({"Per": 1, "Diff": 1})
    assert run(capsys, "split", out, "--ratio", "1:1", "--out", tmp_path / "split")[0] == 0
    assert read_ambiguity(tmp_path / "split/ambiguity.tsv") == {"p0": "Per", "p2": "Diff"}
    Store(project.folder).log("a02").save(Draft("p0", (span(CAPTION, "Obama"),), base=1, ambiguity="Diff"))
    Store(project.folder).log("a02").save(Draft("p2", (span(CAPTION, "Obama"),), base=1))
    assert run(capsys, "gold", project.folder, "--out", out)[0] == 0
    assert not (out / "ambiguity.tsv").exists(), "a file of old classes would speak of nothing"
    assert len(read_rows(out)[0]) == 3


def test_classes_of_what_is_not_in_the_data_set_are_refused(capsys, project, tmp_path):
    assert run(capsys, "gold", project.folder, "--out", tmp_path / "set")[0] == 0
    labels = tmp_path / "labels.tsv"
    labels.write_text("p1\tAcrm\nelsewhere\tPer\n", encoding="utf-8")
    code, _, error = run(capsys, "stats", tmp_path / "set", "--ambiguity", labels)
    assert (code, "line 2: 'elsewhere' is no pair and no mention of the data set" in error) == (1, True)
    mention_id = read_rows(tmp_path / "set")[1][0].mention_id
    labels.write_text(f"{mention_id}\tAcrm\n", encoding="utf-8")
    assert run(capsys, "stats", tmp_path / "set", "--ambiguity", labels)[0] == 0
    with pytest.raises(InputError, match="should be the id"):
        read_ambiguity(tmp_path / "p" / "project.json")


def test_the_report_shows_both_layers(capsys, tmp_path):
    folder = tmp_path / "demo"
    assert run(capsys, "simulate", folder, "--synthetic", 80, "--annotators", 3)[0] == 0
    assert run(capsys, "report", folder, "--draws", 20)[0] == 0
    html = (folder / "report/agreement.html").read_text("utf-8")
    assert all(
        name in html for name in ("clue.object", "clue.jaccard", "ambiguity.class", "By image clue", "By class of")
    )
    value = json.loads((folder / "report/agreement.json").read_text("utf-8"))
    assert [one["name"] for one in value["slices"]["clue"]["slices"]] == [
        "object",
        "scene",
        "property",
        "other",
        "no clue",
    ]
    assert {one["name"] for one in value["slices"]["ambiguity"]["slices"]} > {"Diff", "they differ"}
    plain = small_project(tmp_path / "plain", [ProjectPair("p", CAPTION)])
    for name in ("a01", "a02"):
        Store(plain.folder).log(name).save(Draft("p", (span(CAPTION, "Obama"),)))
    assert run(capsys, "report", plain.folder, "--draws", 0)[0] == 0
    assert "By image clue" not in (plain.folder / "report/agreement.html").read_text("utf-8")


def test_a_sample_keeps_topics_and_does_not_depend_on_the_order(capsys, tmp_path):
    pairs = [ProjectPair(f"p{n:02}", CAPTION, article_id=n, topic="Sports" if n % 4 else "Politics") for n in range(40)]
    write_native(pairs, tmp_path / "a.jsonl", {"p01": Answer("p01", "reference", (span(CAPTION, "Obama"),))})
    write_native(pairs[::-1], tmp_path / "b.jsonl")
    told = ("--sample", 20, "--seed", 3, "--layers", "ambiguity")
    assert run(capsys, "init", tmp_path / "a.jsonl", *told, "--out", tmp_path / "a")[0] == 0
    assert run(capsys, "init", tmp_path / "b.jsonl", *told, "--out", tmp_path / "b")[0] == 0
    found, again = open_project(tmp_path / "a"), open_project(tmp_path / "b")
    assert Counter(one.topic for one in found.pairs.values()) == {"Sports": 15, "Politics": 5}
    assert set(found.pairs) == set(again.pairs)
    assert set(found.references) == {"p01"} & set(found.pairs)
    assert found.source["sample"] == "20 of 40 pairs by topic, seed 3"
    code, _, error = run(capsys, "init", tmp_path / "a.jsonl", "--sample", 800, "--out", tmp_path / "c")
    assert (code, "800 were asked for, but there are only 40: all were taken" in error) == (0, True)
    assert run(capsys, "init", tmp_path / "a.jsonl", "--sample", 0, "--out", tmp_path / "d")[0] == 2
