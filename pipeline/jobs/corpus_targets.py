"""Link targets of captions through the redirects of a KB."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import TITLES


def linked_titles(tables: Iterable[pa.Table], wiki: str) -> set[str]:
    """Targets of caption links to pages of one wiki, as they were read."""
    found: set[str] = set()
    for table in tables:
        links = pc.list_flatten(table["caption_links"])
        of_wiki = links.filter(pc.equal(pc.struct_field(links, "wiki"), wiki))
        found.update(pc.unique(pc.struct_field(of_wiki, "target")).to_pylist())
    return found


def redirect_titles(kb: Path, keys: Iterable[str]) -> dict[str, str]:
    """Title key -> title of the page where its redirects end, for the keys that a KB has as redirects.

    titles/ is read twice, a shard at a time: memory grows with `keys`, not with the KB.
    """
    reader = open_artifact(kb / TITLES.name, TITLES)
    wanted = pa.array(sorted(set(keys)), pa.string())
    ends: dict[str, int] = {}
    for table in reader.tables(("title_key", "page_id", "resolved_page_id")):
        is_moved = pc.fill_null(pc.not_equal(table["page_id"], table["resolved_page_id"]), False)
        moved = table.filter(pc.and_(is_moved, pc.is_in(table["title_key"], value_set=wanted)))
        keys_and_ids = zip(moved["title_key"].to_pylist(), moved["resolved_page_id"].to_pylist(), strict=True)
        ends.update(keys_and_ids)
    pages = pa.array(sorted(set(ends.values())), pa.int64())
    titles: dict[int, str] = {}
    for table in reader.tables(("title_key", "page_id")) if len(pages) else ():
        there = table.filter(pc.is_in(table["page_id"], value_set=pages))
        titles.update(zip(there["page_id"].to_pylist(), there["title_key"].to_pylist(), strict=True))
    return {key: titles[page_id] for key, page_id in ends.items() if page_id in titles}
