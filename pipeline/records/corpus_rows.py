"""Corpus records to Arrow tables and back."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import pyarrow as pa

from pipeline.records.columns import Columns
from pipeline.records.corpus import PAIR_KEPT, CaptionLink, NewsArticle, Pair, RawPair
from pipeline.records.corpus_schemas import PAIRS

_PAIR_NAMES = tuple(field.name for field in fields(Pair))
_BATCH_ROWS = 4096


def row_of(record: NewsArticle | RawPair | Pair) -> tuple[Any, ...]:
    """Values of a record in column order, as `Columns` takes them."""
    return tuple(_value(getattr(record, field.name)) for field in fields(record))


def read_raw_pairs(table: pa.Table) -> Iterator[RawPair]:
    """The rows of raw_pairs/ as records."""
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        for row in batch.to_pylist():
            links = tuple(CaptionLink(**link) for link in row.pop("caption_links"))
            unknown = tuple(row.pop("unknown_templates"))
            yield RawPair(**row, caption_links=links, unknown_templates=unknown)


def read_pairs(table: pa.Table) -> Iterator[Pair]:
    """The rows of pairs/ as records."""
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        for row in batch.to_pylist():
            links = tuple(CaptionLink(**link) for link in row.pop("caption_links"))
            reasons = tuple(row.pop("reasons"))
            yield Pair(**row, caption_links=links, reasons=reasons)


def pairs_table(pairs: Iterable[Pair]) -> pa.Table:
    """Records as rows of pairs/, in their order."""
    columns = Columns(PAIRS)
    for pair in pairs:
        columns.append(row_of(pair))
    return columns.take()


def new_pair(raw: RawPair) -> Pair:
    """The pair that a raw one becomes before any rule: kept, its address unknown."""
    known = {name: getattr(raw, name) for name in _PAIR_NAMES if hasattr(raw, name)}
    return Pair(**known, image_url="", n_words=0, status=PAIR_KEPT, reasons=())


def _value(value: Any) -> Any:  # noqa: ANN401 - any field of a record
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, tuple):
        return [asdict(item) if isinstance(item, CaptionLink) else item for item in value]
    return value
