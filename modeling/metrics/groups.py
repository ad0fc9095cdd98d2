"""Parts of the mentions that get scores of their own."""

from collections.abc import Callable, Sequence

import numpy as np

from modeling.data.mentions import Mention
from modeling.metrics.ranks import Bools
from pipeline.titles.surfaces import surface_folded

UNNAMED = "(none)"
"""Stands for a type or topic that the data set does not give."""


def groups_of(mentions: Sequence[Mention], train: Sequence[Mention]) -> dict[str, dict[str, Bools]]:
    """Kind of group -> name -> (B,) whether a mention is in it; NIL is in none.

    Args:
        mentions: those to be scored.
        train: the training split; without it there are no groups of seen and unseen. An entity is seen when a training
            mention has the same title, a surface when one has the same case-folded text.
    """
    kinds: dict[str, Callable[[Mention], str]] = {
        "type": lambda one: one.type or UNNAMED,
        "topic": lambda one: one.topic or UNNAMED,
    }
    if train:
        entities = {one.entity for one in train if one.entity is not None}
        surfaces = {surface_folded(one.surface) for one in train}
        kinds["entity"] = lambda one: _seen(one.entity in entities)
        kinds["surface"] = lambda one: _seen(surface_folded(one.surface) in surfaces)
    return {kind: _masks(mentions, name_of) for kind, name_of in kinds.items()}


def _masks(mentions: Sequence[Mention], name_of: Callable[[Mention], str]) -> dict[str, Bools]:
    names = np.array(["" if one.is_nil else name_of(one) for one in mentions], object)
    return {name: np.asarray(names == name, np.bool_) for name in sorted(set(names) - {""})}


def _seen(is_seen: bool) -> str:
    return "seen in train" if is_seen else "unseen"
