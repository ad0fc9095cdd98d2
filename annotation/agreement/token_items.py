"""Definitions whose items are tokens."""

from collections import Counter
from collections.abc import Callable

from annotation.agreement.items import Itemizer, Items, Labeller
from annotation.agreement.pairing import Pairing, Rules
from annotation.records import Annotation, Answer
from annotation.tokens import token_spans

OUT = "O"
Scheme = Callable[[str, str], str]
"""(B or I, label of the span) -> label of the token."""


def token_items(scheme: Scheme, label: Callable[[Rules], Labeller], *, only_marked: bool = False) -> Itemizer:
    """Every token is an item; with `only_marked` those that an annotator marked."""

    def items(pairing: Pairing, rules: Rules) -> Items:
        tokens = token_spans(pairing.item.caption, rules.tokenizer)
        name = label(rules)
        left, right = (token_labels(tokens, one, scheme, name) for one in (pairing.left, pairing.right))
        labels = Counter(zip(left, right, strict=True))
        if only_marked:
            del labels[OUT, OUT]
        return Items(labels)

    return items


def token_labels(tokens: tuple[tuple[int, int], ...], answer: Answer, scheme: Scheme, label: Labeller) -> list[str]:
    """One label a token; a token belongs to the first span that holds a character of it."""
    labels = [OUT] * len(tokens)
    first = 0
    for annotation in sorted(answer.annotations, key=_place):
        while first < len(tokens) and tokens[first][1] <= annotation.start:
            first += 1
        place, at = "B", first
        while at < len(tokens) and tokens[at][0] < annotation.end:
            if labels[at] == OUT:
                labels[at], place = scheme(place, label(annotation)), "I"
            at += 1
    return labels


def _place(annotation: Annotation) -> tuple[int, int]:
    """Left to right; of spans that begin together the longest first, as guideline 4 wants it."""
    return annotation.start, -annotation.end


def untyped(_: Rules) -> Labeller:
    """Spans have no label."""
    return lambda _: ""


def typed(_: Rules) -> Labeller:
    """Spans are labelled by type."""
    return type_label


def type_label(annotation: Annotation) -> str:
    """The type; a name of its own for a span without."""
    return annotation.type or "<untyped>"


def entities(rules: Rules) -> Labeller:
    """Spans are labelled by entity."""
    return rules.entity


BIO: Scheme = lambda place, label: f"{place}-{label}" if label else place  # noqa: E731 - two schemes, a line each
IO: Scheme = lambda _, label: label or "I"  # noqa: E731
