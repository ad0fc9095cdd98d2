"""What a fusion chose, in words for the terminal."""

from collections.abc import Mapping
from typing import Any

from modeling.retrieval.evaluate_table import row_of


def fusion_lines(facts: Mapping[str, Any]) -> list[str]:
    """Lines that follow the name of a fusion with these facts: slots of each K, weights, or a formula."""
    if facts["method"] == "quota":
        return [f", K = {k}: {_slots(one)}" for k, one in facts["by_k"].items()]
    if facts["method"] == "rrf":
        told = ", ".join(f"{weight:g} {row_of(name).method}" for name, weight in facts["weights"].items())
        return [f": weight / ({facts['constant']:g} + rank), weights {told}"]
    n = len(facts["lists"])
    weights = facts["weights"]
    parts = zip(facts["lists"], weights[:n], weights[n : 2 * n], weights[2 * n :], strict=True)
    told = "; ".join(f"{row_of(name).method} {a:.2f} / rank {b:+.2f} score {c:+.2f}" for name, a, b, c in parts)
    return [f": log odds of gold, scores standardised: {told}"]


def _slots(one: Mapping[str, Any]) -> str:
    slots = ", ".join(f"{slot} {row_of(name).method}" for name, slot in one["slots"].items() if slot)
    found = f"; found {one['n_found']} of {one['n_mentions']} on the dev split" if "n_found" in one else ""
    return f"{slots}{found}"
