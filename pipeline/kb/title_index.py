"""Titles to rows: exact look-ups in an index of hashes."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.tables import as_chunked
from pipeline.records.hashing import hash_rows

_BLOCK = 1 << 18
"""Texts looked up at a time: what bounds the memory of a look-up."""


class TitleIndex:
    """N titles and where each stands; 12 bytes a title beside the titles themselves.

    The titles' hashes are kept in order; a hash that agrees is believed only when the text agrees too.
    """

    def __init__(self, titles: pa.LargeStringArray) -> None:
        self.titles = titles
        hashes = np.empty(len(titles), dtype=np.uint64)
        for start in range(0, len(titles), _BLOCK):
            hashes[start : start + _BLOCK] = _hashes(titles.slice(start, _BLOCK))
        self._rows = np.argsort(hashes, kind="stable").astype(np.int32)
        hashes.sort()
        self._hashes = hashes

    def find(self, texts: pa.Array | pa.ChunkedArray) -> np.ndarray:
        """(M,) int32 row of the first title equal to each text, -1 where there is none."""
        found = np.full(len(texts), -1, dtype=np.int32)
        for start in range(0, len(texts), _BLOCK):
            block = as_chunked(texts.slice(start, _BLOCK)).combine_chunks().cast(pa.large_string())
            found[start : start + _BLOCK] = self._find_block(block)
        return found

    def repeated(self) -> np.ndarray:
        """Ascending rows of titles that an earlier row has."""
        same_hash = np.flatnonzero(self._hashes[1:] == self._hashes[:-1]) + 1
        rows = self._rows[same_hash]
        return np.sort(rows[self.find(self.titles.take(pa.array(rows))) != rows])

    def _find_block(self, texts: pa.LargeStringArray) -> np.ndarray:
        hashes = _hashes(texts)
        at = np.empty(len(texts), dtype=np.int64)
        order = np.argsort(hashes)  # neighbours in the index are searched together: several times faster
        at[order] = np.searchsorted(self._hashes, hashes[order])
        found = np.full(len(texts), -1, dtype=np.int32)
        left = np.arange(len(texts))
        while len(left):
            left = left[at[left] < len(self._hashes)]
            left = left[self._hashes[at[left]] == hashes[left]]
            rows = self._rows[at[left]]
            equal = pc.equal(self.titles.take(pa.array(rows)), texts.take(pa.array(left)))
            is_it = pc.fill_null(equal, False).to_numpy(zero_copy_only=False)
            found[left[is_it]] = rows[is_it]
            left = left[~is_it]
            at[left] += 1
        return found


def _hashes(texts: pa.LargeStringArray) -> np.ndarray:
    return hash_rows(pa.table({"text": texts}), ["text"])
