"""Rows of titles, targets, redirects, items and hatnotes, for spans of pages."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.chains import NO_REDIRECT, STATUS_NAMES
from pipeline.kb.naming import Naming, Resolved
from pipeline.kb.tables import as_chunked, bare_forms, surface_keys, table_of
from pipeline.records import schemas
from pipeline.records.names import ITEM_KINDS
from pipeline.records.shards import conform


def titles_of(naming: Naming, rows: np.ndarray, raw_redirects: pa.Table) -> pa.Table:
    """Rows of titles for consecutive page rows; `raw_redirects`: those of the redirects among them."""
    pages, resolved = naming.pages, naming.of_rows(rows)
    redirect = np.full(len(rows), -1)
    if len(rows):
        redirect[pages.rows_of(raw_redirects["page_id"]) - rows[0]] = np.arange(raw_redirects.num_rows)
    fragment = raw_redirects["fragment"].take(pa.array(redirect, mask=redirect < 0))
    is_page = pa.array(resolved.page >= 0)
    return table_of(
        schemas.TITLES,
        title_key=pages.titles(rows),
        page_id=pages.ids(rows),
        kind=pages.kinds(rows),
        fragment=pc.fill_null(fragment, ""),
        entity_id=pc.if_else(is_page, resolved.entity_id, None),
        resolved_page_id=pages.ids(resolved.page),
        resolved_kind=pages.kinds(resolved.page),
    )


def targets_of(naming: Naming, rows: np.ndarray) -> pa.Table:
    """Rows of targets: the other side of the join with link counts."""
    resolved = naming.of_rows(rows)
    return table_of(
        schemas.TARGETS,
        title_key=naming.pages.titles(rows),
        entity_id=resolved.entity_id,
        reason=resolved.reason,
        red_title=pc.if_else(pa.array(resolved.is_red), resolved.title, None),
    )


def redirects_of(naming: Naming, raw_redirects: pa.Table) -> tuple[pa.Table, Resolved]:
    """Rows of redirects, and what each stands for."""
    rows = naming.pages.rows_of(raw_redirects["page_id"])
    resolved = naming.of_rows(rows)
    status = pa.array([str(name) for name in STATUS_NAMES]).take(pa.array(naming.ends.status[rows]))
    table = (
        raw_redirects.drop_columns(["status"])
        .append_column("resolved", resolved.title)
        .append_column("hops", pa.array(naming.ends.hops[rows]))
        .append_column("status", status)
    )
    return conform(table, schemas.REDIRECTS), resolved


def further_surfaces(naming: Naming) -> pa.Table:
    """(page_id, surface) by page id: a redirect to a page that lists items is a further surface of them."""
    pages, end = naming.pages, naming.ends.page
    lists_items = pages.has_kind(end, ITEM_KINDS) & (naming.ends.status != NO_REDIRECT)
    rows = np.flatnonzero(lists_items)
    surface = surface_keys(bare_forms(as_chunked(pages.titles(rows))))
    return pa.table({"page_id": pages.ids(end[rows]), "surface": surface}).sort_by("page_id").combine_chunks()


def items_of(naming: Naming, raw_items: pa.Table, further: pa.Table) -> tuple[pa.Table, Resolved]:
    """Rows of disambiguation, and what each target stands for.

    Args:
        naming: all titles.
        raw_items: rows of raw_disambiguation of whole pages.
        further: the `further_surfaces`, of these pages at least.
    """
    renamed = raw_items.drop_columns(["surface"]).join(further, "page_id", join_type="inner", use_threads=False)
    rows = pa.concat_tables([raw_items, renamed.select(raw_items.column_names).cast(raw_items.schema)])
    rows = rows.group_by(rows.column_names, use_threads=False).aggregate([])
    resolved = naming.of_titles(rows["target"])
    return conform(rows.append_column("resolved", resolved.title), schemas.DISAMBIGUATION), resolved


def hatnotes_of(naming: Naming, raw_hatnotes: pa.Table) -> tuple[pa.Table, Resolved]:
    """Rows of hatnotes, and what each target stands for."""
    resolved = naming.of_titles(raw_hatnotes["target"])
    return conform(raw_hatnotes.append_column("resolved", resolved.title), schemas.HATNOTES), resolved
