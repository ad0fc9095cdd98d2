"""Repairs of entities, spans and types: golden cases and properties."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.entity_urls import entity_url, is_nil_word, read_entity_url, read_title
from pipeline.formats.mending import mend_span, mend_surface
from pipeline.formats.mention_types import TYPES, known_type
from pipeline.formats.repairing import RepairLog
from pipeline.formats.spans import occurrences, overlaps, place_mentions
from tests.support.cases import load_cases

CASES = load_cases("dataset_repairs.case")


def cases_with(key):
    found = [case for case in CASES if key in case]
    assert found
    return pytest.mark.parametrize("case", found, ids=[case["name"] for case in found])


@cases_with("entity")
def test_entity(case):
    found = read_entity_url(case["entity"])
    assert [found.title, found.is_nil, list(found.kinds), found.problem] == case["is"]


@cases_with("mention")
def test_offsets(case):
    log = RepairLog(Path("x.json"))
    surface, start, end = case["mention"]
    text = mend_surface(surface, log, "surface")
    text, span = mend_span(case["caption"], text, (start, end), log)
    assert [text, *(span or (None, None))] == case["is"]
    assert [one.kind for one in log.repairs] == case["kinds"]


@cases_with("surfaces")
def test_places(case):
    found = place_mentions(case["caption"], case["surfaces"])
    assert [one.span and list(one.span) for one in found] == case["spans"]


@cases_with("type")
def test_types(case):
    assert known_type(case["type"]) == case["is"]


def test_the_seven_types_stay():
    assert [known_type(name) for name in TYPES] == list(TYPES)


NAMES = st.sampled_from(
    [
        "Kofi_Annan",
        "São Paulo",
        "A%26B",
        "Mercury_(planet)",
        "Rockin'",
        "C%2B%2B",
        "wat er",
        "Who?",
        '"Heroes"',
        "X#y",
        "",
    ]
)
HEADS = st.sampled_from(
    ["https://", "nhttps://", "]https://", "ttps://", "http:/", "//", "", "(", "https://en.m.", "[["]
)
HOSTS = st.sampled_from(
    [
        "en.wikipedia.org/wiki/",
        "en.m.wikipedia.org/wiki/",
        "de.wikipedia.org/wiki/",
        "",
        "en.wikipedia.org/w/index.php?title=",
    ]
)
ENDS = st.sampled_from(["", "]", ")", "#a", "?a=b", " ", "'", '"', "nil"])


@given(st.one_of(st.text(max_size=40), st.builds("{}{}{}{}".format, HEADS, HOSTS, NAMES, ENDS)))
def test_a_repaired_entity_needs_no_repair(text):
    first = read_entity_url(text)
    assert (first.title is None) == (first.is_nil or first.problem is not None)
    if first.problem is None:
        again = read_entity_url(first.url)
        assert (again.title, again.is_nil, again.kinds) == (first.title, first.is_nil, ())


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_title_goes_out_and_comes_back(text):
    title = read_title(text).title
    # A title that looks like a word for NIL is one all the same when it comes as an address.
    if title is not None:
        assert read_entity_url(entity_url(title)).title == title


@pytest.mark.parametrize("text", ["Nile", "Null hypothesis", "Nonesuch", "Nancy"])
def test_no_words_for_nil(text):
    assert not is_nil_word(text)


def test_an_endless_field_is_no_title():
    assert read_entity_url("https://en.wikipedia.org/wiki/" + "a" * 5_000).problem == "bad_title"
    assert read_entity_url("(" * 3_000).problem == "bad_title"


CAPTIONS = st.text("ab c", min_size=1, max_size=24)


@given(CAPTIONS, st.text("ab c", min_size=1, max_size=3))
def test_occurrences_against_a_naive_scan(caption, surface):
    naive = [(i, i + len(surface)) for i in range(len(caption)) if caption[i : i + len(surface)] == surface]
    assert occurrences(caption, surface) == naive


@given(CAPTIONS, st.lists(st.text("abc", min_size=1, max_size=3), max_size=4))
def test_places_cut_the_surface(caption, surfaces):
    for surface, found in zip(surfaces, place_mentions(caption, surfaces), strict=True):
        for start, end in found.choices:
            assert caption[start:end] == surface
        assert (found.span is not None) == (len(found.choices) == 1)
        assert found.span in (*found.choices, None)
        assert bool(found.choices) == (surface in caption)


@st.composite
def marked(draw):
    """A caption with mentions left to right, and their true places."""
    parts = draw(
        st.lists(
            st.tuples(st.sampled_from(["", " ", " x ", "😀 "]), st.sampled_from(["ab", "abc", "é", "a b"])), max_size=5
        )
    )
    caption, spans = "", []
    for gap, surface in parts:
        caption += gap
        spans.append((len(caption), len(caption) + len(surface)))
        caption += surface
    return caption + draw(st.sampled_from(["", " ab", ".", "c"])), spans


def readings(caption, surfaces, after=0):
    """All ways to place surfaces left to right without overlap, by trial."""
    if not surfaces:
        yield ()
        return
    for span in occurrences(caption, surfaces[0]):
        if span[0] >= after:
            for rest in readings(caption, surfaces[1:], span[1]):
                yield (span, *rest)


@given(marked())
def test_order_against_all_readings(case):
    caption, truth = case
    surfaces = [caption[start:end] for start, end in truth]
    ways = list(readings(caption, surfaces))
    assert tuple(truth) in ways
    for place, found in enumerate(place_mentions(caption, surfaces)):
        possible = sorted({way[place] for way in ways})
        # Places that cut words may have been put aside; what is left is a part of what is possible.
        assert set(found.choices) <= set(possible)
        if len(possible) == 1:
            assert found.span == possible[0]


@pytest.mark.parametrize(
    ("spans", "is_so"), [([], False), ([(0, 2), (2, 4)], False), ([(3, 5), (0, 4)], True), ([(0, 2), (0, 2)], True)]
)
def test_overlaps(spans, is_so):
    assert overlaps(spans) is is_so
