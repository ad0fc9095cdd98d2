"""Items of all pairings, counted by cluster."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.agreement.f1_items import HitCounter
from annotation.agreement.items import Itemizer, Labels
from annotation.agreement.pairing import Pairing, Rules
from pipeline.stats.arrays import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Tally:
    """Items of a definition.

    Attributes:
        table: (label of slot 1, label of slot 2) -> items.
        labels: All K labels, sorted.
        counts: (C, 1 + 2K) by cluster: agreement, labels of slot 1, labels of slot 2.
        left_out: Marked spans that are no items.
        n_clusters: Clusters that have an item.
    """

    table: Labels
    labels: tuple[str, ...]
    counts: "csr_array"
    left_out: int
    n_clusters: int

    @property
    def n(self) -> int:
        """Items."""
        return self.table.total()

    @property
    def is_perfect(self) -> bool:
        """Whether all items have equal labels."""
        return all(one == other for one, other in self.table)


def clusters_of(pairings: Iterable[Pairing]) -> dict[str, int]:
    """Group of the items -> row number, in order of the names."""
    return {name: row for row, name in enumerate(sorted({one.item.group for one in pairings}))}


def tally(pairings: Iterable[Pairing], itemizer: Itemizer, rules: Rules, clusters: dict[str, int]) -> Tally:
    """Count the items of `pairings`; rows of `counts` are numbered by `clusters`."""
    by_cluster: dict[int, Labels] = {}
    table, left_out = Labels(), 0
    for pairing in pairings:
        items = itemizer(pairing, rules)
        left_out += items.left_out
        table.update(items.labels)
        by_cluster.setdefault(clusters[pairing.item.group], Labels()).update(items.labels)
    labels = tuple(sorted({label for pair in table for label in pair}))
    n_filled = sum(bool(labels_of) for labels_of in by_cluster.values())
    return Tally(table, labels, _matrix(by_cluster, labels, len(clusters)), left_out, n_filled)


def tally_hits(pairings: Iterable[Pairing], counter: HitCounter, rules: Rules, clusters: dict[str, int]) -> Floats:
    """(C, 2) by cluster: twice the common spans, spans of both annotators."""
    counts = np.zeros((len(clusters), 2))
    for pairing in pairings:
        hits = counter(pairing, rules)
        counts[clusters[pairing.item.group]] += (2 * hits.common, hits.n_left + hits.n_right)
    return counts


def _matrix(by_cluster: dict[int, Labels], labels: tuple[str, ...], n_clusters: int) -> "csr_array":
    from scipy.sparse import coo_array  # noqa: PLC0415 - extra `annotation`, slow to import

    number = {label: at for at, label in enumerate(labels)}
    rows, columns, values = [], [], []
    for row, counted in by_cluster.items():
        for (left, right), n in counted.items():
            cells = [1 + number[left], 1 + len(labels) + number[right]] + [0] * (left == right)
            rows += [row] * len(cells)
            columns += cells
            values += [n] * len(cells)
    return coo_array((values, (rows, columns)), shape=(n_clusters, 1 + 2 * len(labels)), dtype=np.int64).tocsr()
