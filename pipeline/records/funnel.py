"""The funnel: what each rule of the corpus let through, and examples."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from pipeline.records.errors import ArtifactError

FUNNEL_VERSION = 2
DECIDED = "decided"
"""Status and rule of the step of the reviewers' decisions."""


@dataclass(frozen=True, slots=True)
class FunnelExample:
    """One pair that a rule spoke of; long texts are clipped and end in an ellipsis."""

    pair_id: str
    article_title: str
    file_title: str
    caption: str
    credit: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One rule: pairs that reached it, and those that went on.

    Attributes:
        rule: `Drop` value, `term:KIND`, `maybe_audio`, `credit_only`, `unknown_template` or `decided`.
        status: What the rule makes of a pair: dropped, review or decided.
        n_in: Pairs that no earlier step took out; the first step's are all pairs, another's are the `n_out` before.
        n_out: Those that this step left; the last step's are the pairs that are kept.
        n_spoke: Pairs with this rule among their reasons, whatever became of them.
        examples: Pairs that this step took out first, then others that it spoke of, each by pair id.
    """

    rule: str
    status: str
    n_in: int
    n_out: int
    n_spoke: int
    examples: tuple[FunnelExample, ...]

    @property
    def n_taken(self) -> int:
        """Pairs that ended at this step: dropped, or waiting for review."""
        return self.n_in - self.n_out


@dataclass(frozen=True, slots=True)
class FunnelGroup:
    """One year or topic; the name is '' for pairs without one.

    Attributes:
        n_in: n_kept + n_review + n_dropped.
        by_rule: Rule of the step that took pairs out, and how many; they add up to n_review + n_dropped.
        n_articles: Articles of the group, with and without pairs.
    """

    name: str
    n_in: int
    n_kept: int
    n_review: int
    n_dropped: int
    by_rule: dict[str, int]
    n_articles: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """A corpus in numbers.

    Attributes:
        date: Of the dump, YYYYMMDD, '' when unknown.
        article_steps: (reason, articles) of articles whose pairs were not taken, most first.
        n_articles: Articles in the corpus; n_articles - the sum of `article_steps` gave the pairs.
        weak_dates: (evidence, articles) of articles whose date may be that of something else, most first; '' is no
            date at all.
        terms: (matched term with its kind, pairs), most first.
        unknown_templates: (name, captions with it), most first; those of articles that were not taken count too.
        examples_per_rule: At most so many examples a step.
    """

    wiki: str
    date: str
    article_steps: tuple[tuple[str, int], ...]
    n_articles: int
    n_pairs: int
    n_kept: int
    n_review: int
    n_dropped: int
    steps: tuple[FunnelStep, ...]
    years: tuple[FunnelGroup, ...]
    topics: tuple[FunnelGroup, ...]
    weak_dates: tuple[tuple[str, int], ...]
    terms: tuple[tuple[str, int], ...]
    unknown_templates: tuple[tuple[str, int], ...]
    examples_per_rule: int

    @property
    def n_articles_used(self) -> int:
        """Articles whose pairs were taken."""
        return self.n_articles - sum(n for _, n in self.article_steps)

    def to_json(self) -> dict[str, Any]:
        """A value for `json.dumps`; `from_json` reads it back."""
        return {"version": FUNNEL_VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """The funnel of `to_json`, from any JSON reader.

        Raises:
            ArtifactError: the value is no funnel, or one of another version.
        """
        if not isinstance(value, dict) or value.get("version") != FUNNEL_VERSION:
            raise ArtifactError(f"this is no funnel of version {FUNNEL_VERSION}: build the corpus again")
        try:
            return cls(**_funnel_values(value))
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactError(f"the funnel is damaged: {type(error).__name__}: {error}") from error


_GROUPS = ("years", "topics")
_COUNTED = ("article_steps", "weak_dates", "terms", "unknown_templates")


def _funnel_values(value: Mapping[str, Any]) -> dict[str, Any]:
    groups = {name: tuple(map(_group, value[name])) for name in _GROUPS}
    counted = {name: tuple((_of(str, key), _of(int, n)) for key, n in value[name]) for name in _COUNTED}
    steps = tuple(map(_step, value["steps"]))
    given = {name: part for name, part in value.items() if name != "version"}
    return _checked(Funnel, {**given, **groups, **counted, "steps": steps})


def _group(value: Mapping[str, Any]) -> FunnelGroup:
    by_rule = {_of(str, rule): _of(int, n) for rule, n in _of(dict, value["by_rule"]).items()}
    return FunnelGroup(**_checked(FunnelGroup, {**value, "by_rule": by_rule}))


def _step(value: Mapping[str, Any]) -> FunnelStep:
    return FunnelStep(**_checked(FunnelStep, {**value, "examples": tuple(map(_example, value["examples"]))}))


def _example(value: Mapping[str, Any]) -> FunnelExample:
    reasons = tuple(_of(str, reason) for reason in value["reasons"])
    return FunnelExample(**_checked(FunnelExample, {**value, "reasons": reasons}))


def _checked(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with every text and number of `kind` of its type."""
    for field in fields(kind):
        if field.type in (str, int):
            _of(field.type, values[field.name])
    return dict(values)


def _of(kind: Any, value: Any) -> Any:  # noqa: ANN401 - whatever the JSON holds
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
