"""The funnel's JSON."""

import json
from copy import deepcopy

import pytest

from pipeline.records.errors import ArtifactError
from pipeline.records.funnel import Funnel, FunnelExample, FunnelGroup, FunnelStep

EXAMPLE = FunnelExample("00", "Title", "A.jpg", "A caption", "", ("icon",))
FUNNEL = Funnel(
    wiki="enwikinews", date="20210101", article_steps=(("no_date", 1),), n_articles=3, n_pairs=2, n_kept=1, n_review=0,
    n_dropped=1, steps=(FunnelStep("icon", "dropped", 2, 1, 1, (EXAMPLE,)),),
    years=(FunnelGroup("2007", 2, 1, 0, 1, {"icon": 1}, 3),), topics=(), weak_dates=(("", 1),), terms=(), unknown_templates=(("A", 1),),
    examples_per_rule=8,
)  # fmt: skip


def changed(path, value):
    found = json.loads(json.dumps(FUNNEL.to_json()))
    place = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return found


def test_json_and_back():
    assert Funnel.from_json(json.loads(json.dumps(FUNNEL.to_json()))) == FUNNEL
    assert Funnel.from_json(deepcopy(FUNNEL.to_json())) == FUNNEL


def test_what_was_taken():
    assert (FUNNEL.steps[0].n_taken, FUNNEL.n_articles_used) == (1, 2)


@pytest.mark.parametrize("value", [None, [], {}, {"version": 0}, changed(["version"], 1)])
def test_another_version_is_refused(value):
    with pytest.raises(ArtifactError, match="no funnel of version 2"):
        Funnel.from_json(value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["wiki"], 5), (["n_pairs"], "2"), (["n_pairs"], True), (["steps"], 1), (["steps", 0, "rule"], None),
        (["steps", 0, "examples", 0, "caption"], 1), (["steps", 0, "examples", 0, "reasons"], None),
        (["years", 0, "n_in"], 1.5), (["unknown_templates", 0], ["A"]), (["unknown_templates", 0], ["A", "1"]),
        (["surprise"], 1), (["years", 0, "by_rule"], []), (["years", 0, "by_rule"], {"icon": "1"}),
        (["steps", 0, "examples", 0, "reasons"], [1]),
    ],
)  # fmt: skip
def test_damage_is_named(path, value):
    with pytest.raises(ArtifactError, match="the funnel is damaged"):
        Funnel.from_json(changed(path, value))


def test_a_missing_part_is_named():
    value = FUNNEL.to_json()
    del value["topics"]
    with pytest.raises(ArtifactError, match="topics"):
        Funnel.from_json(value)
