"""The retrieval part of `make demo`: Table 4 of the sample world holds what it is shown for."""

import json
import re
import subprocess
import sys

import pytest

from tests.support.commands import ROOT
from tests.support.demo import build_demo, folders
from tests.support.shared import built_once

NAMES = ("kb", "images", "dataset", "models", "candidates")
SINGLE = {"prior": "P", "bm25": "T", "wikivec": "T", "blink": "T", "clip": "V"}
PAPER_FUSION = "prior+blink+clip"
ALL_FUSED = "+".join(SINGLE)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
"""Under two minutes on a quiet machine with two cores; the first test waits for all of it."""


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The folder of the demo after `tools/demo_retrieval.sh`, what it printed in `printed.txt`."""

    def make(out):
        build_demo(out)
        places = folders(out)
        call = ["bash", "tools/demo_retrieval.sh", sys.executable, *(places[name] for name in NAMES)]
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1000)
        assert done.returncode == 0, done.stderr[-2000:]
        (out / "printed.txt").write_text(done.stdout, encoding="utf-8")

    return built_once(tmp_path_factory, "demo", make)


@pytest.fixture(scope="session")
def report(demo):
    return json.loads((demo / "candidates/results.json").read_text(encoding="utf-8"))


def recall(report, k):
    return {name: one["scores"]["recall"][str(k)] for name, one in report["splits"]["test"]["systems"].items()}


def test_p_t_and_v_each_find_gold_that_the_others_miss(report):
    found = {kind: counts["10"] for kind, counts in report["splits"]["test"]["only_finds_of_modality"].items()}
    assert set(found) == {"P", "T", "V"}
    assert min(found.values()) > 0, found


@pytest.mark.parametrize("fused", [PAPER_FUSION, ALL_FUSED])
def test_p_t_and_v_together_beat_each_alone(report, fused):
    found = recall(report, 10)
    assert set(SINGLE) < set(found)
    assert found[fused] > max(found[name] for name in SINGLE), found
    assert found[fused] > found["blink+clip"]


def test_fusions_that_learn_an_order_repair_the_first_place(report):
    first = recall(report, 1)
    assert first[f"{ALL_FUSED}@linear"] > max(*(first[name] for name in SINGLE), first[ALL_FUSED]), first
    methods = {name: facts["method"] for name, facts in report["manifest"]["fusions"].items()}
    assert methods == {
        f"{lists}{mark}": method
        for lists in ("blink+clip", PAPER_FUSION, ALL_FUSED)
        for mark, method in (("", "quota"), ("@rrf", "rrf"), ("@linear", "linear"))
    }


def test_the_paper_s_figures_stand_beside_ours_as_those_of_another_data_set(demo, report):
    assert "another data set" in report["paper"]["note"]
    assert report["paper"]["recall"] == {
        "prior": {"10": 83.34, "50": 87.59, "100": 88.15},
        "bm25": {"10": 38.37, "50": 48.78, "100": 53.34},
        "wikivec": {"10": 16.23, "50": 20.56, "100": 23.11},
        "blink": {"10": 61.76, "50": 71.30, "100": 73.87},
        "clip": {"10": 17.34, "50": 26.82, "100": 31.38},
        "blink+clip": {"10": 61.51, "50": 74.80, "100": 79.66},
        PAPER_FUSION: {"10": 86.28, "50": 91.64, "100": 93.14},
    }
    printed = (demo / "printed.txt").read_text(encoding="utf-8")
    for figures in report["paper"]["recall"].values():
        cells = [f"{figures[k]:.2f}" for k in ("10", "50", "100")]
        assert re.search(r"\s+".join(map(re.escape, cells)), printed), cells
    assert "another data set" in printed


def test_an_index_of_few_entities_is_told_beside_what_chance_reaches(demo, report):
    n = report["costs"]["clip"]["n_entities"]
    assert 0 < n < report["costs"]["bm25"]["n_entities"]
    share = f"{100 * min(1, 100 / n):.2f}"
    printed = (demo / "printed.txt").read_text(encoding="utf-8")
    (line,) = [line for line in printed.splitlines() if line.startswith(f"chance, {n} entities in random order: ")]
    assert f"R@100 {share} (CLIP)" in line


def test_training_makes_encoders_better_than_chance(report):
    found = recall(report, 10)
    for name in ("blink", "clip"):
        assert found[name] > 3 * report["chance"][name]["recall"]["10"], name
