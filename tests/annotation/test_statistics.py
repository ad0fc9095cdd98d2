"""Figures of a data set: by hand on a few pairs, and of the released captions."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.statistics.ambiguity import AMBIGUITIES, ambiguity_classes, draw_sample, suggest_ambiguity
from annotation.statistics.clues import table_7
from annotation.statistics.dataset import dataset_statistics
from annotation.statistics.difficulty import difficulty
from annotation.statistics.distributions import candidate_counts, entity_types, topics
from annotation.statistics.readings import LabelledPair, label_pairs
from annotation.statistics.sizes import table_3
from pipeline.formats.dataset_rows import mention_rows, pair_row
from pipeline.formats.kgmel import read_kgmel
from pipeline.formats.mention_types import TYPES
from pipeline.formats.splits import apply_splits, read_splits
from pipeline.records.dataset import DatasetMention, Pair

PAIR = Pair("p1", "train", 1, "News", "2009-05-01", "sports", "", "i", None, None, None, None, None, "1")
MENTION = DatasetMention(
    "m", "p1", "train", "", "", 0, 1, "Person", None, None, None, False, "sports", "i", None, None, "gold"
)


def mention(surface, entity, **more):
    return replace(MENTION, surface=surface, entity=entity, is_nil=entity is None, **more)


def labelled(caption, *mentions, **more):
    return LabelledPair(replace(PAIR, caption=caption, **more), mentions)


SMALL = [
    labelled("Obama's trip to Rome (2009)", mention("Obama", "Barack Obama"), mention("Rome", "Rome"), pair_id="p1"),
    labelled("A bridge", pair_id="p2", topic="disaster"),
    labelled("The lions win", mention("lions", "Lions"), pair_id="p3", split="test"),
    labelled("John Doe speaks", mention("John Doe", None, type=None), pair_id="p4", split="test", topic=None),
    labelled("The Mercury probe", mention("Mercury", "Mercury (planet)", type="Misc"), pair_id="p5", split="valid"),
    labelled("The UK votes", mention("UK", "United Kingdom", type="Country"), pair_id="p6"),
]


def told(readings):
    return {one.id: (one.n, one.of) for one in readings}


def sizes(bars):
    return {one.name: one.n for one in bars if one.n}


def test_difficulty_by_hand():
    found = difficulty(SMALL)
    assert told(found.different) == {"casefold": (3, 5), "exact": (4, 5), "bare": (2, 5)}
    assert told(found.totally_different) == {"title": (1, 5), "bare_title": (1, 5)}
    assert sizes(found.classes) == {"no": 1, "easy": 1, "hard": 4}
    assert [one.paper for one in found.classes] == [0.01, 0.05, 0.94]
    assert sizes(found.similarity) == {"0": 1, "0.5-0.75": 2, "1": 2}


def test_underscores_are_spaces():
    found = difficulty([labelled("In New York", mention("New York", "New_York"))])
    assert set(told(found.different).values()) == {(0, 1)}


def test_sizes_by_hand():
    train, valid, test, total = table_3(SMALL)
    assert [one.split for one in (train, valid, test, total)] == ["train", "valid", "test", "total"]
    assert [one.n_pairs for one in (train, valid, test, total)] == [3, 1, 2, 6]
    assert train.mentions_per_pair.value == 1.0
    assert told(train.words_per_pair) == {"words": (11, 3), "space_separated": (10, 3)}
    assert (total.paper_pairs, test.mentions_per_pair.paper) == (7_969, 1.87)


def test_a_pair_in_two_splits_counts_once_in_the_total():
    twice = [*SMALL, LabelledPair(replace(SMALL[0].pair, split="test"), SMALL[0].mentions)]
    *_, test, total = table_3(twice)
    assert (test.n_pairs, total.n_pairs) == (3, 6)
    assert dataset_statistics(twice)["figure_2a"] == dataset_statistics(SMALL)["figure_2a"]


def test_topics_and_types():
    assert sizes(topics(SMALL)) == {"sports": 4, "disaster": 1, "unknown": 1}
    found = entity_types(SMALL)
    assert [one.name for one in found] == [*TYPES, "unknown"]
    assert sizes(found) == {"Person": 3, "Country": 1, "Misc": 1, "unknown": 1}
    assert sum(one.share for one in found) == pytest.approx(1)


def test_candidates():
    counts = (0, 1, 2, 5, 6, 10, 11, 20, 21, 50, 51, None)
    pair = labelled("x", *(mention("a", "A", ambiguity=n) for n in counts), mention("b", None, ambiguity=0))
    found = candidate_counts([pair])
    assert sizes(found.buckets) == {"0": 2, "1": 1, "2-5": 2, "6-10": 2, "11-20": 2, "21-50": 2, "> 50": 1}
    assert told(found.readings) == {
        "none": (2, 12), "none_linked": (1, 11), "many": (5, 12), "many_linked": (5, 11),
    }  # fmt: skip
    assert found.n_unknown == 1


def test_visual_clues_under_both_denominators():
    clues = (("object",), ("object", "property"), (), ("weather",), None)
    found = table_7([
        labelled("x", *(mention("a", "A", visual_clues=one) for one in clues[:2])),
        labelled("y", *(mention("a", "A", visual_clues=one) for one in clues[2:3])),
        labelled("z", *(mention("a", "A", visual_clues=one) for one in clues[3:])),
        labelled("w", mention("a", "A")),
    ])  # fmt: skip
    assert {row.clue: (row.of_all.n, row.of_all.of, row.of_helped.of) for row in found.rows} == {
        "object": (2, 4, 3), "scene": (0, 4, 3), "property": (1, 4, 3), "other": (0, 4, 3), "weather": (1, 4, 3),
    }  # fmt: skip
    assert told([found.helped_mentions, found.helped_pairs]) == {"helped_mentions": (3, 4), "helped_pairs": (2, 3)}
    assert found.n_unlabelled == 2
    assert sum(row.of_all.paper or 0 for row in found.rows) == pytest.approx(1.0538)


def test_nothing_to_count():
    found = dataset_statistics([])
    json.dumps(found)
    assert found["table_3"][0]["mentions_per_pair"]["value"] is None
    assert found["surface_difference"]["different"][0]["value"] is None


def test_all_figures_are_json():
    found = dataset_statistics(SMALL, {"m": "Acrm"})
    assert json.loads(json.dumps(found))["figure_2b"][AMBIGUITIES.index("Acrm")]["n"] == 1
    assert set(found) == {
        "table_2", "table_3", "table_7", "figure_2a", "figure_2b", "figure_2b_by_mention", "figure_4a", "figure_4b",
        "surface_difference",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("surface", "entity", "expected"),
    [
        ("UN", "United Nations", "Acrm"),
        ("U.N.", "United Nations", "Acrm"),
        ("DOJ", "United States Department of Justice", None),
        ("FBI", "Federal Bureau of Investigation", "Acrm"),
        ("Obama", "Barack Obama", "SurFirst"),
        ("Barack", "Barack Obama", "SurFirst"),
        ("Gov. Palin", "Governor Palin", "Abbr"),
        ("Calif.", "California", "Abbr"),
        ("Mercury", "Mercury (planet)", "Diff"),
        ("Michael Jackson", "Michael Jackson (writer)", "Per"),
        ("Rome", "Rome", None),
        ("England", "England national football team", None),
        ("...", "Ellipsis", None),
    ],
)
def test_suggested_classes(surface, entity, expected):
    assert suggest_ambiguity(surface, entity) == expected


def test_classes_stand_in_the_papers_order():
    found = ambiguity_classes(["Acrm", "Diff", "Acrm"])
    assert [one.name for one in found] == list(AMBIGUITIES)
    assert sizes(found) == {"Diff": 1, "Acrm": 2}


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(0, 40), st.integers(0, 3))
def test_samples_keep_the_shares_of_strata(topic_of, n, seed):
    units = [(f"p{number:02}", topic) for number, topic in enumerate(topic_of)]
    found = draw_sample(units, n, seed, key=lambda one: one[0], stratum=lambda one: one[1])
    again = draw_sample(units[::-1], n, seed, key=lambda one: one[0], stratum=lambda one: one[1])
    assert found == again
    assert len(found.ids) == len(set(found.ids)) == min(n, len(units))
    drawn = Counter(dict(units)[one] for one in found.ids)
    for name, size in Counter(topic_of).items():
        assert abs(drawn[name] - len(found.ids) * size / len(units)) < 1
    assert bool(found.note) == (n > len(units))


def test_the_largest_remainder_gets_what_is_left():
    found = draw_sample(["a1", "a2", "a3", "b1"], 3, 0, key=str, stratum=lambda one: one[0])
    assert [one[0] for one in found.ids] == ["a", "a", "b"]


def test_eight_hundred_of_796():
    units = [str(number) for number in range(796)]
    found = draw_sample(units, 800, 0, key=str, stratum=lambda _: "")
    assert found.note == "800 were asked for, but there are only 796: all were taken"


def test_rows_find_their_pairs_by_split():
    pairs = [PAIR, replace(PAIR, split="test")]
    found = label_pairs(pairs, [mention("a", "A"), mention("b", "B", split="test")])
    assert [[one.surface for one in pair.mentions] for pair in found] == [["a"], ["b"]]


@pytest.fixture(scope="module")
def released(data_dir):
    captions = read_kgmel(data_dir / "wikidiverse/wikidiverse-captions.json").captions
    path = data_dir / "wikidiverse/inferred-v2-split.json"
    split = apply_splits(captions, read_splits(path), path)
    return [LabelledPair(pair_row(one, "kgmel", None), tuple(mention_rows(one, "kgmel"))) for one in split]


@pytest.mark.data
def test_figures_of_the_released_captions(released):
    found = dataset_statistics(released)
    rows = {row["split"]: row for row in found["table_3"]}
    assert {name: row["n_pairs"] for name, row in rows.items()} == {
        "train": 5_801, "valid": 683, "test": 695, "extra_no_url": 226, "total": 7_405,
    }  # fmt: skip
    per_pair = {name: round(row["mentions_per_pair"]["value"], 2) for name, row in rows.items()}
    assert per_pair == {"train": 2.02, "valid": 1.99, "test": 1.94, "extra_no_url": 1.82, "total": 2.01}
    n_words = {one["id"]: round(one["value"], 2) for one in rows["total"]["words_per_pair"]}
    assert n_words["space_separated"] == 10.13
    different = {one["id"]: one["value"] for one in found["surface_difference"]["different"]}
    assert round(1 - different["casefold"], 3) == 0.502
    totally = {one["id"]: one["value"] for one in found["surface_difference"]["totally_different"]}
    assert round(totally["title"], 3) == 0.141
