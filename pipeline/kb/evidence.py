"""Surfaces that titles, redirects, list items and hatnotes give to entities."""

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.tables import as_chunked, bare_forms, sum_by, surface_keys, table_of
from pipeline.records import schemas
from pipeline.records.names import ITEM_KINDS, PageKind
from pipeline.records.schemas import EVIDENCE
from pipeline.records.shards import concat

TITLE, REDIRECT, HATNOTE = "title", "redirect", "hatnote"
_KEY = ("surface", "entity_id", "source")


def title_evidence(titles: pa.Table) -> pa.Table:
    """An article's title and its bare form name it, once each (KB definitions, section 4.3)."""
    articles = titles.filter(pc.equal(titles["kind"], PageKind.ARTICLE.value))
    return _once_each(_both_forms(articles["title_key"], articles["page_id"], TITLE))


def redirect_evidence(redirects: pa.Table, entity_id: pa.Array) -> pa.Table:
    """Each redirect gives its title and its bare form to the entity where it ends."""
    return _summed(_both_forms(redirects["title"], entity_id, REDIRECT))


def item_evidence(items: pa.Table, entity_id: pa.Array) -> pa.Table:
    """Each list item gives its surface to its target's entity; the source is the page's kind."""
    return _summed(_rows(items["surface"], entity_id, items["kind"]))


def hatnote_evidence(hatnotes: pa.Table, entity_id: pa.Array) -> pa.Table:
    """Each hatnote gives its surface to its target's entity."""
    return _summed(_rows(hatnotes["surface"], entity_id, HATNOTE))


def by_surface(evidence: pa.Table, item_kinds: tuple[str, ...]) -> pa.Table:
    """Evidence with one column a source; list items of other kinds than `item_kinds` are left out."""
    columns = {
        "n_redirect": (REDIRECT,),
        "n_disambiguation": tuple(kind for kind in item_kinds if kind in set(ITEM_KINDS)),
        "n_title": (TITLE,),
        "n_hatnote": (HATNOTE,),
    }
    table = evidence.select(["surface", "entity_id"])
    for name, sources in columns.items():
        counts = pc.is_in(evidence["source"], value_set=pa.array([str(s) for s in sources], pa.string()))
        table = table.append_column(name, pc.if_else(counts, evidence["n"], 0))
    return add_surface_evidence(table)


def add_surface_evidence(table: pa.Table) -> pa.Table:
    """Merge rows of surface_evidence that share surface and entity; empty ones go."""
    names = schemas.SURFACE_EVIDENCE.names[2:]
    summed = sum_by(table, ("surface", "entity_id"), names)
    total = summed[names[0]]
    for name in names[1:]:
        total = pc.add(total, summed[name])
    return summed.filter(pc.greater(total, 0)).cast(schemas.SURFACE_EVIDENCE.arrow)


def _both_forms(titles: pa.ChunkedArray, entity_id: pa.ChunkedArray, source: str) -> pa.Table:
    full, bare = surface_keys(titles), surface_keys(bare_forms(titles))
    differs = pc.not_equal(full, bare)
    return concat(
        [_rows(full, entity_id, source), _rows(bare.filter(differs), as_chunked(entity_id).filter(differs), source)],
        EVIDENCE,
    )


def _rows(surface: pa.ChunkedArray, entity_id: pa.ChunkedArray, source: str | pa.ChunkedArray) -> pa.Table:
    """Evidence of one occurrence a row; rows without an entity or a surface go."""
    keep = pc.and_(pc.is_valid(entity_id), pc.not_equal(surface, ""))
    kept_source = source if isinstance(source, str) else source.filter(keep)
    return table_of(
        EVIDENCE, surface=surface.filter(keep), entity_id=as_chunked(entity_id).filter(keep), source=kept_source, n=1
    )


def _summed(table: pa.Table) -> pa.Table:
    return sum_by(table, _KEY, ("n",)).cast(EVIDENCE.arrow)


def _once_each(table: pa.Table) -> pa.Table:
    """One occurrence a key: a surface is the entity's title or it is not."""
    summed = _summed(table)
    return summed.set_column(3, EVIDENCE.arrow.field("n"), pa.repeat(pa.scalar(1, pa.int64()), summed.num_rows))
