"""The lock file of a split: settings, digests, places."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotation.splitting.options import preset_named
from annotation.splitting.placing import WEIGHTS
from annotation.splitting.splitter import Split
from pipeline.records.code import code_digest
from pipeline.records.errors import InputError, MelError

LOCK_NAME = "splits.lock.json"
VERSION = 1
_CODE = ("../annotation/splitting", "../annotation/tokens.py")


def lock_json(split: Split) -> dict[str, Any]:
    """The lock as JSON value: settings, digests, sorted ids."""
    return {
        "version": VERSION,
        "preset": split.preset,
        "seed": split.seed,
        "ratio": list(split.ratio),
        "group_by": list(preset_named(split.preset).group_by),
        "weights": dict(WEIGHTS),
        "code": code_digest(_CODE),
        "groups": {"n": split.n_groups, "largest": split.largest_group, "sha256": split.groups_digest},
        "splits": {name: _ids(split.ids(name)) for name in split.names},
        "left_out": list(split.left_out),
    }


def write_lock(split: Split, path: Path) -> None:
    """Write the lock; the same split gives the same bytes."""
    path.write_text(json.dumps(lock_json(split), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_lock(path: Path) -> dict[str, str]:
    """Pair id -> split.

    Raises:
        InputError: the file is no lock, was changed by hand, or names a pair twice.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        return _places(value)
    except MelError as error:
        raise InputError(f"{path}: {error}") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path}: is no lock file of a split: {error!r}") from error


def _places(value: Mapping[str, Any]) -> dict[str, str]:
    if value["version"] != VERSION:
        raise InputError(f"is of version {value['version']!r}; this toolkit reads {VERSION}")
    places: dict[str, str] = {}
    for name, row in value["splits"].items():
        if _ids(row["pair_ids"]) != row:
            raise InputError(f"the pairs of {name} are not those that it was written with; was it changed by hand?")
        for pair_id in row["pair_ids"]:
            if pair_id in places:
                raise InputError(f"pair {pair_id} is in {places[pair_id]} and in {name}")
            places[pair_id] = name
    return places


def _ids(ids: Sequence[str]) -> dict[str, Any]:
    text = "".join(f"{one}\n" for one in ids)
    return {"n": len(ids), "sha256": hashlib.sha256(text.encode()).hexdigest(), "pair_ids": list(ids)}
