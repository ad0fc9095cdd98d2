"""Stage `count`: links added up per surface and title as written."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.tables import sum_by, surface_keys
from pipeline.records.names import DropReason

SLICE_ROWS = 500_000
COUNT_KEY = ("surface", "target", "context", "in_template")


def whole_pages(tables: Iterable[pa.Table], rows: int = SLICE_ROWS) -> Iterator[pa.Table]:
    """The rows of `tables`, in the order of page ids, again in tables: each of some `rows` rows, and of whole pages."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(part.num_rows for part in held) < rows:
            continue
        joined = pa.concat_tables(held)
        ids = joined["page_id"].to_numpy()
        cut = int(np.searchsorted(ids, ids[-1]))
        if cut:
            yield joined.slice(0, cut)
        held = [joined.slice(cut)]
    if sum(part.num_rows for part in held):
        yield pa.concat_tables(held)


def count_links(links: pa.Table) -> tuple[pa.Table, pa.Table, dict[str, int]]:
    """Add up the links of whole pages (KB definitions, section 4.1).

    `links` must hold every row of each page in it, so that n_pages can be added over tables.

    Returns:
        Rows of target_counts, rows of inlink_counts, and dropped link occurrences by reason.
    """
    links = links.set_column(links.column_names.index("surface"), "surface", surface_keys(links["surface"]))
    is_empty = pc.equal(links["surface"], "")
    dropped = {DropReason.EMPTY_SURFACE.value: pc.sum(links.filter(is_empty)["n"]).as_py() or 0}
    links = links.filter(pc.invert(is_empty))
    per_page = sum_by(links, ("page_id", *COUNT_KEY), ("n",))
    per_page_target = sum_by(links, ("page_id", "target"), ("n",))
    return _over_pages(per_page, COUNT_KEY), _over_pages(per_page_target, ("target",)), dropped


def add_target_counts(counts: pa.Table) -> pa.Table:
    """Merge rows of target_counts that share their key."""
    return sum_by(counts, COUNT_KEY, ("n_links", "n_pages"))


def add_inlink_counts(counts: pa.Table) -> pa.Table:
    """Merge rows of inlink_counts that share their key."""
    return sum_by(counts, ("target",), ("n_links", "n_pages"))


def _over_pages(per_page: pa.Table, key: tuple[str, ...]) -> pa.Table:
    grouped = per_page.group_by(list(key), use_threads=False).aggregate([("n", "sum"), ("n", "count")])
    return grouped.rename_columns([*key, "n_links", "n_pages"])
