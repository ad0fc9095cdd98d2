"""Agreement of each two annotators, and of each with the others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotation.agreement.figures import Sampling
from annotation.agreement.measures import Measure
from annotation.agreement.measuring import Meter
from annotation.agreement.pairing import Pairing, Rules, grouped
from annotation.agreement.registry import definition_named


@dataclass(frozen=True, slots=True)
class PairCell:
    """Two annotators and what they agree on."""

    left: str
    right: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class PairTable:
    """All annotator pairs under one definition.

    Attributes:
        definition: Its id.
        cells: By pseudonyms, in order.
        weighted_mean: Mean of the defined figures, weighted by items; None where none is defined.
        n_undefined: Cells without a figure.
    """

    definition: str
    cells: tuple[PairCell, ...]
    weighted_mean: float | None
    n_undefined: int


def by_annotator_pair(pairings: Sequence[Pairing], id_: str, rules: Rules, sampling: Sampling) -> PairTable:
    """The heat map: one measure for each two annotators that share items.

    Raises:
        UsageError: there is no such definition, or it is refused.
    """
    definition = definition_named(id_)
    pairs = sorted({one.annotators for one in pairings})
    of_pair = grouped(pairings, lambda one: "\t".join(one.annotators))
    cells = tuple(
        PairCell(left, right, Meter(of_pair[f"{left}\t{right}"], rules, sampling).measure(definition))
        for left, right in pairs
    )
    defined = [(cell.measure.n, cell.measure.main.value) for cell in cells]
    weighted = [(n, value) for n, value in defined if value is not None]
    n_items = sum(n for n, _ in weighted)
    mean = sum(n * value for n, value in weighted) / n_items if n_items else None
    return PairTable(id_, cells, mean, len(cells) - len(weighted))


def by_annotator(pairings: Sequence[Pairing], id_: str, rules: Rules, sampling: Sampling) -> dict[str, Measure]:
    """The forest plot: each annotator against all partners, pooled.

    A careless partner lowers this figure too; agreement with adjudicated gold ranks people better.

    Raises:
        UsageError: there is no such definition, or it is refused.
    """
    definition = definition_named(id_)
    people = sorted({name for one in pairings for name in one.annotators})
    return {
        name: Meter([turned(one, name) for one in pairings if name in one.annotators], rules, sampling).measure(
            definition
        )
        for name in people
    }


def turned(pairing: Pairing, annotator: str) -> Pairing:
    """The pairing with `annotator` in slot 1."""
    if pairing.left.annotator == annotator:
        return pairing
    return replace(pairing, left=pairing.right, right=pairing.left)
