"""Agreement on visual clues and on the class of ambiguity."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from annotation.agreement.counting import clusters_of
from annotation.agreement.figures import Bootstrap, Sampling
from annotation.agreement.items import Items, spans_of
from annotation.agreement.measures import Measure
from annotation.agreement.measuring import Meter
from annotation.agreement.pairing import Pairing, Rules
from annotation.agreement.registry import Definition
from annotation.records import CLUES, Annotation


def clue_definition(clue: str) -> Definition:
    """Spans that both annotators labelled for clues are items; the label says whether the clue is there."""

    def items(pairing: Pairing, _: Rules) -> Items:
        both = _labelled(pairing)
        return Items(Counter((_mark(clue, one), _mark(clue, other)) for one, other in both))

    sentence = f"Spans that both annotators labelled for visual clues are items; is there a clue of kind {clue}?"
    return Definition(f"clue.{clue}", sentence, "visual clues, several labels a mention", items)


def ambiguity_definition() -> Definition:
    """Pairs that both annotators put into a class of ambiguity are items."""

    def items(pairing: Pairing, _: Rules) -> Items:
        left, right = pairing.left.ambiguity, pairing.right.ambiguity
        return Items(Counter([(left, right)] if left and right else []))

    sentence = "Pairs that both annotators put into a class of ambiguity are items; the label is the class."
    return Definition("ambiguity.class", sentence, "ten classes of Figure 2(b), one a pair", items)


def measure_ambiguity(pairings: Sequence[Pairing], sampling: Sampling) -> Measure:
    """Agreement on the class of ambiguity."""
    return Meter(pairings, Rules(), sampling).measure(ambiguity_definition())


def measure_clues(pairings: Sequence[Pairing], sampling: Sampling, clues: Sequence[str] = CLUES) -> list[Measure]:
    """One measure a clue, then `clue.jaccard`: mean similarity of the two sets, two empty ones being equal."""
    meter = Meter(pairings, Rules(), sampling)
    return [*(meter.measure(clue_definition(one)) for one in clues), _jaccard(pairings, sampling)]


def _jaccard(pairings: Sequence[Pairing], sampling: Sampling) -> Measure:
    clusters = clusters_of(pairings)
    counts, n = np.zeros((len(clusters), 2)), 0
    for pairing in pairings:
        for one, other in _labelled(pairing):
            first, second = set(one.visual_clues or ()), set(other.visual_clues or ())
            counts[clusters[pairing.item.group]] += (_similarity(first, second), 1)
            n += 1
    figure = Bootstrap(len(clusters), sampling).ratio("jaccard", counts)
    return Measure("clue.jaccard", n, len(pairings), len(clusters), 0, 0, None, None, (figure,))


def _similarity(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


def _labelled(pairing: Pairing) -> list[tuple[Annotation, Annotation]]:
    """Spans of both answers that both annotators labelled for clues."""
    left, right = spans_of(pairing.left.annotations), spans_of(pairing.right.annotations)
    both = [(left[span], right[span]) for span in left if span in right]
    return [pair for pair in both if all(one.visual_clues is not None for one in pair)]


def _mark(clue: str, annotation: Annotation) -> str:
    return clue if clue in (annotation.visual_clues or ()) else f"no {clue}"
