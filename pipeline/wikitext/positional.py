"""Arguments of a call by position."""

from collections.abc import Iterable

from pipeline.titles.templates import LAST, TextRule


def positional(pairs: Iterable[tuple[str | None, str]]) -> dict[int, str]:
    """Values by position from 1; `|2=…` is the second, a later one wins."""
    values: dict[int, str] = {}
    unnamed = 0
    for name, value in pairs:
        if name is None:
            unnamed += 1
            values[unnamed] = value
        elif name.isascii() and name.isdigit() and len(name) < 6:
            values[int(name)] = value
    return values


def ruled_argument(pairs: list[tuple[str | None, str]], rule: TextRule) -> str:
    """The wikitext that a text template shows, '' when the argument is missing."""
    if not rule.position:
        return rule.literal
    values = positional(pairs)
    position = max(values, default=0) if rule.position == LAST else rule.position
    if position in values:
        return values[position]
    return next((value for name, value in pairs if name in rule.names), "")
