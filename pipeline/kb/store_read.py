"""Reading a store's candidate lists and entity table, memory-mapped."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from pipeline.kb.store_files import COUNT_NAMES, ENTITY_KINDS, NONE, OVERFLOW, SHORT_LIST, WEIGHT_NAMES, StoreReader
from pipeline.records.errors import ArtifactError

Evidence = tuple[int, int, int, int]
"""n_redirect, n_disambiguation, n_title, n_hatnote."""
_N = len(COUNT_NAMES) - 1
_FEW = 16
"""Up to so many titles a plain loop is faster than numpy."""


class ListTable:
    """Rows of every list: entity, counts; c and totals by the store's weights."""

    def __init__(self, reader: StoreReader) -> None:
        self.start = reader.array("list_start", "u32")
        self.entity = reader.array("row_entity", "u32")
        self._c = reader.array("row_c", "u32")
        self._link = reader.array("row_link", "u8")
        self._code = reader.array("row_evidence", "u8")
        self._link_rows = reader.array("link_overflow_row", "u32")
        self._links = reader.array("link_overflow", "u32")
        self._evidence_rows = reader.array("evidence_overflow_row", "u32")
        self._evidence = reader.array("evidence_overflow", "u32")
        self._total_lists = reader.array("total_list", "u32")
        self._totals = reader.array("total", "u64")
        table = reader.array("evidence", "u32")
        weights = reader.manifest["weights"]
        self._weights = [weights[name] for name in WEIGHT_NAMES]
        self._tuples: list[Evidence] = [_evidence(table, at) for at in range(len(table) // _N)]
        if len({len(self.entity), len(self._c), len(self._link), len(self._code), self.start[-1]}) != 1:
            raise ArtifactError(f"{reader.folder}: the files of the rows differ in length; build the store again")

    def links(self, rows: Sequence[int]) -> list[int]:
        """n_link of ascending rows."""
        column = self._link
        values = column[rows.start : rows.stop].tolist() if type(rows) is range else [column[row] for row in rows]
        if OVERFLOW in values:
            self._mend(values, rows)
        return values

    def evidence(self, rows: Sequence[int]) -> list[Evidence]:
        """The other counts of ascending rows."""
        code, tuples = self._code, self._tuples
        return [tuples[code[row]] if code[row] != OVERFLOW else self._long_evidence(row) for row in rows]

    def weigh(self, rows: Sequence[int]) -> list[int]:
        """Weighted counts c of ascending rows."""
        column = self._c
        values = column[rows.start : rows.stop].tolist() if type(rows) is range else [column[row] for row in rows]
        if NONE in values:
            # Too large for its column: reckoned from the counts.
            counts = zip(self.links(rows), self.evidence(rows), strict=True)
            return [link + self._weigh(found) for link, found in counts]
        return values

    def shares(self, number: int, rows: Sequence[int]) -> list[float]:
        """P(e|m) of ascending rows of a list."""
        weighed = self.weigh(rows)
        is_whole = len(rows) == self.start[number + 1] - self.start[number] <= SHORT_LIST
        total = sum(weighed) if is_whole else self.total(number)
        return [c / total for c in weighed]

    def total(self, number: int) -> int:
        """Σ c of a list before it was cut."""
        begin, end = self.start[number], self.start[number + 1]
        if end - begin > SHORT_LIST:
            at = bisect_left(self._total_lists, number)
            if at < len(self._total_lists) and self._total_lists[at] == number:
                return self._totals[at]
        return sum(self.weigh(range(begin, end)))

    def _weigh(self, evidence: Evidence) -> int:
        return sum(weight * count for weight, count in zip(self._weights, evidence, strict=True))

    def _mend(self, values: list[int], rows: Sequence[int]) -> None:
        """Put true counts for the values that overflow; rows ascend, so the table is walked once."""
        overflowing, at = self._link_rows, -1
        for place, value in enumerate(values):
            if value == OVERFLOW:
                row = rows[place]
                at = bisect_left(overflowing, row) if at < 0 else at + 1
                while overflowing[at] != row:
                    at += 1
                values[place] = self._links[at]

    def _long_evidence(self, row: int) -> Evidence:
        return _evidence(self._evidence, bisect_left(self._evidence_rows, row))


class EntityTable:
    """Entities by their dense index, the most linked first."""

    def __init__(self, reader: StoreReader) -> None:
        self.id = reader.array("entity_id", "i64")
        self.inlinks = reader.array("entity_inlinks", "u32")
        self._kind = reader.array("entity_kind", "u8")
        self._start = reader.array("entity_title_start", "u32")
        self._text = reader.map("entity_title.bin")
        self._starts = np.frombuffer(self._start, np.uint32)
        self._bytes = np.frombuffer(self._text, np.uint8)
        if self._start[-1] != len(self._text):
            raise ArtifactError(f"{reader.folder}: the titles of the entities are cut off; build the store again")

    def kind(self, index: int) -> str:
        """`article` or `red`."""
        return ENTITY_KINDS[self._kind[index]]

    def title(self, index: int) -> str:
        """Title of one entity."""
        return self._text[self._start[index] : self._start[index + 1] - 1].decode()

    def titles(self, indexes: Sequence[int]) -> list[str]:
        """Titles of many entities; beyond a few they are gathered and decoded in one piece."""
        if len(indexes) <= _FEW:
            return [self.title(index) for index in indexes]
        at = np.array(indexes)
        begins = self._starts[at]
        sizes = self._starts[at + 1] - begins
        ends = sizes.cumsum()
        places = np.repeat(begins - (ends - sizes), sizes)
        places += np.arange(len(places), dtype=places.dtype)
        return self._bytes.take(places).tobytes().decode()[:-1].split("\n")


def _evidence(column: "memoryview[int]", at: int) -> Evidence:
    begin = at * _N
    return column[begin], column[begin + 1], column[begin + 2], column[begin + 3]
