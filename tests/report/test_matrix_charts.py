"""Heat maps and confusion matrices: cells, depths, words, escaping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.matrix_charts import DEPTHS, Axes, Cell, HeatCell, confusion_matrix, heat_map, matrix
from tests.report.test_charts import SVG, read, told
from tests.support.hostile import HOSTILE_TEXTS


def cells(svg):
    """(x, y) -> depth of every cell; swatches of the legend are narrower."""
    rects = [rect for rect in read(svg).iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]
    return {(float(rect.get("x")), float(rect.get("y"))): float(rect.get("fill-opacity")) for rect in rects}


def texts(svg):
    return [node.text for node in read(svg).iter(f"{SVG}text")]


def test_a_heat_map_has_the_same_cells_on_both_sides_of_its_diagonal():
    values = {
        ("a", "b"): HeatCell(80.0, ("n 5",)),
        ("c", "a"): HeatCell(90.0),
        ("b", "c"): HeatCell(None, (), "no items"),
    }
    svg = heat_map("T", "D", ["a", "b", "c"], values)
    assert sorted(cells(svg).values()) == [0.0, 0.0, DEPTHS[0], DEPTHS[0], DEPTHS[-1], DEPTHS[-1]]
    assert texts(svg).count("80.0") == texts(svg).count("n 5") == 2
    assert texts(svg).count("–") == 2
    assert "b, c: no items" in told(svg)
    assert texts(svg)[:5] == ["80.0 to 82.0", "82.0 to 84.0", "84.0 to 86.0", "86.0 to 88.0", "88.0 to 90.0"]


def test_equal_values_need_no_scale():
    svg = heat_map("T", "D", ["a", "b"], {("a", "b"): HeatCell(80.0)})
    assert "to" not in " ".join(texts(svg))
    assert set(cells(svg).values()) == {DEPTHS[-1]}


def test_a_confusion_matrix_tells_counts_and_shares_of_rows():
    svg = confusion_matrix("T", "D", Axes(["x", "y"], ["x", "y"], "one", "two"), [[3, 1], [0, 0]])
    assert list(cells(svg).values()) == [DEPTHS[3], DEPTHS[1], 0.0, 0.0]
    assert "x, then y: 1, 25.0% of 4 in the row" in told(svg)
    assert [rect.get("class") for rect in read(svg).iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None] == [
        "fill-0 frame", "fill-0", "fill-0", "fill-0 frame",
    ]  # fmt: skip
    assert {"one", "two", "75%", "0"} <= set(texts(svg))


def test_negative_counts_are_an_error():
    with pytest.raises(ValueError, match="cannot show -1"):
        confusion_matrix("T", "D", Axes(["x"], ["x"]), [[-1]])


def test_narrow_cells_keep_their_value_only():
    names = [f"a{n:02}" for n in range(25)]
    values = {(names[0], names[1]): HeatCell(80.0, ("n 5",)), (names[1], names[2]): HeatCell(90.0, ("n 6",))}
    svg = heat_map("T", "D", names, values)
    assert "80.0" in texts(svg)
    assert "n 5" not in texts(svg)


def test_nothing_is_drawn_as_nothing():
    assert read(heat_map("T", "D", [], {})).get("role") == "img"
    assert read(matrix("T", "D", Axes([], []), {})).get("role") == "img"


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_names_stay_text(text):
    svg = matrix(text, text, Axes([text], [text], text, text), {(0, 0): Cell((text,), text, 1.0)}, [text])
    names = {node.tag.removeprefix(SVG) for node in read(svg).iter()}
    assert names <= {"svg", "title", "desc", "text", "rect"}


@given(st.integers(1, 40), st.data())
def test_cells_stay_inside_their_frame(n, data):
    names = [str(at) for at in range(n)]
    value = data.draw(st.floats(-100, 100))
    svg = heat_map("T", "D", names, {(one, other): HeatCell(value) for one in names[:3] for other in names[-2:]})
    height = float(read(svg).get("viewBox").split()[-1])
    for rect in read(svg).iter(f"{SVG}rect"):
        assert float(rect.get("x")) >= 0
        assert float(rect.get("x")) + float(rect.get("width")) <= 960.01
        assert float(rect.get("y")) + float(rect.get("height")) <= height
