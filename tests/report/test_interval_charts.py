"""Forest plots and series: places, limits, what is undefined."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.interval_charts import Estimate, Mark, figures, forest, interval_series, span_ticks
from tests.report.test_charts import SVG, read, told
from tests.support.hostile import HOSTILE_TEXTS


def texts(svg):
    return [node.text for node in read(svg).iter(f"{SVG}text")]


def whiskers(svg):
    lines = [line for line in read(svg).iter(f"{SVG}line") if line.get("stroke-width") == "2"]
    return [tuple(float(line.get(name)) for name in ("x1", "y1", "x2", "y2")) for line in lines]


def test_points_stand_on_their_intervals():
    svg = forest("T", "D", [Estimate("a", 50, 0, 100), Estimate("b", 25)], [Mark("paper", 75)])
    [point, other] = [float(one.get("cx")) for one in read(svg).iter(f"{SVG}circle")]
    assert whiskers(svg) == [(190, 43, 730, 43)]
    assert (point, other) == (460, 325)
    [mark] = [line for line in read(svg).iter(f"{SVG}line") if line.get("stroke-width") == "1.5"]
    assert float(mark.get("x1")) == float(mark.get("x2")) == 595
    assert {"paper", "50.0 [0.0, 100.0]", "25.0"} <= set(texts(svg))
    assert "a: 50.0 [0.0, 100.0]" in told(svg)


def test_what_is_undefined_has_a_note_and_no_point():
    svg = forest("T", "D", [Estimate("a", None, note="undefined: no items"), Estimate("b", 1.0)])
    assert len(list(read(svg).iter(f"{SVG}circle"))) == 1
    assert "undefined: no items" in texts(svg)
    assert figures(Estimate("a", None)) == "–"
    assert read(forest("T", "D", [Estimate("a", None)])).get("role") == "img"


def test_series_have_shapes_of_their_own_and_gaps():
    rows = {"one": [Estimate("x", 1, 0, 2), Estimate("y", None)], "two": [Estimate("x", 2), Estimate("y", 3)]}
    svg = interval_series("T", "D", ["x", "y"], rows)
    assert len(list(read(svg).iter(f"{SVG}circle"))) == 2  # one value, one in the legend
    assert len(list(read(svg).iter(f"{SVG}polygon"))) == 3
    assert [x1 == x2 for x1, _, x2, _ in whiskers(svg)] == [True]
    with pytest.raises(ValueError, match="one value per place"):
        interval_series("T", "D", ["x"], rows)


@pytest.mark.parametrize(("low", "high"), [(math.nan, 1), (0, math.inf), (2, 1)])
def test_what_cannot_be_drawn_is_an_error(low, high):
    with pytest.raises(ValueError, match="cannot show"):
        span_ticks(low, high)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ticks_reach_over_all_values(low, room):
    found = span_ticks(low, low + room)
    assert found[0] <= low + 1e-6 * max(1, abs(low), room)
    assert found[-1] >= low + room - 1e-6 * max(1, abs(low), room)
    assert 2 <= len(found) <= 14
    assert found == sorted(set(found))


def test_ticks_of_one_value():
    assert span_ticks(0, 0)[0] <= 0 < span_ticks(0, 0)[-1]
    assert span_ticks(-0.3, 1) == pytest.approx([-0.5, 0, 0.5, 1])


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_labels_stay_text(text):
    one = Estimate(text, 1, 0, 2, text)
    for svg in (forest(text, text, [one], [Mark(text, 1)]), interval_series(text, text, [text], {text: [one]})):
        names = {node.tag.removeprefix(SVG) for node in read(svg).iter()}
        assert names <= {"svg", "title", "desc", "text", "circle", "line", "path"}


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0, 50)), min_size=1, max_size=8))
def test_everything_stays_inside(pairs):
    svg = forest(
        "T", "D", [Estimate(str(at), value, value - room, value + room) for at, (value, room) in enumerate(pairs)]
    )
    for x1, _, x2, _ in whiskers(svg):
        assert 189.9 <= x1 <= x2 <= 730.1
