"""The code that decides a stage's rows is in the stage's id: what is imported, all the way down."""

import ast
from pathlib import Path

import pytest

from pipeline.jobs import corpus_plan, images_normalize, kb_plan
from pipeline.records.code import ROOT

MACHINERY = ("records", "beamx", "console", "native")
"""Floors of which a list names single files where these decide rows: records, running, showing, compiled twins."""


def imported(path: Path) -> set[Path]:
    """Files below `pipeline` that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith("pipeline."):
                found.add(ROOT.joinpath(*name.split(".")[1:]).with_suffix(".py"))
    return {one for one in found if one.is_file()}


def reached(start: str) -> set[str]:
    """Everything that a file imports, itself included, by path below `pipeline`."""
    todo, seen = [ROOT / start], set()
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += imported(path)
    return {path.relative_to(ROOT).as_posix() for path in seen}


ARTICLES = (*corpus_plan._READING, *corpus_plan._ARTICLES)
PAIRS = (*ARTICLES, *corpus_plan._CLEANING)
FUNNEL = (*PAIRS, *corpus_plan._REPORTING)
"""A stage's id holds those of the stages before it."""
RANGES = ("dump/index.py", "dump/scan.py")
"""Where a range is cut does not show in rows (test_corpus_digests)."""


@pytest.mark.parametrize(
    ("start", "listed"),
    [
        ("transforms/extract_news_range.py", ARTICLES),
        ("wikinews/cleaning.py", PAIRS),
        ("wikinews/decisions.py", PAIRS),
        ("wikinews/targets.py", PAIRS),
        ("wikinews/topics.py", PAIRS),
        ("wikinews/funnel.py", FUNNEL),
        ("jobs/corpus_review.py", FUNNEL),
        ("transforms/normalize_batch.py", images_normalize._CODE),
        ("transforms/extract_range.py", kb_plan._PARSING),
    ],
)
def test_what_decides_rows_is_listed(start, listed):
    parts = (*listed, *MACHINERY, *RANGES)
    missing = [one for one in reached(start) if not any(one == part or one.startswith(f"{part}/") for part in parts)]
    assert sorted(missing) == []


def test_imports_are_followed():
    assert {"wikinews/credit_labels.py", "wikinews/site.py", "titles/wiki.py"} <= reached("wikinews/credits.py")
