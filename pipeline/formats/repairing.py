"""Collecting the repairs of a file, record by record."""

from collections import Counter
from pathlib import Path

from pipeline.records.dataset import Repair, RepairKind


class RepairLog:
    """Repairs in the order in which they are made.

    `mention` is the mention at hand, None while the record itself is read.
    """

    def __init__(self, file: Path) -> None:
        self.repairs: list[Repair] = []
        self.mention: int | None = None
        self._file = file.name
        self._record = 0
        self._item = 0

    def begin(self, record: int) -> None:
        """The repairs that follow are those of this record."""
        self._record, self._item, self.mention = record, 0, None

    def add(self, kind: RepairKind, field: str, before: object, after: object | None) -> None:
        """Note a repair; `after` None = the fault stays."""
        new = None if after is None else str(after)
        row = Repair(self._file, self._record, self._item, self.mention, field, kind.value, str(before), new)
        self.repairs.append(row)
        self._item += 1


def count_repairs(repairs: list[Repair]) -> Counter[tuple[str, bool]]:
    """How often each (kind, whether it was mended) occurs."""
    return Counter((one.kind, one.after is not None) for one in repairs)
