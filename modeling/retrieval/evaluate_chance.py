"""What blind drawing from an index would reach, beside what was reached."""

from collections.abc import Mapping, Sequence
from typing import Any

from modeling.retrieval.evaluate_table import PAPER_CUTS, percent, row_of

FUSED = "fused lists"
NOTEWORTHY = 0.05
"""From this share of gold found blindly on, a table says so."""


def chance_recall(n_entities: int, cuts: Sequence[int] = PAPER_CUTS) -> dict[int, float]:
    """K -> R@k of lists in random order over `n_entities`, each gold entity among them; fewer of these make it less."""
    return {k: min(1.0, k / n_entities) if n_entities else 0.0 for k in cuts}


def chances_of(costs: Mapping[str, Mapping[str, Any]], fused: Sequence[str]) -> dict[str, dict[str, Any]]:
    """System -> entities that its lists draw from, and R@k by chance; lists of files, whose index is not known, lack.

    A fused list draws from all that its members know, at least the largest of their indexes.
    """
    sizes = {name: one["n_entities"] for name, one in costs.items() if one["n_entities"] is not None}
    if fused and len(sizes) == len(costs):
        sizes[FUSED] = max(sizes.values())
    return {name: {"n_entities": n, "recall": chance_recall(n)} for name, n in sizes.items()}


def chance_lines(chances: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line for each size of index that is so small that chance finds gold; none where all are large."""
    names: dict[int, list[str]] = {}
    for name, one in chances.items():
        if max(one["recall"].values()) >= NOTEWORTHY:
            names.setdefault(one["n_entities"], []).append(name if name == FUSED else row_of(name).method)
    return [_line(n_entities, found) for n_entities, found in sorted(names.items())]


def _line(n_entities: int, names: Sequence[str]) -> str:
    figures = ", ".join(f"R@{k} {percent(share)}" for k, share in chance_recall(n_entities).items())
    return f"chance, {n_entities} entities in random order: {figures} ({', '.join(names)})"
