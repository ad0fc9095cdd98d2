"""Which split a caption belongs to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.formats.json_input import kind_of, read_json
from pipeline.records.dataset import Caption
from pipeline.records.errors import InputError

ALL, REST = "all", "rest"
"""Split of captions without one: where no split is told, and where a split file leaves them out."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_ALIASES = {"val": "valid", "dev": "valid", "validation": "valid"}


def split_name(name: str) -> str | None:
    """A split's name, val, dev and validation as valid; None for what cannot be one."""
    return _ALIASES.get(name, name) if _NAME.fullmatch(name) else None


def read_splits(path: Path) -> dict[str, list[str]]:
    """Split name -> keys of its captions, from an object of lists of ids.

    Raises:
        InputError: the file holds anything else, or two splits have one name.
    """
    value = read_json(path)
    if not isinstance(value, dict):
        raise InputError(f"{path}: should hold an object of lists of ids, not {kind_of(value)}")
    splits: dict[str, list[str]] = {}
    for written, ids in value.items():
        name = split_name(written)
        if name is None or name in splits:
            raise InputError(f"{path}: {written[:40]!r} is no name of a split, or the second of that name")
        if not isinstance(ids, list):
            raise InputError(f"{path}: {written} should be a list of ids, not {kind_of(ids)}")
        for number, one in enumerate(ids):
            if isinstance(one, bool) or not isinstance(one, int | str):
                raise InputError(f"{path}: {written}[{number}] should be an id, not {kind_of(one)}")
        splits[name] = [str(one) for one in ids]
    return splits


def apply_splits(captions: Sequence[Caption], splits: Mapping[str, Sequence[str]], path: Path) -> list[Caption]:
    """The captions with their splits, once for each split that names them.

    Raises:
        InputError: a split names a caption that is not there.
    """
    places: dict[str, list[str]] = {caption.key: [] for caption in captions}
    for name, keys in splits.items():
        for key in keys:
            if key not in places:
                raise InputError(f"{path}: {name} names {key[:40]!r}, which is no id of a caption")
            if name not in places[key]:
                places[key].append(name)
    return [replace(caption, split=name) for caption in captions for name in places[caption.key] or [REST]]
