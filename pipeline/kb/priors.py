"""Stage `priors`: evidence weighed into P(e|m)."""

from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.tables import as_chunked, map_texts, sum_by
from pipeline.records import schemas
from pipeline.records.errors import ArtifactError
from pipeline.records.names import ITEM_KINDS, Context, EntityKind, PageKind
from pipeline.titles.surfaces import surface_folded

_SOURCES = ("n_link", "n_redirect", "n_disambiguation", "n_title", "n_hatnote")
_KEY = ("surface", "entity_id")


@dataclass(frozen=True, slots=True)
class Weights:
    """What one piece of evidence weighs against one link; whole numbers from 0."""

    redirect: int = 1
    disambiguation: int = 1
    title: int = 1
    hatnote: int = 1


@dataclass(frozen=True, slots=True)
class PriorOptions:
    """How evidence becomes P(e|m) (DESIGN, "P(e|m), defined").

    Attributes:
        count: "links" (occurrences) or "pages" (linking pages, a guard against tables).
        contexts: contexts whose links count.
        item_kinds: kinds of page whose list items count.
    """

    weights: Weights = Weights()
    count: str = "links"
    contexts: tuple[str, ...] = tuple(str(context) for context in Context)
    item_kinds: tuple[str, ...] = tuple(str(kind) for kind in ITEM_KINDS)

    def as_json(self) -> dict[str, object]:
        """The options as the manifest holds them."""
        return asdict(self)


PAPER_PRESET = PriorOptions(Weights(title=0, hatnote=0), item_kinds=(str(PageKind.DISAMBIGUATION),))
"""The three clues of the paper: hyperlinks, redirects, disambiguation pages (section 5.1)."""


@dataclass(frozen=True, slots=True)
class WeighedPriors:
    """Rows of mentions, with the distinct (surface, entity) pairs of all evidence and the surfaces that stayed."""

    mentions: pa.Table
    n_pairs: int
    n_surfaces: int


def make_mentions(
    counts: pa.Table, surface_evidence: pa.Table, names: tuple[np.ndarray, pa.Array], options: PriorOptions
) -> WeighedPriors:
    """Weigh the evidence of one hash partition of surfaces.

    Args:
        counts: rows of counts of the partition.
        surface_evidence: rows of surface_evidence of the same partition.
        names: (E,) ascending entity ids and their titles.
        options: weights and restrictions.
    """
    table = _all_evidence(counts, surface_evidence, options)
    n_pairs = _count_pairs(counts, surface_evidence)
    weights = options.weights
    c = table["n_link"]
    for source in ("redirect", "disambiguation", "title", "hatnote"):
        c = pc.add(c, pc.multiply(table[f"n_{source}"], getattr(weights, source)))
    table = table.append_column("c", c)
    table = table.filter(pc.greater(table["c"], 0))
    surface = table["surface"].combine_chunks().dictionary_encode()
    weight = table["c"].to_numpy()
    codes = _codes(surface)
    total = np.bincount(codes, weights=weight, minlength=1)
    table = table.append_column("p", pa.array(weight / total[codes]))
    return WeighedPriors(_named(table, names), n_pairs, len(np.unique(codes)))


def _all_evidence(counts: pa.Table, surface_evidence: pa.Table, options: PriorOptions) -> pa.Table:
    """One row per surface and entity with the five counts."""
    allowed = counts.filter(pc.is_in(counts["context"], value_set=pa.array(list(options.contexts), pa.string())))
    n_link = allowed["n_links" if options.count == "links" else "n_pages"]
    links = allowed.select(list(_KEY)).append_column("n_link", n_link)
    both = pa.concat_tables(
        [_with_zeros(links), _with_zeros(surface_evidence.select([*_KEY, *_SOURCES[1:]]))], promote_options="default"
    )
    return sum_by(both, _KEY, _SOURCES)


def _count_pairs(counts: pa.Table, surface_evidence: pa.Table) -> int:
    pairs = [table.select(list(_KEY)) for table in (counts, surface_evidence)]
    return int(pa.concat_tables(pairs).group_by(list(_KEY), use_threads=False).aggregate([]).num_rows)


def _with_zeros(table: pa.Table) -> pa.Table:
    for name in _SOURCES:
        if name not in table.column_names:
            table = table.append_column(name, pa.repeat(pa.scalar(0, pa.int64()), table.num_rows))
    return table.select([*_KEY, *_SOURCES])


def _named(table: pa.Table, names: tuple[np.ndarray, pa.Array]) -> pa.Table:
    """`table` with folded surface, entity title and kind."""
    ids, titles = names
    entity_id = table["entity_id"].to_numpy()
    at = np.searchsorted(ids, entity_id)
    if not np.array_equal(ids[np.minimum(at, len(ids) - 1)], entity_id):
        raise ArtifactError("counts/ or evidence/ hold an entity id that no title has; the stages do not fit together")
    entity = titles.take(pa.array(at))
    kind = pc.if_else(pa.array(entity_id < 0), EntityKind.RED.value, EntityKind.ARTICLE.value)
    surface = as_chunked(table["surface"])
    needs_folding = pc.match_substring_regex(surface, "[^ !-@\\[-~]")
    return (
        table.append_column("surface_folded", map_texts(surface, needs_folding, surface_folded))
        .append_column("entity", entity)
        .append_column("kind", kind)
        .select(schemas.MENTIONS.names)
        .cast(schemas.MENTIONS.arrow)
    )


def _codes(encoded: pa.Array | pa.ChunkedArray) -> np.ndarray:
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return np.asarray(encoded.indices)
