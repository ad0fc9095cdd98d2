"""Charts: their geometry, their words, their escaping."""

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.chart_parts import ticks
from pipeline.report.charts import Bar, FunnelBar, Stack, bars, funnel_bars, stacked_bars
from pipeline.report.line_charts import areas, lines
from pipeline.report.svg import element, number
from tests.support.hostile import HOSTILE_TEXTS

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.floats(0, 1e12, allow_nan=False)


def read(svg):
    return ET.fromstring(str(svg))


def widths(svg):
    return [float(rect.get("width")) for rect in read(svg).iter(f"{SVG}rect") if rect.get("rx") is None]


def told(svg):
    return ["".join(node.itertext()) for node in read(svg).iter(f"{SVG}title")]


def test_bars_are_as_long_as_their_values():
    svg = bars("T", "D", [Bar("a", 50), Bar("b", 100, note="half more"), Bar("c", 0)])
    assert widths(svg) == [290, 580]
    assert told(svg) == ["T", "a", "a: 50", "b", "b: half more", "c"]


def test_stacks_stand_side_by_side():
    svg = stacked_bars("T", "D", ["kept", "dropped"], [Stack("2007", (1, 3)), Stack("2008", (2, 0))])
    rects = [rect for rect in read(svg).iter(f"{SVG}rect") if rect.get("rx") is None]
    assert [(float(rect.get("x")), float(rect.get("width"))) for rect in rects] == [(210, 145), (355, 435), (210, 290)]
    assert "2007, dropped: 3" not in told(svg)
    assert "2007: dropped: 3" in told(svg)


def test_a_funnel_shows_what_goes_on_and_what_is_taken():
    svg = funnel_bars("T", "D", [FunnelBar("found", 100, 100), FunnelBar("icon", 100, 75, note="−25")])
    assert widths(svg) == [580, 435, 145]
    assert "icon: 25 taken out" in told(svg)


def test_values_next_to_nothing_are_drawn():
    assert widths(bars("T", "D", [Bar("a", 5e-324)])) == [1.5]


def test_a_tiny_part_can_still_be_seen():
    assert min(widths(bars("T", "D", [Bar("a", 1e9), Bar("b", 1)]))) == 1.5


@pytest.mark.parametrize("value", [-1, math.nan, math.inf])
def test_what_cannot_be_drawn_is_an_error(value):
    for draw in (
        lambda: bars("T", "D", [Bar("a", value)]),
        lambda: stacked_bars("T", "D", ["s"], [Stack("a", (value,))]),
        lambda: funnel_bars("T", "D", [FunnelBar("a", 1, value)]),
        lambda: lines("T", "D", ["2007"], {"s": [value]}),
        lambda: areas("T", "D", ["2007"], {"s": [value]}),
    ):
        with pytest.raises(ValueError, match="cannot show"):
            draw()


def test_a_funnel_cannot_grow():
    with pytest.raises(ValueError, match="cannot show -1"):
        funnel_bars("T", "D", [FunnelBar("a", 1, 2)])


def test_uneven_series_are_an_error():
    with pytest.raises(ValueError, match="one value per"):
        stacked_bars("T", "D", ["a", "b"], [Stack("x", (1,))])
    for draw in (lines, areas):
        with pytest.raises(ValueError, match=r"one value per|shorter|longer"):
            draw("T", "D", ["2007", "2008"], {"s": [1], "t": [1, 2]})


def test_areas_stand_on_each_other():
    svg = areas("T", "D", ["a", "b"], {"low": [1, 1], "high": [3, 0]})
    low, high = (path.get("d") for path in read(svg).iter(f"{SVG}path"))
    assert low == "M64 205 L944 205 L944 260 L64 260Z"
    assert high == "M64 40 L944 205 L944 205 L64 205Z"


def test_lines_start_at_the_left_and_keep_the_scale():
    svg = lines("T", "D", ["2007", "2008", "2009"], {"kept": [0, 100, 50]})
    [path] = read(svg).iter(f"{SVG}path")
    assert path.get("d") == "M64 260 L504 40 L944 150"
    assert "2008, kept: 100" in told(svg)


@pytest.mark.parametrize("draw", [lambda: bars("T", "D", []), lambda: stacked_bars("T", "D", ["a"], []),
                                  lambda: funnel_bars("T", "D", []), lambda: lines("T", "D", [], {}),
                                  lambda: areas("T", "D", [], {"a": []}), lambda: lines("T", "D", ["a"], {"s": [0]})])  # fmt: skip
def test_nothing_is_drawn_as_nothing(draw):
    assert read(draw()).get("role") == "img"


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_labels_stay_text(text):
    for svg in (
        bars(text, text, [Bar(text, 1, note=text)]),
        stacked_bars(text, text, [text], [Stack(text, (1,), note=text)]),
        lines(text, text, [text], {text: [1]}),
        areas(text, text, [text], {text: [1]}),
    ):
        names = {node.tag.removeprefix(SVG) for node in read(svg).iter()}
        assert names <= {"svg", "title", "desc", "text", "rect", "path", "line", "circle"}


@given(st.lists(st.tuples(VALUES, VALUES), max_size=6))
def test_charts_are_well_formed_and_inside_their_frame(pairs):
    svg = stacked_bars("T", "D", ["a", "b"], [Stack(str(place), pair) for place, pair in enumerate(pairs)])
    for rect in read(svg).iter(f"{SVG}rect"):
        assert float(rect.get("x")) >= 0
        assert float(rect.get("x")) + float(rect.get("width")) <= 960


@given(st.floats(1e-6, 1e15))
def test_ticks_are_round_and_cover(largest):
    found = ticks(largest)
    assert found[0] == 0
    assert found[-1] >= largest * (1 - 1e-9)
    assert found[-2] < largest
    assert 2 <= len(found) <= 7
    mantissa = f"{found[1]:.6e}".partition("e")[0].rstrip("0").rstrip(".")
    assert mantissa in ("1", "2", "5")


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (-0.001, "0"), (1.5, "1.5"), (100, "100"), (2 / 3, "0.67")])
def test_numbers(value, text):
    assert number(value) == text


def test_numbers_are_finite():
    with pytest.raises(ValueError, match="nan cannot be drawn"):
        element("rect", x=math.nan)
