"""Floors of `make bench`: read, held, refused when they say nothing."""

import pytest

from tools.bench import FOLDER, Floor, read_figures, read_floors


def test_the_floors_of_the_project_can_be_read():
    floors = read_floors(FOLDER / "requirements.toml")
    assert all(floor.meaning and floor.script.endswith(".py") for floor in floors)


@pytest.mark.parametrize(
    ("bounds", "value", "verdict"),
    [
        ({"max": 2.0}, 2.0, "ok"),
        ({"max": 2.0}, 2.1, "MISSED"),
        ({"min": 6.0}, 5.9, "MISSED"),
        ({"min": 6.0, "stretch": 8.0}, 7.0, "ok"),
        ({"min": 6.0, "stretch": 8.0}, 8.0, "ok, stretch reached"),
        ({"max": 2.0, "stretch": 1.0}, 1.5, "ok"),
        ({"max": 2.0, "stretch": 1.0}, 0.9, "ok, stretch reached"),
    ],
)
def test_verdicts(bounds, value, verdict):
    assert Floor("f", "f.py", "m", **bounds).verdict(value) == verdict


@pytest.mark.parametrize("bounds", ["", "max = 1\nmin = 2\n"])
def test_a_floor_needs_one_bound(tmp_path, bounds):
    path = tmp_path / "r.toml"
    path.write_text(f'[f]\nscript = "f.py"\nmeaning = "m"\n{bounds}')
    with pytest.raises(ValueError, match="needs either max or min"):
        read_floors(path)


def test_figures_are_read_from_their_lines():
    assert read_figures("warm up\nfigure: a 1.5\nfigure: b 2\nfigures: c 3\n") == {"a": 1.5, "b": 2.0}
