"""Chance-corrected coefficients from counts, for many draws at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.stats.arrays import Floats

SINGLE_CATEGORY, NO_ITEMS = "single_category", "no_items"


@dataclass(frozen=True, slots=True)
class Totals:
    """What all coefficients are functions of; B draws of K labels.

    Attributes:
        agree: (B,) items with equal labels.
        left: (K, B) items by the label of slot 1.
        right: (K, B) items by the label of slot 2.
    """

    agree: Floats
    left: Floats
    right: Floats

    @classmethod
    def of(cls, totals: Floats) -> "Totals":
        """From (1 + 2K, B): agreement, then the labels of slot 1, then those of slot 2."""
        n_labels = (len(totals) - 1) // 2
        return cls(totals[0], totals[1 : 1 + n_labels], totals[1 + n_labels :])

    @property
    def n(self) -> Floats:
        """(B,) items."""
        return np.asarray(self.left.sum(axis=0))

    @property
    def both(self) -> Floats:
        """(K, B) items by label, of both slots together: twice as many."""
        return self.left + self.right


Coefficient = Callable[[Totals], Floats]


def observed(totals: Totals) -> Floats:
    """Share of items with equal labels."""
    return _ratio(totals.agree, totals.n)


def expected(totals: Totals) -> Floats:
    """Share that two independent annotators with these label shares would have (Cohen)."""
    return _ratio(_chance(totals), totals.n**2)


def cohen_kappa(totals: Totals) -> Floats:
    """Cohen (1960): chance by the label shares of each slot."""
    chance, n = _chance(totals), totals.n
    return _ratio(n * totals.agree - chance, n**2 - chance)


def scott_pi(totals: Totals) -> Floats:
    """Scott (1955): chance by the label shares of both slots together."""
    chance, n = (totals.both**2).sum(axis=0), totals.n
    return _ratio(4 * n * totals.agree - chance, 4 * n**2 - chance)


def krippendorff_alpha(totals: Totals) -> Floats:
    """Krippendorff's alpha for names, two values a unit: pi with the correction for small samples."""
    chance, n = (totals.both**2).sum(axis=0), totals.n
    return 1 - _ratio(2 * (n - totals.agree) * (2 * n - 1), 4 * n**2 - chance)


def gwet_ac1(totals: Totals) -> Floats:
    """Gwet (2008): chance that shrinks as one label prevails; K is the number of labels in the whole data."""
    n, n_labels = totals.n, len(totals.left)
    if n_labels < 2:
        return np.full(len(n), np.nan)
    share = _ratio(totals.both, 2 * n)
    chance = (share * (1 - share)).sum(axis=0) / (n_labels - 1)
    return _ratio(observed(totals) - chance, 1 - chance)


def maximum_kappa(totals: Totals) -> Floats:
    """The largest kappa that these label shares allow."""
    chance, n = _chance(totals), totals.n
    return _ratio(n * np.minimum(totals.left, totals.right).sum(axis=0) - chance, n**2 - chance)


def bennett_s(totals: Totals) -> Floats:
    """Bennett's S: chance by the number of labels alone; PABAK for two labels."""
    n_labels = len(totals.left)
    if n_labels < 2:
        return np.full(len(totals.n), np.nan)
    return (n_labels * observed(totals) - 1) / (n_labels - 1)


COEFFICIENTS: dict[str, Coefficient] = {
    "kappa": cohen_kappa,
    "pi": scott_pi,
    "alpha": krippendorff_alpha,
    "ac1": gwet_ac1,
    "kappa_max": maximum_kappa,
    "s": bennett_s,
}


def _chance(totals: Totals) -> Floats:
    return np.asarray((totals.left * totals.right).sum(axis=0))


def _ratio(over: Floats, under: Floats) -> Floats:
    """NaN where the denominator is 0: the caller names the reason."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(under > 0, over / under, np.nan)
