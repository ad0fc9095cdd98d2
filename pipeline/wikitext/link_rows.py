"""The links of a page as rows, equal ones added up."""

from collections import Counter
from typing import NamedTuple

from pipeline.native.chosen import loops


class LinkRows(NamedTuple):
    """Columns of equal length, one row for all links of a page that are alike; in order of the first of them.

    `contexts` holds places in `link_places.CONTEXTS`, `in_template` 0 or 1, `counts` how often a row stands there.
    """

    targets: list[str]
    fragments: list[str]
    surfaces: list[str]
    contexts: bytes
    in_template: bytes
    counts: list[int]


NO_LINKS = LinkRows([], [], [], b"", b"", [])


def link_rows(
    targets: list[str], fragments: list[str], surfaces: list[str], contexts: bytes, in_template: bytes
) -> LinkRows:
    """Add up equal links."""
    if loops is not None:
        return LinkRows(*loops.count_links(targets, fragments, surfaces, contexts, in_template))
    counts = Counter(zip(targets, fragments, surfaces, contexts, in_template, strict=True))
    if not counts:
        return NO_LINKS
    targets, fragments, surfaces, codes, flags = map(list, zip(*counts, strict=True))
    return LinkRows(targets, fragments, surfaces, bytes(codes), bytes(flags), list(counts.values()))
