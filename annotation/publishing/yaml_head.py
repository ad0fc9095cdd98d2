"""The YAML head of a card, block style."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def yaml_text(value: Mapping[str, Any]) -> str:
    """A mapping of mappings, lists, texts and numbers as YAML; texts are quoted as in JSON, which YAML reads alike."""
    return "".join(f"{line}\n" for line in _mapping(value))


def _mapping(value: Mapping[str, Any]) -> Iterator[str]:
    for name, one in value.items():
        if isinstance(one, Mapping) and one:
            yield f"{name}:"
            yield from (f"  {line}" for line in _mapping(one))
        elif _is_list(one) and one:
            yield f"{name}:"
            yield from _sequence(one)
        else:
            yield f"{name}: {_scalar(one)}"


def _sequence(values: Sequence[Any]) -> Iterator[str]:
    for one in values:
        if isinstance(one, Mapping) and one:
            first, *rest = _mapping(one)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
        else:
            yield f"- {_scalar(one)}"


def _scalar(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
