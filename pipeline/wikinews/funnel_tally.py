"""Counts pairs by the rule that ends them, year and topic."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.records.corpus import PAIR_DROPPED, PAIR_KEPT, PAIR_REVIEW
from pipeline.records.funnel import DECIDED, FunnelExample, FunnelGroup, FunnelStep
from pipeline.wikinews.article import WEAK_EVIDENCE
from pipeline.wikinews.cleaning import CREDIT_ONLY, MAYBE_AUDIO, Drop
from pipeline.wikinews.site import table

_TERM, _UNKNOWN_TEMPLATE = "term", "unknown_template"
_NO_RULE = {PAIR_DROPPED: "dropped_by_no_rule", PAIR_REVIEW: "review_by_no_rule"}
_DROPPING = frozenset((*Drop, _NO_RULE[PAIR_DROPPED]))
_TEXT_MAX, _REASONS_MAX = 400, 12


def rule_of(reason: str) -> str:
    """The rule that gave a reason: what stands before its matched term, template or sentence."""
    family, _, rest = reason.partition(":")
    return f"{family}:{rest.partition(':')[0]}" if family == _TERM else family


@dataclass(slots=True)
class _Step:
    """One rule while rows are added; the examples' keys sort them."""

    n_taken: int = 0
    n_spoke: int = 0
    examples: list[tuple[tuple[bool, str, int, int], FunnelExample]] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    n_by_status: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    n_articles: int = 0


class Tally:
    """Counts of everything that the funnel shows."""

    def __init__(self, examples_per_rule: int) -> None:
        self.examples_per_rule = examples_per_rule
        self.n_by_status: Counter[str] = Counter({PAIR_KEPT: 0, PAIR_REVIEW: 0, PAIR_DROPPED: 0})
        self.n_articles = 0
        self.years: dict[str, _Group] = {}
        self.topics: dict[str, _Group] = {}
        self.terms: Counter[str] = Counter()
        self.weak_dates: Counter[str] = Counter()
        self.found: dict[str, _Step] = {}
        self.ranks = {rule: rank for rank, rule in enumerate([*map(str, Drop), DECIDED, *_reviewing_rules()])}

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one pair."""
        status: str = row["status"]
        if status not in self.n_by_status:
            raise ValueError(f"pair {row['pair_id']} has the status {status!r}")
        self.n_by_status[status] += 1
        spoke = set(map(rule_of, row["reasons"]))
        self.terms.update({reason.partition(":")[2] for reason in row["reasons"] if reason.startswith(f"{_TERM}:")})
        taken = self._taking(status, spoke)
        for rule in spoke | ({taken} - {""}):
            step = self.found.setdefault(rule, _Step())
            step.n_spoke += rule in spoke
            step.n_taken += rule == taken
            self._show(step, row, is_taken=rule == taken)
        for group in self._groups_of(row):
            group.n_by_status[status] += 1
            if taken:
                group.by_rule[taken] += 1

    def add_article(self, row: Mapping[str, Any]) -> None:
        """Count one article."""
        if row["date_evidence"] in WEAK_EVIDENCE:
            self.weak_dates[row["date_evidence"]] += 1
        self.n_articles += 1
        for group in self._groups_of(row):
            group.n_articles += 1

    def steps(self) -> tuple[FunnelStep, ...]:
        """All rules of the table and those found beside it, chained from all pairs to the kept ones."""
        n_in = self.n_by_status.total()
        steps = []
        for rule in self._order():
            found = self.found.get(rule, _Step())
            n_out = n_in - found.n_taken
            examples = tuple(example for _, example in found.examples)
            steps.append(FunnelStep(rule, self._status(rule), n_in, n_out, found.n_spoke, examples))
            n_in = n_out
        return tuple(steps)

    def groups(self, found: Mapping[str, _Group], names: Iterable[str]) -> tuple[FunnelGroup, ...]:
        """The groups under their names, in the order of these."""
        return tuple(self._group(name, found.get(name, _Group())) for name in names)

    def _group(self, name: str, group: _Group) -> FunnelGroup:
        counts = group.n_by_status
        by_rule = {rule: group.by_rule[rule] for rule in self._order() if group.by_rule[rule]}
        kept, review, dropped = counts[PAIR_KEPT], counts[PAIR_REVIEW], counts[PAIR_DROPPED]
        return FunnelGroup(name, counts.total(), kept, review, dropped, by_rule, group.n_articles)

    def _groups_of(self, row: Mapping[str, Any]) -> tuple[_Group, _Group]:
        year = f"{row['date'].year:04}" if row["date"] is not None else ""
        return self.years.setdefault(year, _Group()), self.topics.setdefault(row["topic"], _Group())

    def _taking(self, status: str, spoke: set[str]) -> str:
        """The rule at which a pair of this status ends, '' for a kept one."""
        if status == PAIR_KEPT:
            return ""
        takes = {PAIR_DROPPED: (PAIR_DROPPED, DECIDED), PAIR_REVIEW: (PAIR_REVIEW,)}[status]
        able = [rule for rule in spoke if self._status(rule) in takes]
        return min(able, key=self._rank, default=_NO_RULE[status])

    def _status(self, rule: str) -> str:
        if rule == DECIDED:
            return DECIDED
        return PAIR_DROPPED if rule in _DROPPING else PAIR_REVIEW

    def _rank(self, rule: str) -> tuple[int, str]:
        """Dropping rules, `decided`, reviewing rules, those that the table lacks."""
        if rule == _NO_RULE[PAIR_DROPPED]:
            return -1, rule
        return self.ranks.get(rule, len(self.ranks)), rule

    def _order(self) -> list[str]:
        return sorted({*self.ranks, *self.found}, key=self._rank)

    def _show(self, step: _Step, row: Mapping[str, Any], *, is_taken: bool) -> None:
        key = (not is_taken, row["pair_id"], row["article_id"], row["position"])
        if len(step.examples) < self.examples_per_rule or (step.examples and key < step.examples[-1][0]):
            insort(step.examples, (key, _example(row)), key=lambda one: one[0])
            del step.examples[self.examples_per_rule :]


def _reviewing_rules() -> list[str]:
    kinds = table("review_terms")["terms"]
    return [MAYBE_AUDIO, CREDIT_ONLY, *(f"{_TERM}:{kind}" for kind in kinds), _UNKNOWN_TEMPLATE]


def _example(row: Mapping[str, Any]) -> FunnelExample:
    return FunnelExample(
        pair_id=row["pair_id"],
        article_title=_clip(row["article_title"]),
        file_title=_clip(row["file_title"]),
        caption=_clip(row["caption"]),
        credit=_clip(row["credit"]),
        reasons=tuple(map(_clip, row["reasons"][:_REASONS_MAX])),
    )


def _clip(text: str) -> str:
    return text if len(text) <= _TEXT_MAX else f"{text[: _TEXT_MAX - 1]}…"
