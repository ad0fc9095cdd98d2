"""Completion records: one small JSON file per finished unit."""

import json
import logging
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LOGGER = logging.getLogger(__name__)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_SUFFIX = ".json"


class UnitLog:
    """A folder in which each finished unit leaves its record.

    Records appear whole, by temporary name and rename. One that cannot be read (the system stopped before it reached
    the disk) counts as unfinished. Units are named by letters, digits, `.`, `_` and `-`.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def finish(self, unit: str, record: dict[str, Any]) -> None:
        """Leave the record of a finished unit, in place of an older one."""
        path = self._path(unit)
        temporary = path.with_name(f".{unit}.{uuid.uuid4().hex}.part")
        text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        try:
            self._write(temporary, text)
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(temporary, text)
        os.replace(temporary, path)

    def record(self, unit: str) -> dict[str, Any] | None:
        """The record of one unit; None while it is unfinished."""
        return _read(self._path(unit))

    def finished(self) -> dict[str, dict[str, Any]]:
        """The records of all finished units, by unit, in name order."""
        return dict(self.read_new(set()))

    def read_new(self, known: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Records of units that are not in `known`, in name order; the cost grows with the new ones only."""
        for unit in sorted(set(self._units()) - known):
            record = _read(self._path(unit))
            if record is not None:
                yield unit, record

    def forget(self, unit: str) -> None:
        """Take a unit's record away: it has to be done again."""
        self._path(unit).unlink(missing_ok=True)

    def _units(self) -> Iterator[str]:
        try:
            entries = os.scandir(self.folder)
        except FileNotFoundError:
            return
        with entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX) and not entry.name.startswith("."):
                    yield entry.name.removesuffix(_SUFFIX)

    def _path(self, unit: str) -> Path:
        if not _NAME.fullmatch(unit):
            raise ValueError(f"a unit's name is a file name: letters, digits, '.', '_' and '-'; got {unit!r}")
        return self.folder / f"{unit}{_SUFFIX}"

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        _LOGGER.warning("%s is damaged; its unit will be done again", path)
        return None
    return value if isinstance(value, dict) else None
