"""Settings given as NAME=VALUE and NAME.key=value."""

import json
from collections.abc import Sequence
from typing import Any

from pipeline.records.errors import UsageError


def read_assignments(flag: str, texts: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE each: name -> value.

    Raises:
        UsageError: a text has another form, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not (name and mark and value):
            raise UsageError(f"{flag} {text!r} should be NAME=VALUE")
        if name in found:
            raise UsageError(f"{flag} names {name} twice")
        found[name] = value
    return found


def read_settings(flag: str, texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """NAME.key=value each: name -> key -> value; numbers, true, false, null and JSON are read, all else is text.

    Raises:
        UsageError: a text has another form, or a key comes twice.
    """
    found: dict[str, dict[str, Any]] = {}
    for place, value in read_assignments(flag, texts).items():
        name, dot, key = place.partition(".")
        if not (name and dot and key):
            raise UsageError(f"{flag} {place}={value} should be NAME.key=value")
        found.setdefault(name, {})[key] = _value(value)
    return found


def read_numbers(flag: str, texts: Sequence[str]) -> dict[str, float]:
    """NAME=NUMBER each, 0 or more.

    Raises:
        UsageError: a value is no such number.
    """
    found = {}
    for name, text in read_assignments(flag, texts).items():
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            raise UsageError(f"{flag} {name}={text} should be a number, 0 or more")
        found[name] = number
    return found


def _value(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text)
    except ValueError:
        return text
