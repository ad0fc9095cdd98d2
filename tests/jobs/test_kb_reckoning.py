"""in = out + dropped + dead, in every stage, and the figures are those of the world."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.records import schemas
from pipeline.records.manifest import open_artifact
from tests.support.kb_oracle import Oracle, OracleOptions
from tests.support.world import build_world_kb

STAGES = ("extract", "compact", "count", "resolve", "priors")


@pytest.fixture(scope="module", params=[False, True], ids=["default", "red links"])
def built(request: pytest.FixtureRequest, world_dir: Path, world_kb: Path, red_world_kb: Path) -> tuple:
    out = red_world_kb if request.param else world_kb
    stages = json.loads((out / "_run.json").read_text(encoding="utf-8"))["stages"]
    figures = {name: stage["figures"] for name, stage in stages.items()}
    counts = json.loads((out.parent / "counts.json").read_text(encoding="utf-8"))
    return figures, Oracle(world_dir, OracleOptions(keep_red_links=request.param)), counts


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_vanishes_unnamed(built: tuple[dict[str, Any], Oracle, Any], stage: str) -> None:
    figures = built[0][stage]
    assert figures["in"] > 0
    assert figures["in"] == figures["out"] + sum(figures["dropped"].values()) + figures["dead"]


def test_extract_counts_every_page(built: tuple[dict[str, Any], Oracle, Any]) -> None:
    figures, oracle, _ = built
    extract = figures["extract"]
    assert extract["in"] == len(oracle.all_pages)
    assert extract["out"] == len(oracle.pages)
    wanted: Counter[str] = Counter()
    for row in oracle.all_pages:
        if row["namespace"] != 0:
            wanted[f"namespace_not_kept:{row['namespace']}"] += 1
        elif row["model"] != "wikitext":
            wanted[f"not_wikitext:{row['model']}"] += 1
    assert extract["dropped"] == dict(wanted)
    assert extract["links"] == sum(oracle.link_rows().values())


def test_dropped_links_have_the_right_reasons(built: tuple[dict[str, Any], Oracle, Any]) -> None:
    figures, oracle, _ = built
    links = [link for row in oracle.pages for link in row["links"]]
    empty = sum(link[5] for link in links if not link[2].strip())
    assert figures["count"]["dropped"] == {"empty_surface": empty}
    reasons: Counter[str] = Counter()
    for target, _, surface, _, _, n in links:
        if surface.strip() and oracle.entity(target) is None:
            reasons["red_link" if oracle.end(target).status == "missing" else "not_a_candidate"] += n
    assert figures["resolve"]["dropped"] == dict(reasons)


def test_rows_that_reach_no_entity_have_reasons(built: tuple[dict[str, Any], Oracle, Any]) -> None:
    figures, oracle, _ = built
    sources = {
        "redirects": [(row[1], row[1]) for row in oracle.redirect_rows()],
        "disambiguation": [(row[2], row[3]) for row in oracle.item_rows()],
        "hatnotes": [row[1:3] for row in oracle.hatnote_rows()],
    }
    for name, rows in sources.items():
        reasons: Counter[str] = Counter()
        for surface, target in rows:
            if oracle.entity(target) is None:
                reasons["red_link" if oracle.end(target).status == "missing" else "not_a_candidate"] += 1
            elif not surface:
                reasons["empty_surface"] += 1
        found = figures["resolve"]["of_rows"][name]
        assert found["in"] == len(rows) > 0
        assert found["dropped"] == dict(reasons)
        assert found["in"] == found["out"] + sum(found["dropped"].values())


def test_summary_counts(built: tuple[dict[str, Any], Oracle, Any]) -> None:
    _, oracle, counts = built
    kinds = Counter(row["kind"] for row in oracle.pages)
    assert kinds["article"] in counts.values()
    assert len(oracle.pages) in counts.values()
    assert len(oracle.mention_rows()) in counts.values()


def test_limit_pages_takes_the_first(world_dir: Path, tmp_path: Path) -> None:
    build_world_kb(world_dir, tmp_path / "kb", limit_pages=123)
    stages = json.loads((tmp_path / "kb" / "_run.json").read_text(encoding="utf-8"))["stages"]
    assert stages["extract"]["figures"]["in"] == 123
    oracle = Oracle(world_dir)
    last = oracle.all_pages[122]["page_id"]
    wanted = [row["page_id"] for row in oracle.pages if row["page_id"] <= last]
    found = open_artifact(tmp_path / "kb" / "pages", schemas.PAGES).table()["page_id"].to_pylist()
    assert found == wanted
