"""The look-up command: its table, JSON, suggestions and errors, as a user meets them."""

import json
from functools import partial
from pathlib import Path

import pytest

from pipeline.kb.store_build import build_store
from pipeline.records import schemas
from runners.lookup import main
from tests.support.commands import call_main
from tests.support.stores import WEIGHTS, SmallKB, entity_row, write_artifact

LION = {"qid": "Q140", "lead": "The lion is a large cat.\n" + "It lives in prides. " * 20, "image": "Lion.jpg"}
KB = SmallKB(
    {
        "Lions": {1: (3, 0, 1, 0, 0), 2: (70_000, 2, 1, 0, 1)},
        "Lion": {1: (12, 0, 0, 1, 0)},
        "lion": {-5: (1, 0, 0, 0, 0)},
    },
    {1: ("Lion", 900), 2: ("Detroit Lions", 800), -5: ("Löwe (Roman)", 0)},
    {"Lionesses": 1},
)


@pytest.fixture(scope="module")
def kb(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("kb")
    KB.write(folder)
    (folder / "entities").rename(folder / "plain")
    rows = [entity_row(1, "Lion", 900, **LION), entity_row(2, "Detroit Lions", 800, page_image="Helmet.png")]
    write_artifact(folder, schemas.ENTITIES, [rows])
    build_store(folder, folder / "store", options=WEIGHTS)
    return folder


_run = partial(call_main, main)


def test_the_table_shows_what_is_known(capsys, monkeypatch, kb):
    monkeypatch.setenv("COLUMNS", "250")
    code, out, _ = _run(capsys, "Lions", "lion", "--kb", kb)
    assert code == 0
    lines = out.splitlines()
    assert (lines[0], lines[5]) == ("Lions", "lion")
    detroit, lion, red, folded = lines[2], lines[3], lines[7], lines[8]
    for text in (
        "1  Detroit",
        "100.0 % ████████",
        "70,004",
        "link 70,000, redirect 2, disambiguation 1, hatnote 1",
        "exact",
        "[Helmet.png]",
    ):
        assert text in detroit
    for text in (
        "2  Lion",
        "0.0 %",
        "link 3, disambiguation 1",
        "Q140",
        "The lion is a large cat. It lives",
        "… [Lion.jpg]",
    ):
        assert text in lion
    assert red.startswith("1  Löwe (Roman) (red link)  100.0 %")
    assert folded.startswith("2  Lion")
    assert "92.9 % ███████▍" in folded
    assert "link 12, title 1  folded" in folded


def test_json_holds_the_same(capsys, kb):
    code, out, _ = _run(capsys, "Lions", "nobody", "--kb", kb, "--json", "-k", "1")
    first, second = json.loads(out)
    assert code == 1
    assert (first["surface"], first["total"], first["n_candidates"]) == ("Lions", 70_008, 2)
    assert first["candidates"] == [{
        "entity_id": 2, "entity": "Detroit Lions", "kind": "article", "p": 70_004 / 70_008, "level": "exact",
        "n_link": 70_000, "n_redirect": 2, "n_disambiguation": 1, "n_title": 0, "n_hatnote": 1, "c": 70_004,
        "qid": None, "lead": "", "image": None, "page_image": "Helmet.png",
    }]  # fmt: skip
    assert second == {"surface": "nobody", "total": 0, "n_candidates": 0, "candidates": [], "suggestions": []}


def test_more_candidates_than_are_shown_are_told(capsys, kb):
    assert "candidates" not in _run(capsys, "Lions", "--kb", kb, "-k", "2")[1]
    code, out, _ = _run(capsys, "Lions", "lion", "--kb", kb, "-k", "1")
    assert code == 0
    assert out.count("1 of 2 candidates; -k N shows N\n") == 2
    assert "2  " not in out
    assert "candidates" not in _run(capsys, "lion", "--kb", kb, "-k", "1", "--level", "exact")[1]


def test_an_unknown_name_gets_suggestions(capsys, kb):
    code, out, err = _run(capsys, "Liona", "--kb", kb)
    assert (code, err) == (1, "")
    assert out == "Nothing in this knowledge base is called 'Liona'. Titles that begin alike: Lion.\n"


def test_levels_narrow_the_search(capsys, kb):
    assert _run(capsys, "the LIONS", "--kb", kb)[0] == 0
    assert _run(capsys, "the LIONS", "--kb", kb, "--level", "folded")[0] == 1
    assert _run(capsys, "LIONS", "--kb", kb, "--level", "folded")[0] == 0
    assert _run(capsys, "LIONS", "--kb", kb, "--level", "exact")[0] == 1


def test_prefix_search(capsys, kb):
    code, out, _ = _run(capsys, "lione", "--kb", kb, "--prefix")
    assert code == 0
    assert [line.split() for line in out.splitlines()[1:3]] == [
        ["title", "redirects", "to", "links", "in", "kind"],
        ["Lionesses", "→", "Lion", "900", "article"],
    ]
    code, out, _ = _run(capsys, "lö", "zz", "--kb", kb, "--prefix", "--json")
    assert code == 1
    assert [(answer["prefix"], [hit["kind"] for hit in answer["titles"]]) for answer in json.loads(out)] == [
        ("lö", ["red"]),
        ("zz", []),
    ]
    assert _run(capsys, "zz", "--kb", kb, "--prefix")[1] == "No title begins with 'zz'.\n"


def test_a_missing_kb_is_one_sentence(capsys, tmp_path):
    code, out, err = _run(capsys, "Lions", "--kb", tmp_path / "nowhere")
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert "nowhere does not exist" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("flags", [["-k", "0"], ["-k", "x"], ["--levl", "exact"], ["--level", "fuzzy"]])
def test_wrong_flags_are_refused(capsys, kb, flags):
    code, _, err = _run(capsys, "Lions", "--kb", kb, *flags)
    assert code == 2
    assert flags[0].removesuffix("l") in err
    assert "_" not in err  # a name out of the code
