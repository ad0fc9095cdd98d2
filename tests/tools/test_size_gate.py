"""The size gate refuses what is too large and nothing else."""

import pytest

from tools.size_gate import faults


def found(tmp_path, source, name="pipeline/x.py", file_name="x.py"):
    path = tmp_path / file_name
    path.write_text(source, encoding="utf-8")
    return list(faults(path, name))


def function(n_lines):
    return "def f():\n" + "    x = 1\n" * (n_lines - 1)


@pytest.mark.parametrize(
    "source", ['"""Short."""\n' * 400, function(50), "def f(a, b, c, d, e, *, g): ...\n", "x = 1\n", ""]
)
def test_the_bounds_themselves_are_allowed(tmp_path, source):
    assert found(tmp_path, source) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("\n" * 401, "401 lines; at most 400"),
        (function(51), ":1 f: 51 lines; at most 50"),
        ("def f(a, b, c, d, e, g): ...\n", "6 positional arguments"),
        (f'"""{"word " * 13}"""\n', "has 13 words"),
        ("def f(:\n", "invalid syntax"),
    ],
)
def test_what_is_too_large_is_named(tmp_path, source, fault):
    assert any(fault in line for line in found(tmp_path, source))


def test_self_does_not_count(tmp_path):
    assert found(tmp_path, "class C:\n    def f(self, a, b, c, d, e): ...\n") == []


def test_an_init_holds_a_docstring_only(tmp_path):
    assert found(tmp_path, '"""Doc."""\nx = 1\n', file_name="__init__.py") == [
        "pipeline/x.py: holds more than a docstring"
    ]
