"""Judging systems side by side: scores, intervals, letters, groups."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking
from modeling.metrics.bootstrap import caption_weights, score_intervals
from modeling.metrics.compat import compat_recall
from modeling.metrics.groups import groups_of
from modeling.metrics.outcomes import CUTS, Outcome, Questions, outcome_of, questions_of, score
from modeling.metrics.ranks import Bools, TieRule
from modeling.metrics.significance import beaten, compare_all, letters_of
from modeling.retrieval.evaluate_table import MODALITIES, row_of
from pipeline.stats.arrays import Weights

Hits = Mapping[str, Mapping[int, Bools]]
"""Name -> k -> (B,) whether gold is among the first k."""
Lists = Mapping[int, Ranking]
"""K -> lists of at most K; one entry but for fusions that order otherwise for each K."""


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """How systems are judged.

    Attributes:
        draws: Bootstrap draws; 0 = no intervals.
        seed: Of the draws.
        cuts: k of R@k.
        compat: Also score by the authors' matcher.
    """

    draws: int = 2000
    seed: int = 0
    cuts: tuple[int, ...] = CUTS
    compat: bool = False


def judge(
    systems: Mapping[str, Lists],
    mentions: Sequence[Mention],
    train: Sequence[Mention],
    titles: Mapping[int, str],
    options: JudgeOptions,
) -> dict[str, Any]:
    """Everything that can be said of systems on one split; a JSON value.

    Args:
        systems: name -> its lists, in the order of the table.
        mentions: of the split, gold ids of the catalog in use.
        train: the training split, for seen and unseen.
        titles: entity id -> title of every candidate.
        options: how to judge.
    """
    questions = questions_of(mentions)
    outcomes = {name: outcome_of(lists, questions, cuts=options.cuts) for name, lists in systems.items()}
    singles = {name: outcome for name, outcome in outcomes.items() if "+" not in name}
    weights = caption_weights(questions, options.draws, options.seed)
    groups = groups_of(mentions, train)
    found: dict[str, dict[str, Any]] = {}
    for name, outcome in outcomes.items():
        found[name] = {
            "scores": asdict(score(outcome, questions.is_counted)),
            "intervals": _intervals(outcome, questions, weights),
            "longest": int(systems[name][max(systems[name])].lengths.max(initial=0)),
            "ties": _ties(systems[name], questions, options.cuts),
            "groups": {
                kind: {key: asdict(score(outcome, mask)) for key, mask in masks.items()}
                for kind, masks in groups.items()
            },
        }
        if options.compat:
            found[name]["compat"] = compat_recall(mentions, systems[name], titles, options.cuts)
    return {
        "n_mentions": len(mentions),
        "n_nil": len(mentions) - questions.n,
        "n_counted": questions.n,
        "n_outside_catalog": questions.n_outside,
        "n_captions": len({one.pair_id for one in mentions}),
        "bootstrap": {"draws": options.draws, "seed": options.seed, "clusters": "captions", "level": 0.95},
        "letters": letters_of(list(systems)),
        "systems": found,
        "significance": _significance(outcomes, questions, options.cuts),
        "only_finds": only_finds(_hits(singles), questions, options.cuts),
        "only_finds_of_modality": only_finds(_hits_of_modalities(singles), questions, options.cuts),
    }


def only_finds(hits: Hits, questions: Questions, cuts: Sequence[int]) -> dict[str, dict[int, int]]:
    """Name -> k -> gold entities among its first k that no other has among its first k."""
    found: dict[str, dict[int, int]] = {name: {} for name in hits}
    for k in cuts if hits else ():
        table = np.stack([one[k] & questions.is_counted for one in hits.values()])
        alone = table & (table.sum(axis=0) == 1)
        for name, row in zip(hits, alone, strict=True):
            found[name][k] = int(row.sum())
    return found


def _hits(outcomes: Mapping[str, Outcome]) -> Hits:
    return {name: outcome.hits for name, outcome in outcomes.items()}


def _hits_of_modalities(outcomes: Mapping[str, Outcome]) -> Hits:
    """P, T and V: what any list of that kind has among its first k; lists of two kinds at once are left out."""
    kinds: dict[str, dict[int, Bools]] = {}
    for name, outcome in outcomes.items():
        modality = row_of(name).modality
        if modality in MODALITIES:
            known = kinds.setdefault(modality, dict(outcome.hits))
            kinds[modality] = {k: known[k] | hits for k, hits in outcome.hits.items()}
    return kinds


def _intervals(outcome: Outcome, questions: Questions, weights: Weights) -> dict[str, Any]:
    if not len(weights):
        return {}
    found = score_intervals(outcome, questions, weights)
    return {str(name): None if one is None else asdict(one) for name, one in found.items()}


def _ties(lists: Lists, questions: Questions, cuts: Sequence[int]) -> dict[str, Any]:
    """Scores under every tie rule but the main one."""
    rules = (TieRule.OPTIMISTIC, TieRule.MEAN, TieRule.PESSIMISTIC)
    judged = {rule: score(outcome_of(lists, questions, rule, cuts), questions.is_counted) for rule in rules}
    return {
        rule.value: {"recall": one.recall, "mrr": one.mrr, "mean_rank": one.mean_rank} for rule, one in judged.items()
    }


def _significance(outcomes: Mapping[str, Outcome], questions: Questions, cuts: Sequence[int]) -> dict[str, Any]:
    """K -> every pair, and the letters that each system has beaten."""
    letters = letters_of(list(outcomes))
    found = {}
    for k in cuts:
        pairs = compare_all({name: outcome.hits[k][questions.is_counted] for name, outcome in outcomes.items()})
        found[str(k)] = {"pairs": [asdict(pair) for pair in pairs], "beats": beaten(pairs, letters)}
    return found
