"""Fusing lists of several retrievers, tuned on one split."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from modeling.data.ranking import Ids, Ranking
from modeling.retrieval.fusion_pool import Pool, pool_lists
from modeling.retrieval.fusion_quota import Quota, fuse_quota, round_quota
from modeling.retrieval.fusion_scores import RANK_CONSTANT, fit_linear, fuse_linear, fuse_rrf
from modeling.retrieval.quotas import choose_quota, slots_by_name
from pipeline.records.errors import UsageError

METHODS = ("quota", "rrf", "linear")
MARK = "@"
"""Stands in a fused system's name before its method; quotas, the paper's way, need none."""
PRIOR = "prior"


def fusion_name(names: Sequence[str], method: str) -> str:
    """Name of a fused system: prior+blink, prior+blink@rrf."""
    joined = "+".join(names)
    return joined if method == METHODS[0] else f"{joined}{MARK}{method}"


def default_combinations(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The paper's two combinations where their members are there, and all lists together."""
    wanted = [("blink", "clip"), ("prior", "blink", "clip"), tuple(names)]
    there = [one for one in wanted if len(one) > 1 and set(one) <= set(names)]
    return tuple(one for number, one in enumerate(there) if all(set(one) != set(other) for other in there[:number]))


@dataclass(frozen=True, slots=True)
class FusionOptions:
    """How lists are fused.

    Attributes:
        method: One of `METHODS`.
        cuts: K for which lists are made, ascending.
        shares: Shares of K by list name, such as 80, 10, 10; None = quotas tuned on the development split.
        weights: Weights of reciprocal-rank fusion by list name; 1 where none is given.
        rank_constant: The k of reciprocal-rank fusion.
        strength: Inverse penalty of the linear model.
    """

    method: str = "quota"
    cuts: tuple[int, ...] = (10, 50, 100)
    shares: Mapping[str, float] | None = None
    weights: Mapping[str, float] | None = None
    rank_constant: float = RANK_CONSTANT
    strength: float = 1.0

    @property
    def wants_dev(self) -> bool:
        """Whether there is something to tune."""
        return self.method == "linear" or (self.method == "quota" and self.shares is None)


@dataclass(frozen=True, slots=True)
class Development:
    """Lists of the development split by name, and its gold entities (B,)."""

    rankings: Mapping[str, Ranking]
    gold: Ids


@dataclass(frozen=True, slots=True)
class Fusion:
    """A fusion that is ready to use.

    Attributes:
        names: The lists that it fuses, in order.
        facts: What was chosen, for manifests.
        fuse: (pool, K) -> lists.
        cuts: K for which it is meant.
    """

    names: tuple[str, ...]
    facts: Mapping[str, Any]
    fuse: Callable[[Pool, int], Ranking]
    cuts: tuple[int, ...]

    def lists(self, rankings: Mapping[str, Ranking]) -> dict[int, Ranking]:
        """K -> the fused lists of at most K."""
        pool = pool_of(self.names, rankings, max(self.cuts))
        return {k: self.fuse(pool, k) for k in self.cuts}


def tune_fusion(names: Sequence[str], options: FusionOptions, dev: Development | None) -> Fusion:
    """Make a fusion of the lists with these names.

    Raises:
        UsageError: it wants a development split and there is none, or a share or weight has no list.
    """
    if options.wants_dev and dev is None:
        raise UsageError(f"fusion by {options.method} is tuned on a development split; name one by --dev-split")
    makers = {"quota": _quota, "rrf": _rrf, "linear": _linear}
    return makers[options.method](tuple(names), options, dev)


def pool_of(names: Sequence[str], rankings: Mapping[str, Ranking], depth: int) -> Pool:
    """The pool of the lists with these names."""
    return pool_lists([rankings[name] for name in names], depth)


def _quota(names: tuple[str, ...], options: FusionOptions, dev: Development | None) -> Fusion:
    quotas: dict[int, Quota] = {}
    facts: dict[str, Any] = {}
    if options.shares is not None:
        shares = _by_name(names, options.shares, "--quota", 0.0)
        quotas = {k: round_quota(shares, k) for k in options.cuts}
        facts = {str(k): {"slots": slots_by_name(names, quota)} for k, quota in quotas.items()}
    elif dev is not None:
        prior = names.index(PRIOR) if PRIOR in names else None
        for k in options.cuts:
            choice = choose_quota(pool_of(names, dev.rankings, k), dev.gold, k, prior=prior)
            quotas[k] = choice.quota
            told = {name: value for name, value in asdict(choice).items() if name not in {"quota", "k"}}
            facts[str(k)] = {"slots": slots_by_name(names, choice.quota), **told}
    told = {"method": "quota", "tuned": options.shares is None, "by_k": facts}
    return Fusion(names, told, lambda pool, k: fuse_quota(pool, quotas[k], k), options.cuts)


def _rrf(names: tuple[str, ...], options: FusionOptions, _: Development | None) -> Fusion:
    weights = _by_name(names, options.weights or {}, "rrf.NAME", 1.0)
    constant = options.rank_constant
    facts = {"method": "rrf", "constant": constant, "weights": dict(zip(names, weights, strict=True))}
    return Fusion(names, facts, lambda pool, k: fuse_rrf(pool, weights, k, constant), options.cuts)


def _linear(names: tuple[str, ...], options: FusionOptions, dev: Development | None) -> Fusion:
    if dev is None:
        raise UsageError("a linear fusion wants a development split")
    model = fit_linear(pool_of(names, dev.rankings, max(options.cuts)), dev.gold, options.strength)
    facts = {"method": "linear", "lists": list(names), **asdict(model)}
    return Fusion(names, facts, lambda pool, k: fuse_linear(pool, model, k), options.cuts)


def _by_name(names: Sequence[str], given: Mapping[str, float], flag: str, default: float) -> list[float]:
    values = [float(given.get(name, default)) for name in names]
    if min(values) < 0 or not any(values):
        raise UsageError(f"{flag}: values are 0 or more and not all 0; {', '.join(names)} got {values}")
    return values
