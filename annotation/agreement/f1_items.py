"""F1 of two annotators: spans, typed spans, links."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from annotation.agreement.items import spans_of
from annotation.agreement.pairing import Pairing, Rules
from annotation.records import Annotation, Answer


@dataclass(frozen=True, slots=True)
class Hits:
    """Spans of one pairing: n_left, n_right, and how many of them agree (halves for partial ones)."""

    n_left: int
    n_right: int
    common: float


HitCounter = Callable[[Pairing, Rules], Hits]
Key = Callable[[Annotation, Rules], Hashable]


def exact_hits(key: Key) -> HitCounter:
    """Spans agree that have the same boundaries and key."""

    def hits(pairing: Pairing, rules: Rules) -> Hits:
        both = (pairing.left, pairing.right)
        left, right = ({(span, key(one, rules)) for span, one in _spans(side)} for side in both)
        return Hits(len(left), len(right), len(left & right))

    return hits


def partial_hits(pairing: Pairing, _: Rules) -> Hits:
    """Same boundaries count 1, an overlap ½; each span is matched at most once (SemEval 2013, task 9)."""
    left = sorted(span for span, _ in _spans(pairing.left))
    right = sorted(span for span, _ in _spans(pairing.right))
    exact = set(left) & set(right)
    left, right = ([span for span in side if span not in exact] for side in (left, right))
    common, i, j = float(len(exact)), 0, 0
    while i < len(left) and j < len(right):
        (start, end), (other_start, other_end) = left[i], right[j]
        if start < other_end and other_start < end:
            common, i, j = common + 0.5, i + 1, j + 1
        elif end <= other_start:
            i += 1
        else:
            j += 1
    return Hits(len(left) + len(exact), len(right) + len(exact), common)


def by_span(_: Annotation, __: Rules) -> Hashable:
    """Boundaries alone."""
    return None


def by_type(annotation: Annotation, _: Rules) -> Hashable:
    """Boundaries and type."""
    return annotation.type


def by_entity(annotation: Annotation, rules: Rules) -> Hashable:
    """Boundaries and resolved entity; NIL is an entity."""
    return rules.entity(annotation)


def _spans(answer: Answer) -> list[tuple[tuple[int, int], Annotation]]:
    return list(spans_of(answer.annotations).items())
