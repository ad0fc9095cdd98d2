"""What an item of agreement is: labels of both annotators, counted."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from annotation.agreement.pairing import Pairing, Rules
from annotation.records import Annotation

NONE = "<none>"
"""Label of a span that an annotator did not mark."""
Labels = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Items:
    """Items of one pairing.

    Attributes:
        labels: (label of slot 1, label of slot 2) -> how many items.
        left_out: Marked spans that are no items because only one annotator marked them, or too long.
    """

    labels: Labels
    left_out: int = 0


Itemizer = Callable[[Pairing, Rules], Items]
Labeller = Callable[[Annotation], str]


def spans_of(annotations: tuple[Annotation, ...]) -> dict[tuple[int, int], Annotation]:
    """Span -> annotation; of two annotations of one span the first counts."""
    found: dict[tuple[int, int], Annotation] = {}
    for one in annotations:
        found.setdefault(one.span, one)
    return found
