"""Stage `resolve`: link counts from titles as written to entities."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.red_links import RedRule
from pipeline.kb.tables import sum_by
from pipeline.records import schemas

_COUNT_KEY = ("surface", "entity_id", "context", "in_template")


@dataclass(frozen=True, slots=True)
class JoinedCounts:
    """Link counts of one hash partition of targets, joined with what the targets stand for.

    Attributes:
        counts: rows of counts, not yet added up over partitions.
        inlinks: rows of entity_inlinks, the same.
        red: rows of red_entities met here.
        dropped: link occurrences by reason.
    """

    counts: pa.Table
    inlinks: pa.Table
    red: pa.Table
    dropped: dict[str, int]


def join_counts(target_counts: pa.Table, inlink_counts: pa.Table, targets: pa.Table, *, red: RedRule) -> JoinedCounts:
    """Send links through redirects to entities (KB definitions, section 4.2)."""
    joined = _with_entities(target_counts, targets, red=red)
    has_entity = pc.is_valid(joined["entity_id"])
    lost = sum_by(joined.filter(pc.invert(has_entity)), ("reason",), ("n_links",))
    found = joined.filter(has_entity)
    names = ["entity_id", "red_title"]
    met = found.filter(pc.less(found["entity_id"], 0)).group_by(names, use_threads=False).aggregate([])
    inlinks = _with_entities(inlink_counts, targets, red=red)
    inlinks = inlinks.filter(pc.is_valid(inlinks["entity_id"]))
    return JoinedCounts(
        add_counts(found),
        add_inlinks(inlinks),
        met.rename_columns(["entity_id", "title"]).cast(schemas.RED_ENTITIES.arrow),
        dict(zip(lost["reason"].to_pylist(), lost["n_links"].to_pylist(), strict=True)),
    )


def add_counts(counts: pa.Table) -> pa.Table:
    """Merge rows of counts that share their key."""
    return sum_by(counts, _COUNT_KEY, ("n_links", "n_pages")).cast(schemas.COUNTS.arrow)


def add_inlinks(inlinks: pa.Table) -> pa.Table:
    """Merge rows of entity_inlinks of one entity."""
    return sum_by(inlinks, ("entity_id",), ("n_links", "n_pages")).cast(schemas.ENTITY_INLINKS.arrow)


def make_entities(articles: pa.Table, inlinks: pa.Table) -> pa.Table:
    """Rows of entities from rows of articles and their entity_inlinks; an unlinked one has zeros."""
    entities = articles.rename_columns(["entity_id", *articles.column_names[1:]])
    at = pc.index_in(entities["entity_id"], value_set=inlinks["entity_id"].combine_chunks())
    for name, source in (("n_inlinks", "n_links"), ("n_pages_in", "n_pages")):
        entities = entities.append_column(name, pc.fill_null(inlinks[source].take(at), 0))
    kind = pa.repeat(pa.scalar("article"), entities.num_rows)
    return entities.append_column("kind", kind).select(schemas.ENTITIES.names).cast(schemas.ENTITIES.arrow)


def _with_entities(counts: pa.Table, targets: pa.Table, *, red: RedRule) -> pa.Table:
    """`counts` with entity_id, reason and red_title of each row's target."""
    at = pc.index_in(counts["target"], value_set=targets["title_key"].combine_chunks())
    is_unknown = pc.is_null(at)
    entity_id = targets["entity_id"].take(at)
    red_title = pc.if_else(is_unknown, counts["target"], targets["red_title"].take(at))
    if red.keep:
        ids = red.ids(counts["target"].filter(is_unknown))
        entity_id = pc.replace_with_mask(_whole(entity_id), _whole(is_unknown), ids)
    reason = pc.if_else(is_unknown, red.reason(), targets["reason"].take(at))
    return (
        counts.append_column("entity_id", entity_id)
        .append_column("reason", reason)
        .append_column("red_title", red_title)
    )


def _whole(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
