"""Statistics of a data set as page, JSON and figures."""

import json
import sys
import xml.etree.ElementTree as ET

import pytest

from annotation.__main__ import main
from annotation.ambiguity_file import read_ambiguity
from annotation.report.statistics_charts import NOT_SUGGESTED, statistics_charts, suggested_ambiguity
from annotation.report.statistics_files import write_statistics
from annotation.report.statistics_page import statistics_html
from annotation.statistics.dataset import dataset_statistics
from pipeline.console.main import run_command
from pipeline.records.errors import InputError
from tests.annotation.test_statistics import SMALL, labelled, mention
from tests.support.hostile import HOSTILE_TEXTS

EVERY = [
    "figure-2a-topics", "figure-2b-ambiguity", "figure-2b-ambiguity-suggested", "figure-4a-types", "figure-4b-candidates",
    "surface-difference", "surface-similarity", "table-2-difficulty", "table-7-visual-clues",
]  # fmt: skip


def full():
    pairs = [
        *SMALL,
        labelled(
            "UN", mention("UN", "United Nations", ambiguity=12, visual_clues=("object",), mention_id="u"), pair_id="p8"
        ),
        labelled("Rome", mention("Rome", "Rome", ambiguity=0, visual_clues=(), mention_id="r"), pair_id="p9"),
    ]
    found = dataset_statistics(pairs, {"u": "Acrm"})
    return found | {"figure_2b_suggested": suggested_ambiguity(pairs)}


def test_every_table_and_figure_is_there_with_the_paper_s():
    html = statistics_html("news", full())
    assert all(f"<caption>{name}" in html for name in ("Splits", "Suggested by form alone", "Kinds of clue under both"))
    assert html.count('role="img"') == len(EVERY)
    assert "51.31 %" in html  # surface forms that differ
    assert "45.40 %" in html  # object clues
    assert "48.63 %" in html  # more than ten candidates
    assert "of all labelled mentions" in html
    assert "of mentions with a clue" in html
    assert "6,377" in html  # the paper's train split


def test_charts_without_a_case_are_left_out():
    assert sorted(statistics_charts(full())) == EVERY
    plain = dataset_statistics([labelled("Rome", pair_id="p1")])
    assert sorted(statistics_charts(plain)) == ["figure-2a-topics", "table-2-difficulty"]
    html = statistics_html("x", plain)
    assert "No mention of this data set is labelled for visual clues." in html
    assert "No mention here is labelled by a person." in html


def test_form_suggests_and_a_person_decides():
    rows = {one["name"]: one["n"] for one in full()["figure_2b_suggested"]}
    assert rows["Acrm"] == 2  # UK, UN
    assert rows["SurFirst"] == 1  # Obama
    assert rows[NOT_SUGGESTED] == 3  # Rome twice, lions
    assert rows["Diff"] == 1  # Mercury (planet)
    assert sum(rows.values()) == 7  # John Doe is NIL


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_topics_stay_text(text):
    html = statistics_html(text, dataset_statistics([labelled("c", topic=text)]))
    assert html.count("<script") == 0
    for name, picture in statistics_charts(dataset_statistics([labelled("c", topic=text)])).items():
        assert ET.fromstring(str(picture)).tag.endswith("svg"), name


def test_files_are_the_same_twice(tmp_path):
    pytest.importorskip("cairosvg")
    found = full()
    for name in "ab":
        write_statistics("news", found, tmp_path / name, ("svg", "pdf", "png"))
    names = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert len(names) == 2 + 3 * len(EVERY)
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    assert json.loads((tmp_path / "a/statistics.json").read_text("utf-8"))["figure_2b_suggested"]


def test_labels_are_read_line_by_line(tmp_path):
    path = tmp_path / "labels.tsv"
    path.write_text("m1\tAcrm\nm2\tPer\n", encoding="utf-8")
    assert read_ambiguity(path) == {"m1": "Acrm", "m2": "Per"}
    for wrong in ("m1\tAcrm\nm1\tPer\n", "m1\tAcr\n", "\tAcrm\n", "m1 Acrm\n"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError, match=r"labels.tsv, line \d: should be the id of a pair or mention"):
            read_ambiguity(path)
    with pytest.raises(InputError, match="cannot be read as text"):
        read_ambiguity(tmp_path / "none")


@pytest.fixture(scope="module")
def data_set(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stats")
    assert main(["simulate", str(folder / "p"), "--synthetic", "30", "--annotators", "2", "--noise", "none"]) == 0
    assert main(["gold", str(folder / "p"), "--out", str(folder / "set")]) == 0
    return folder / "set"


def test_the_command_writes_what_it_prints(capsys, data_set, tmp_path):
    assert run_command(main, ["stats", str(data_set), "--json", "--out", str(tmp_path / "out")]) == 0
    out, error = capsys.readouterr()
    assert json.loads(out) == json.loads((tmp_path / "out/statistics.json").read_text("utf-8"))
    assert f"written: {tmp_path / 'out/statistics.html'}" in error
    assert (tmp_path / "out/figures/figure-4a-types.svg").is_file()
    assert run_command(main, ["stats", str(data_set)]) == 0
    assert "Figure 2(b) as form alone suggests it" in capsys.readouterr()[0]


def test_a_missing_cairosvg_is_told_before_anything_is_written(capsys, data_set, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    assert run_command(main, ["stats", str(data_set), "--out", str(tmp_path / "out"), "--format", "pdf"]) == 2
    assert "figures as pdf need cairosvg" in capsys.readouterr()[1]
    assert not (tmp_path / "out").exists()
