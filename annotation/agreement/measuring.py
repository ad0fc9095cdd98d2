"""From paired answers to measures of agreement."""

from collections.abc import Sequence

from annotation.agreement.coefficients import COEFFICIENTS, Totals, expected, observed
from annotation.agreement.counting import Tally, clusters_of, tally, tally_hits
from annotation.agreement.f1_items import HitCounter
from annotation.agreement.figures import Bootstrap, Sampling
from annotation.agreement.items import Itemizer
from annotation.agreement.measures import CategoryAgreement, Measure
from annotation.agreement.pairing import Pairing, Rules
from annotation.agreement.registry import REPORTED, Definition, definition_named
from annotation.agreement.remarks import remarks
from pipeline.stats.arrays import Weights
from pipeline.stats.resampling import totals_of

_FEW_LABELS = 20


class Meter:
    """Measures the same pairings under many definitions, with the same bootstrap draws for all.

    Args:
        pairings: Answers to compare.
        rules: Tokenizer and redirects.
        sampling: Bootstrap settings.
        weights: (B, C) draws to use instead of seeded ones; C groups in the order of their names.
    """

    def __init__(
        self, pairings: Sequence[Pairing], rules: Rules, sampling: Sampling, weights: Weights | None = None
    ) -> None:
        self.pairings, self.rules = pairings, rules
        self.clusters = clusters_of(pairings)
        self._bootstrap = Bootstrap(len(self.clusters), sampling, weights)

    def measure(self, definition: Definition) -> Measure:
        """Agreement under one definition."""
        if definition.items is not None:
            return self._coefficients(definition.id, definition.items)
        assert definition.hits is not None, definition.id
        return self._f1(definition.id, definition.hits)

    def _coefficients(self, id_: str, itemizer: Itemizer) -> Measure:
        found = tally(self.pairings, itemizer, self.rules, self.clusters)
        totals = Totals.of(totals_of(found.counts))
        figures = self._bootstrap.figures(COEFFICIENTS, found)
        measure = Measure(
            definition=id_,
            n=found.n,
            n_pairings=len(self.pairings),
            n_clusters=len(self.clusters),
            n_labels=len(found.labels),
            n_left_out=found.left_out,
            observed=float(observed(totals)[0]) if found.n else None,
            expected=float(expected(totals)[0]) if found.n else None,
            figures=figures,
            categories=_categories(found) if len(found.labels) <= _FEW_LABELS else (),
        )
        return remarks(measure)

    def _f1(self, id_: str, counter: HitCounter) -> Measure:
        counts = tally_hits(self.pairings, counter, self.rules, self.clusters)
        figure = self._bootstrap.ratio("f1", counts)
        n_spans = int(counts[:, 1].sum())
        return Measure(id_, n_spans, len(self.pairings), len(self.clusters), 0, 0, None, None, (figure,))


def measure(
    pairings: Sequence[Pairing], id_: str, rules: Rules | None = None, sampling: Sampling | None = None
) -> Measure:
    """Agreement under the definition `id_`.

    Raises:
        UsageError: there is no such definition, or it is refused.
    """
    return Meter(pairings, rules or Rules(), sampling or Sampling()).measure(definition_named(id_))


def measure_all(
    pairings: Sequence[Pairing],
    rules: Rules | None = None,
    sampling: Sampling | None = None,
    ids: Sequence[str] = REPORTED,
) -> list[Measure]:
    """Agreement under every definition of `ids`, in their order.

    Raises:
        UsageError: there is no such definition, or it is refused.
    """
    meter = Meter(pairings, rules or Rules(), sampling or Sampling())
    return [meter.measure(one) for one in [definition_named(id_) for id_ in ids]]


def _categories(found: Tally) -> tuple[CategoryAgreement, ...]:
    left: dict[str, int] = dict.fromkeys(found.labels, 0)
    right = dict(left)
    for (one, other), n in found.table.items():
        left[one] += n
        right[other] += n
    return tuple(CategoryAgreement(one, left[one], right[one], found.table[one, one]) for one in found.labels)
