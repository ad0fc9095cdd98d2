"""The store's entity table, built: dense index, id, title, kind, in-links."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.store_files import ENTITY_KINDS, StoreWriter
from pipeline.kb.tables import sum_by
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import Reader
from pipeline.records.names import EntityKind

_COLUMNS = {"entity_id": pa.int64(), "title": pa.string(), "kind": pa.string(), "n_inlinks": pa.int64()}
_SCHEMA = pa.schema(list(_COLUMNS.items()))
_BATCH = 1 << 16


class EntityIndex:
    """Entities in the order (−n_inlinks, title), and the way from an id to its place there."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table.sort_by([("n_inlinks", "descending"), ("title", "ascending")])
        self.ids: npt.NDArray[np.int64] = self.table.column("entity_id").to_numpy()
        self._order = np.argsort(self.ids, kind="stable")
        self._sorted = self.ids[self._order]
        if (self._sorted[1:] == self._sorted[:-1]).any():
            raise ArtifactError("an entity_id stands twice in entities/, or for two titles in mentions/")

    def __len__(self) -> int:
        return len(self.ids)

    def index_of(self, ids: npt.NDArray[np.int64], source: str) -> npt.NDArray[np.int64]:
        """Place of each id.

        Raises:
            ArtifactError: `source` names an entity that is not in the table.
        """
        if not len(ids):
            return np.zeros(0, np.int64)
        at = np.minimum(np.searchsorted(self._sorted, ids), max(len(self) - 1, 0))
        missing = self._sorted[at] != ids if len(self) else np.ones(len(ids), np.bool_)
        if missing.any():
            raise ArtifactError(f"{source} names entity {ids[missing][0]}, which entities/ lacks")
        places: npt.NDArray[np.int64] = self._order[at]
        return places

    def write(self, writer: StoreWriter) -> None:
        """Write ids, kinds, in-links and titles; each title ends with a line feed."""
        titles = self.table.column("title")
        if pc.any(pc.match_substring(titles, "\n")).as_py():
            raise ArtifactError("a title in entities/ or mentions/ holds a line feed")
        writer.array("entity_id", "i64", self.ids)
        writer.array("entity_inlinks", "u32", self.table.column("n_inlinks").to_numpy())
        writer.array("entity_kind", "u8", numbers_of(self.table.column("kind"), ENTITY_KINDS))
        sizes = pc.binary_length(titles).to_numpy().astype(np.int64) + 1
        writer.array("entity_title_start", "u32", np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]))
        writer.blob("entity_title", (_lines(titles.slice(at, _BATCH)) for at in range(0, len(titles), _BATCH)))


def read_entities(entities: Reader, mentions: Reader) -> EntityIndex:
    """All articles of entities/, and the red entities that only mentions/ knows."""
    articles = [table.select(list(_COLUMNS)).cast(_SCHEMA) for table in entities.tables(list(_COLUMNS))]
    return EntityIndex(pa.concat_tables([_SCHEMA.empty_table(), *articles, _red_entities(mentions)]))


def numbers_of(names: pa.ChunkedArray, known: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    """Place of each name in `known`.

    Raises:
        ArtifactError: a name is not in `known`.
    """
    places = pc.index_in(names, pa.array(known, pa.string()))
    if places.null_count:
        raise ArtifactError(f"a kind is none of {', '.join(known)}")
    return places.to_numpy().astype(np.uint8)  # type: ignore[no-any-return]


def _red_entities(mentions: Reader) -> pa.Table:
    """Red entities, the links of all their mentions as in-links."""
    keys = ["entity_id", "entity", "kind"]
    found = [_SCHEMA.empty_table()]
    for table in mentions.tables([*keys, "n_link"]):
        red = table.filter(pc.equal(table.column("kind"), EntityKind.RED.value))
        found.append(sum_by(red, keys, ["n_link"]).rename_columns(list(_COLUMNS)).cast(_SCHEMA))
    return sum_by(pa.concat_tables(found), list(_COLUMNS)[:3], ["n_inlinks"])


def _lines(titles: pa.ChunkedArray) -> bytes:
    return "".join(f"{title}\n" for title in titles.to_pylist()).encode()


def iter_text(column: pa.ChunkedArray) -> Iterator[str]:
    """The values of a text column, a batch in memory at a time."""
    for at in range(0, len(column), _BATCH):
        yield from column.slice(at, _BATCH).to_pylist()
