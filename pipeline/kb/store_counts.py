"""Evidence counts in one byte a row: codes for tuples."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kb.store_files import COUNT_NAMES, OVERFLOW, StoreWriter

Ints = npt.NDArray[np.int64]
EVIDENCE_NAMES = COUNT_NAMES[1:]


class EvidenceCodes:
    """Numbers the distinct (n_redirect, n_disambiguation, n_title, n_hatnote) in order of arrival."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, ...], int] = {}

    def encode(self, columns: list[Ints]) -> npt.NDArray[np.int32]:
        """The code of each row of the four columns."""
        distinct, inverse = _distinct_rows(columns)
        codes = [self._numbers.setdefault(row, len(self._numbers)) for row in map(tuple, distinct.tolist())]
        return np.array(codes, np.int32)[inverse] if codes else np.zeros(0, np.int32)

    def table(self) -> Ints:
        """(codes, 4): the tuple of each code."""
        return np.array(list(self._numbers), np.int64).reshape(-1, len(EVIDENCE_NAMES))


def evidence_columns(table: pa.Table) -> list[Ints]:
    """The four evidence columns of a table of mentions."""
    return [table.column(name).to_numpy() for name in EVIDENCE_NAMES]


def write_counts(
    writer: StoreWriter, links: npt.NDArray[np.uint32], codes: npt.NDArray[np.int32], tuples: Ints
) -> None:
    """Write both one-byte columns with their overflow tables.

    Args:
        writer: where the files go.
        links: n_link of each row.
        codes: evidence code of each row, a row number of `tuples`.
        tuples: (codes, 4) evidence of each code.
    """
    rows = np.flatnonzero(links >= OVERFLOW)
    writer.array("row_link", "u8", np.minimum(links, OVERFLOW))
    writer.array("link_overflow_row", "u32", rows)
    writer.array("link_overflow", "u32", links[rows])
    order = _frequent_first(codes, tuples)
    kept = min(len(order), OVERFLOW)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    short = np.minimum(place, OVERFLOW).astype(np.uint8)[codes]
    rows = np.flatnonzero(short == OVERFLOW)
    writer.array("evidence", "u32", tuples[order[:kept]].ravel())
    writer.array("row_evidence", "u8", short)
    writer.array("evidence_overflow_row", "u32", rows)
    writer.array("evidence_overflow", "u32", tuples[codes[rows]].ravel())


def _frequent_first(codes: npt.NDArray[np.int32], tuples: Ints) -> Ints:
    """Code numbers, the most frequent first, ties by the tuple itself."""
    frequency = np.bincount(codes, minlength=len(tuples))
    return np.lexsort((*tuples.T[::-1], -frequency)).astype(np.int64)


def _distinct_rows(columns: list[Ints]) -> tuple[Ints, Ints]:
    """Distinct rows of the columns, and each row's place among them."""
    key = np.zeros(len(columns[0]), np.int64)
    span = 1
    for column in columns:
        width = int(column.max(initial=0)) + 1
        span *= width
        key = key * width + column
    if span >= 1 << 63:
        rows, inverse = np.unique(np.stack(columns, 1), axis=0, return_inverse=True)
        return rows, inverse.ravel()
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return np.stack([column[first] for column in columns], 1), inverse
