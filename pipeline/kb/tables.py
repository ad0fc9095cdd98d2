"""Small Arrow helpers that the stages of the KB share."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records.schemas import Schema
from pipeline.titles.keys import bare_form, surface_key

_NEEDS_SURFACE_KEY = r"[^\x20-\x7e]|^ | $|  "


def sum_by(table: pa.Table, keys: Sequence[str], counts: Sequence[str]) -> pa.Table:
    """One row per value of `keys`, each column of `counts` added up."""
    summed = table.group_by(list(keys), use_threads=False).aggregate([(name, "sum") for name in counts])
    return summed.rename_columns([*keys, *counts])


def map_texts(texts: pa.ChunkedArray, where: pa.ChunkedArray, change: Callable[[str], str]) -> pa.ChunkedArray:
    """`texts` with `change` applied to the values where the mask is true, each distinct one once."""
    if not pc.any(where).as_py():
        return texts
    picked = texts.filter(where).combine_chunks().dictionary_encode()
    changed = pa.array([change(text) for text in picked.dictionary.to_pylist()], pa.string())
    replacements = changed.take(picked.indices)
    return as_chunked(pc.replace_with_mask(texts.combine_chunks(), where.combine_chunks(), replacements))


def surface_keys(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """`surface_key` of every value; plain ASCII values pass by untouched."""
    return map_texts(texts, pc.match_substring_regex(texts, _NEEDS_SURFACE_KEY), surface_key)


def bare_forms(titles: pa.ChunkedArray) -> pa.ChunkedArray:
    """`bare_form` of every value."""
    return map_texts(titles, pc.ends_with(titles, ")"), bare_form)


def as_chunked(values: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """`values` as a chunked array."""
    return values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])


def positions(values: pa.ChunkedArray, known: pa.ChunkedArray) -> np.ndarray:
    """(N,) int64: where each value first stands in `known`, -1 where it does not."""
    found = pc.index_in(values, value_set=known.combine_chunks())
    rows: np.ndarray = as_chunked(pc.fill_null(found, -1)).to_numpy().astype(np.int64)
    return rows


def table_of(schema: Schema, **columns: object) -> pa.Table:
    """A table of the schema from columns given by name; scalars stand for every row."""
    rows = next(len(value) for value in columns.values() if isinstance(value, (pa.ChunkedArray, pa.Array, np.ndarray)))
    arrays = []
    for column in schema.columns:
        value = columns[column.name]
        if isinstance(value, (pa.ChunkedArray, pa.Array)):
            arrays.append(value)
        elif isinstance(value, np.ndarray):
            arrays.append(pa.array(value, column.type))
        else:
            arrays.append(pa.repeat(pa.scalar(value, column.type), rows))
    return pa.table(arrays, names=schema.names).cast(schema.arrow)
