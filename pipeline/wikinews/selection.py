"""Which articles give pairs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.records.names import DropReason
from pipeline.wikinews.article import PUBLISHED, UNMARKED

STATES = (PUBLISHED, UNMARKED, "developing", "review", "disputed", "abandoned")
FREE_LICENCES = frozenset(("Public domain", "CC BY 2.5"))
"""Licences under which an article's words may be passed on."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The articles whose pairs are taken.

    Attributes:
        years: First and last year, both included; None for all, then an article without a date is taken too.
        states: States of articles that are taken.
        redistributable_only: Only articles whose licence is known and free.
    """

    years: tuple[int, int] | None = None
    states: tuple[str, ...] = (PUBLISHED,)
    redistributable_only: bool = False

    def refusal(self, article: Mapping[str, Any]) -> str:
        """Why a row of articles/ gives no pairs: the first reason that applies, '' when none does."""
        if article["status"] not in self.states:
            return f"{DropReason.NOT_PUBLISHED}:{article['status']}"
        if self.years is not None:
            if article["date"] is None:
                return str(DropReason.NO_DATE)
            if not self.years[0] <= article["date"].year <= self.years[1]:
                return str(DropReason.OUTSIDE_YEARS)
        if self.redistributable_only and article["licence"] not in FREE_LICENCES:
            return str(DropReason.NOT_REDISTRIBUTABLE)
        return ""
