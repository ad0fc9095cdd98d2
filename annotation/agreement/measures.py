"""Results of agreement: figures with intervals, or the reason they lack."""

from dataclasses import asdict, dataclass
from typing import Any

from pipeline.stats.intervals import Interval


@dataclass(frozen=True, slots=True)
class Figure:
    """One coefficient or F1.

    Attributes:
        name: kappa, pi, alpha, ac1, kappa_max, s or f1.
        value: None where it is undefined.
        undefined_reason: no_items or single_category; None where there is a value.
        interval: Clustered bootstrap, or the rule of three where agreement is perfect; None where neither can be had.
        error: Standard deviation of the clustered bootstrap.
        asymptotic_error: Standard error that takes items as independent; for kappa only.
        asymptotic_interval: Normal interval from it, cut at the range of the figure.
        undefined_draws: Bootstrap draws without a value; the interval is that of the others.
    """

    name: str
    value: float | None
    undefined_reason: str | None = None
    interval: Interval | None = None
    error: float | None = None
    asymptotic_error: float | None = None
    asymptotic_interval: Interval | None = None
    undefined_draws: int = 0


@dataclass(frozen=True, slots=True)
class CategoryAgreement:
    """Specific agreement on one label: 2 x both / (left + right)."""

    label: str
    n_left: int
    n_right: int
    n_both: int

    @property
    def agreement(self) -> float:
        """From 0 to 1."""
        return 2 * self.n_both / (self.n_left + self.n_right)


@dataclass(frozen=True, slots=True)
class Measure:
    """Agreement under one definition.

    Attributes:
        definition: Its id.
        n: Items; for an F1 the spans of both annotators.
        n_pairings: Pairs of answers.
        n_clusters: Groups that the bootstrap draws from.
        n_labels: Different labels; 0 for an F1.
        n_left_out: Marked spans that are no items under this definition.
        observed: Share of items with equal labels.
        expected: Share expected by chance, after Cohen.
        figures: One for each coefficient, or the F1.
        categories: Agreement on each label where there are few.
        notes: What a reader must know beside the figures, a sentence each.
    """

    definition: str
    n: int
    n_pairings: int
    n_clusters: int
    n_labels: int
    n_left_out: int
    observed: float | None
    expected: float | None
    figures: tuple[Figure, ...]
    categories: tuple[CategoryAgreement, ...] = ()
    notes: tuple[str, ...] = ()

    def figure(self, name: str) -> Figure:
        """The figure of that name; KeyError where the definition has none."""
        for one in self.figures:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def main(self) -> Figure:
        """Cohen's kappa, or the F1."""
        return self.figures[0]

    def to_json(self) -> dict[str, Any]:
        """As JSON value; undefined figures are null with their reason."""
        row = asdict(self)
        for told, category in zip(row["categories"], self.categories, strict=True):
            told["agreement"] = category.agreement
        return row
