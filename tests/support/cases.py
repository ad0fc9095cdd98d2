"""Golden cases in plain text: blocks of `key: JSON` lines, one blank line between blocks.

The first line of a block is `name: free text`; every other value is JSON. Lines that begin with # are notes.
"""

import json
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parents[1] / "cases"


def load_cases(file_name: str) -> list[dict[str, Any]]:
    """The blocks of `tests/cases/<file_name>` in order; a broken line is an error that names it."""
    cases: list[dict[str, Any]] = []
    names: set[str] = set()
    for number, line in enumerate((CASES / file_name).read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, found, value = line.partition(":")
        if not found:
            raise ValueError(f"{file_name}:{number}: no colon in {line!r}")
        if key == "name":
            name = value.strip()
            if name in names:
                raise ValueError(f"{file_name}:{number}: the name {name!r} is taken")
            names.add(name)
            cases.append({"name": name})
            continue
        try:
            cases[-1][key.strip()] = json.loads(value)
        except (IndexError, json.JSONDecodeError) as error:
            raise ValueError(f"{file_name}:{number}: {error}") from error
    return cases


def each_case(file_name: str) -> pytest.MarkDecorator:
    """Parametrize a test over `case`, one per block of the file."""
    cases = load_cases(file_name)
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])
