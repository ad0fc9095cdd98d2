"""`--unseen`: names of things with a page that the encyclopedia itself never uses."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.world import ROOT, make_world

PERCENT = 30


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_world(tmp_path_factory.mktemp("unseen"), "--news", "120", "--no-media", "--unseen", str(PERCENT))


def _rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_such_a_name_is_used_once_and_no_page_of_the_encyclopedia_has_it(world):
    words = Counter(re.findall(r"\w+", (world / "truth" / "pages.jsonl").read_text(encoding="utf-8")))
    linked = [row for row in _rows(world / "truth" / "mentions.jsonl") if row["entity"] is not None]
    unheard = [row for row in linked if not any(words[word] for word in re.findall(r"\w+", row["surface"]))]
    assert len(unheard) > 50
    assert max(Counter(row["surface"] for row in unheard).values()) == 1
    clues = Counter(row["clue"] for row in unheard)
    assert set(clues) == {"image", "text"}
    assert min(clues.values()) > 20


def test_the_share_is_that_of_the_flag(world):
    articles = {row["article_id"] for row in _rows(world / "truth" / "news.jsonl") if row["row"] == "article"}
    assert len(articles) >= 120
    linked = [row for row in _rows(world / "truth" / "mentions.jsonl") if row["entity"] is not None]
    known = (world / "truth" / "pages.jsonl").read_text(encoding="utf-8")
    share = sum(row["surface"] not in known for row in linked) / len(linked)
    # Hand-made articles and drafts, whose pairs are dropped, move it a little.
    assert PERCENT / 100 - 0.1 < share < PERCENT / 100 + 0.05


def test_no_percentage_is_an_error(tmp_path):
    command = [sys.executable, str(ROOT / "samples" / "make_world.py"), "--out", str(tmp_path), "--unseen", "101"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "--unseen is 101; it is a percentage from 0 to 100" in done.stderr


def test_aliases_are_redirects_used_once_with_nothing_beside_them(tmp_path):
    folder = make_world(tmp_path / "world", "--news", "120", "--no-media", "--aliases", "20", "--unseen", "20")
    redirects = {row["title"]: row["redirect"] for row in _rows(folder / "truth" / "pages.jsonl") if row["redirect"]}
    named = [row for row in _rows(folder / "truth" / "mentions.jsonl") if row["clue"] == "name"]
    assert len(named) > 30
    assert max(Counter(row["surface"] for row in named).values()) == 1
    for row in named:
        assert redirects[row["surface"]][0] == row["entity"]
        words = set(re.findall(r"\w+", row["entity"].casefold()))
        assert not words & set(re.findall(r"\w+", row["surface"].casefold()))
