"""Small wikis of pages and redirects, named."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from pipeline.kb.naming import Naming
from pipeline.kb.red_links import RedRule
from pipeline.records import schemas
from pipeline.records.schemas import Schema

Row = tuple[Any, ...]


def rows_table(rows: Sequence[Row], schema: Schema) -> pa.Table:
    """Rows, their values in the schema's order."""
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in schema.names]
    return pa.table(columns, schema=schema.arrow)


def red_rule(*, keep: bool) -> RedRule:
    """The rule of an English wiki."""
    return RedRule(keep, "(disambiguation)")


def small_naming(pages: Sequence[Row], redirects: Sequence[Row], *, keep_red_links: bool) -> Naming:
    """Pages as (page_id, title, kind); redirects as rows of raw_redirects."""
    ids, titles, kinds = zip(*pages, strict=True)
    table = pa.table({"page_id": ids, "title": titles, "kind": kinds})
    return Naming([table], [rows_table(redirects, schemas.RAW_REDIRECTS)], red=red_rule(keep=keep_red_links))
