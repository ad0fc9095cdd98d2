"""Everything that titles alone decide, for one span of pages."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.evidence import hatnote_evidence, item_evidence, redirect_evidence, title_evidence
from pipeline.kb.named_rows import hatnotes_of, items_of, redirects_of, targets_of, titles_of
from pipeline.kb.naming import Naming, Resolved
from pipeline.records import schemas
from pipeline.records.names import DropReason
from pipeline.records.schemas import Schema
from pipeline.records.shards import concat

RAW = (schemas.RAW_REDIRECTS, schemas.RAW_DISAMBIGUATION, schemas.RAW_HATNOTES)


@dataclass(frozen=True, slots=True)
class NamedSpan:
    """What one span gives.

    Attributes:
        tables: rows by artifact.
        red: distinct rows of red_entities that its redirects, items and hatnotes name.
        figures: artifact -> "in", "out" and reasons: its rows, those that are evidence for an entity, and why the
            others are not.
    """

    tables: dict[Schema, pa.Table]
    red: pa.Table
    figures: dict[str, Counter[str]]


def name_span(naming: Naming, rows: np.ndarray, raw: Mapping[Schema, pa.Table], further: pa.Table) -> NamedSpan:
    """Name the pages in consecutive `rows`.

    Args:
        naming: all titles.
        rows: of the span's pages.
        raw: rows of each artifact of `RAW` that the span's pages have.
        further: the `further_surfaces` of these pages.
    """
    kept = {schema: _kept(naming, table) for schema, table in raw.items()}
    titles = titles_of(naming, rows, kept[schemas.RAW_REDIRECTS])
    redirects, of_redirects = redirects_of(naming, kept[schemas.RAW_REDIRECTS])
    items, of_items = items_of(naming, kept[schemas.RAW_DISAMBIGUATION], further)
    hatnotes, of_hatnotes = hatnotes_of(naming, kept[schemas.RAW_HATNOTES])
    evidence = (
        title_evidence(titles),
        redirect_evidence(redirects, of_redirects.entity_id),
        item_evidence(items, of_items.entity_id),
        hatnote_evidence(hatnotes, of_hatnotes.entity_id),
    )
    lost = {schema: raw[schema].num_rows - kept[schema].num_rows for schema in RAW}
    return NamedSpan(
        {
            schemas.TITLES: titles,
            schemas.REDIRECTS: redirects,
            schemas.DISAMBIGUATION: items,
            schemas.HATNOTES: hatnotes,
            schemas.TARGETS: targets_of(naming, rows),
            schemas.EVIDENCE: concat(evidence, schemas.EVIDENCE),
        },
        distinct_red(_red(resolved) for resolved in (of_redirects, of_items, of_hatnotes)),
        {
            schemas.REDIRECTS.name: _reckon(redirects["title"], of_redirects, lost[schemas.RAW_REDIRECTS]),
            schemas.DISAMBIGUATION.name: _reckon(items["surface"], of_items, lost[schemas.RAW_DISAMBIGUATION]),
            schemas.HATNOTES.name: _reckon(hatnotes["surface"], of_hatnotes, lost[schemas.RAW_HATNOTES]),
        },
    )


def distinct_red(tables: Iterable[pa.Table]) -> pa.Table:
    """Rows of red_entities, each once."""
    names = schemas.RED_ENTITIES.names
    return concat(tables, schemas.RED_ENTITIES).group_by(names, use_threads=False).aggregate([])


def _kept(naming: Naming, table: pa.Table) -> pa.Table:
    """Rows of pages that have a title of their own."""
    return table.filter(pa.array(naming.pages.rows_of(table["page_id"]) >= 0))


def _red(resolved: Resolved) -> pa.Table:
    is_red = pc.fill_null(pc.less(resolved.entity_id, 0), False)
    columns = [resolved.entity_id.filter(is_red), resolved.title.filter(is_red)]
    return pa.table(columns, schema=schemas.RED_ENTITIES.arrow)


def _reckon(surface: pa.ChunkedArray, resolved: Resolved, n_duplicate: int) -> Counter[str]:
    reason = pc.if_else(
        pc.and_(pc.is_valid(resolved.entity_id), pc.equal(surface, "")), DropReason.EMPTY_SURFACE.value, resolved.reason
    )
    found = {value["values"]: value["counts"] for value in pc.value_counts(reason).to_pylist()}
    out = found.pop("", 0)
    return Counter(
        {"in": len(surface) + n_duplicate, "out": out, str(DropReason.DUPLICATE_TITLE): n_duplicate, **found}
    )
