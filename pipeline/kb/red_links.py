"""Titles that no page has: which become entities, under which id."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.tables import as_chunked
from pipeline.records.digest import red_entity_id
from pipeline.records.names import DropReason


@dataclass(frozen=True, slots=True)
class RedRule:
    """Which titles without a page become entities.

    Attributes:
        keep: whether any does.
        disambiguation: titles that end so are no things, and never become entities; '' = none does.
    """

    keep: bool
    disambiguation: str

    def are_entities(self, titles: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Whether each of (N,) red titles becomes an entity; null titles do not."""
        titles = _whole(titles)
        if not self.keep:
            return pa.repeat(pa.scalar(value=False), len(titles))
        if not self.disambiguation:
            return pc.is_valid(titles)
        return pc.fill_null(pc.invert(pc.ends_with(titles, self.disambiguation)), fill_value=False)

    def ids(self, titles: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Ids of (N,) red titles, null for those that become no entities; each distinct title is hashed once."""
        encoded = _whole(_whole(titles).dictionary_encode())
        known = pa.array([red_entity_id(title) for title in encoded.dictionary.to_pylist()], pa.int64())
        kept = pc.if_else(self.are_entities(encoded.dictionary), known, None)
        return kept.take(encoded.indices)

    def reason(self) -> str:
        """Why a red title that is no entity is left out."""
        return str(DropReason.NOT_A_CANDIDATE if self.keep else DropReason.RED_LINK)


def _whole(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return as_chunked(values).combine_chunks()
