"""Options of a retriever, declared once: name, type, default, bounds, meaning."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from pipeline.records.errors import UsageError


@dataclass(frozen=True, slots=True)
class Option:
    """One option, as `--option NAME.option=value` takes it.

    Attributes:
        name: Its name.
        type: int, float, str or bool.
        default: Its value where none is given.
        meaning: A line for a dry run's table.
        least: Smallest allowed number.
        most: Largest allowed number.
        choices: Allowed words; empty for any.
    """

    name: str
    type: type
    default: Any
    meaning: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


def read_options(owner: str, known: Sequence[Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every option with its value, checked; text becomes the option's type.

    Raises:
        UsageError: an option is unknown, or a value is of another type or out of bounds.
    """
    by_name = {option.name: option for option in known}
    for name in given:
        if name not in by_name:
            near = difflib.get_close_matches(name, by_name, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(by_name) or 'none'}"
            raise UsageError(f"the retriever {owner} has no option {name}{hint}")
    return {name: _value(owner, option, given.get(name, option.default)) for name, option in by_name.items()}


def _value(owner: str, option: Option, given: Any) -> Any:  # noqa: ANN401 - an option's own type
    what = f"{owner}.{option.name} is {given!r}"
    if option.type is bool:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if str(given).lower() not in words:
            raise UsageError(f"{what}; it can be true or false")
        return words[str(given).lower()]
    try:
        value = option.type(given)
        fits = option.type is str or (value == float(given) and isfinite(value))  # int(1.5) would be 1
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        raise UsageError(f"{what}; it wants a value of type {option.type.__name__}")
    if option.choices and value not in option.choices:
        raise UsageError(f"{what}; it can be {', '.join(option.choices)}")
    if option.least is not None and not value >= option.least:
        raise UsageError(f"{what}; it must {_range(option)}")
    if option.most is not None and not value <= option.most:
        raise UsageError(f"{what}; it must {_range(option)}")
    return value


def _range(option: Option) -> str:
    if option.most is None:
        return f"be at least {option.least}"
    return f"be at most {option.most}" if option.least is None else f"lie between {option.least} and {option.most}"
