"""Page properties that the KB needs: Wikidata id, page image, disambiguation flag."""

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dump.sql import read_rows
from pipeline.records.errors import ArtifactError

_VERSION = "1"
_BATCH_ROWS = 100_000
_SCHEMA = pa.schema(
    [
        pa.field("page_id", pa.int64(), nullable=False),
        pa.field("qid", pa.string()),
        pa.field("page_image", pa.string()),
        pa.field("page_image_free", pa.string()),
        pa.field("is_disambiguation", pa.bool_(), nullable=False),
    ]
)
_NAMES = {b"wikibase_item": 1, b"page_image": 2, b"page_image_free": 3, b"disambiguation": 4}


class Props(NamedTuple):
    """What page_props says of one page.

    `page_image` is the one that the wiki shows, without prefix and with spaces: the property `page_image`, which is
    set only where a non-free image came first, else `page_image_free`.
    """

    qid: str | None
    page_image: str | None
    is_disambiguation: bool


NO_PROPS = Props(None, None, is_disambiguation=False)


@dataclass(frozen=True, slots=True)
class PagePropsCounts:
    """Rows of the table and what came of them: rows = used + ignored + damaged."""

    rows: int
    used: int
    ignored: int
    damaged: int
    pages: int
    qids: int
    page_images: int
    disambiguations: int


def build_page_props(sql: Path, out: Path, on_bytes: Callable[[int], None] | None = None) -> PagePropsCounts:
    """Write the properties of `page_props.sql` to one Arrow file, sorted by page, by temporary name and rename.

    Raises:
        InputError: the file is no page_props table, is cut off or damaged.
    """
    tally = {"rows": 0, "ignored": 0, "damaged": 0}
    batches = list(_batches(_grouped(sql, tally, on_bytes)))
    table = pa.Table.from_batches(batches, _SCHEMA)
    ids = table.column("page_id").to_numpy()
    if len(ids) > 1 and not (np.diff(ids) > 0).all():
        table = _merged(table)
    image = pc.coalesce(table.column("page_image"), table.column("page_image_free"))
    table = table.drop_columns(["page_image_free"]).set_column(2, "page_image", image)
    counts = PagePropsCounts(
        rows=tally["rows"],
        used=tally["rows"] - tally["ignored"] - tally["damaged"],
        ignored=tally["ignored"],
        damaged=tally["damaged"],
        pages=table.num_rows,
        qids=table.num_rows - table.column("qid").null_count,
        page_images=table.num_rows - table.column("page_image").null_count,
        disambiguations=int(pc.sum(table.column("is_disambiguation")).as_py() or 0),
    )
    _write(table, out, counts)
    return counts


def _write(table: pa.Table, out: Path, counts: PagePropsCounts) -> None:
    metadata = {"mel.page_props": _VERSION, **{f"mel.{name}": str(value) for name, value in asdict(counts).items()}}
    table = table.replace_schema_metadata(metadata).combine_chunks()
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    with pa.OSFile(str(temporary), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    os.replace(temporary, out)


_Row = tuple[int, str | None, str | None, str | None, bool]


def _grouped(sql: Path, tally: dict[str, int], on_bytes: Callable[[int], None] | None) -> Iterator[_Row]:
    """One row a page for neighbouring rows of the table, which is ordered by page in dumps."""
    current: list[object] = [None, None, None, None, False]
    columns = ("pp_page", "pp_propname", "pp_value")
    for page, name, value in read_rows(sql, columns, table="page_props", on_bytes=on_bytes):
        tally["rows"] += 1
        place = _NAMES.get(name) if isinstance(name, bytes) else None
        if place is None:
            tally["ignored"] += 1
            continue
        text = _text(value)
        if not isinstance(page, int) or (text is None and place < 4):
            tally["damaged"] += 1
            continue
        if page != current[0]:
            if current[0] is not None:
                yield tuple(current)  # type: ignore[misc]
            current = [page, None, None, None, False]
        current[place] = True if place == 4 else text if place == 1 else text.replace("_", " ")  # type: ignore[union-attr]
    if current[0] is not None:
        yield tuple(current)  # type: ignore[misc]


def _text(value: object) -> str | None:
    """A property's value, None when it is empty or no UTF-8."""
    if not isinstance(value, bytes) or not value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _batches(rows: Iterator[_Row]) -> Iterator[pa.RecordBatch]:
    held: list[_Row] = []
    for row in rows:
        held.append(row)
        if len(held) == _BATCH_ROWS:
            yield _batch(held)
            held = []
    if held:
        yield _batch(held)


def _batch(rows: list[_Row]) -> pa.RecordBatch:
    arrays = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), _SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=_SCHEMA)


def _merged(table: pa.Table) -> pa.Table:
    """One row a page, sorted, from a table whose rows of one page lie apart."""
    names = _SCHEMA.names[1:]
    grouped = table.group_by("page_id").aggregate([(name, "max") for name in names])
    grouped = grouped.rename_columns([name.removesuffix("_max") for name in grouped.column_names])
    return grouped.select(_SCHEMA.names).sort_by("page_id").cast(_SCHEMA)


class PageProps:
    """Page properties opened for reading: memory-mapped, cheap to open, a few microseconds a page."""

    def __init__(self, table: pa.Table) -> None:
        batch = table.combine_chunks()
        self._n = int(batch.num_rows)
        self._ids = batch.column("page_id").chunk(0).to_numpy() if self._n else np.empty(0, np.int64)
        self._columns = [batch.column(name).chunk(0) if self._n else pa.array([]) for name in Props._fields]
        self._next = 0
        metadata = batch.schema.metadata
        names = PagePropsCounts.__dataclass_fields__
        self.counts = PagePropsCounts(**{name: int(metadata[f"mel.{name}".encode()]) for name in names})

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map the file that `build_page_props` wrote.

        Raises:
            ArtifactError: it is missing or something else.
        """
        try:
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        except (OSError, pa.ArrowInvalid) as error:
            raise ArtifactError(f"{path} cannot be read as page properties: {error}") from error
        if (table.schema.metadata or {}).get(b"mel.page_props") != _VERSION.encode():
            raise ArtifactError(f"{path} holds no page properties of version {_VERSION}")
        return cls(table)

    def __len__(self) -> int:
        return self._n

    def get(self, page_id: int) -> Props:
        """Properties of a page; `NO_PROPS` when the table has none."""
        place = self._next  # pages come in order, so the next one is a good guess
        if place >= self._n or self._ids[place] != page_id:
            place = int(self._ids.searchsorted(page_id))
            if place >= self._n or self._ids[place] != page_id:
                return NO_PROPS
        self._next = place + 1
        qid, image, flag = self._columns
        return Props(qid[place].as_py(), image[place].as_py(), flag[place].as_py())
