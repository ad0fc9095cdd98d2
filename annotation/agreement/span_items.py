"""Definitions whose items are spans."""

from collections import Counter
from collections.abc import Callable

from annotation.agreement.items import NONE, Itemizer, Items, Labeller, spans_of
from annotation.agreement.pairing import Pairing, Rules
from annotation.records import NIL
from annotation.tokens import token_spans

MENTION, OTHER = "mention", "other"
LONGEST_NGRAM = 8


def matched_items(label: Callable[[Rules], Labeller], *, in_kb: bool = False) -> Itemizer:
    """Spans with the same boundaries in both answers; with `in_kb` those that neither calls NIL."""

    def items(pairing: Pairing, rules: Rules) -> Items:
        left, right = spans_of(pairing.left.annotations), spans_of(pairing.right.annotations)
        name = label(rules)
        both = [span for span in left if span in right]
        kept = [span for span in both if not (in_kb and (left[span].is_nil or right[span].is_nil))]
        labels = Counter((name(left[span]), name(right[span])) for span in kept)
        return Items(labels, left_out=len(left) + len(right) - 2 * len(both))

    return items


def union_items(label: Callable[[Rules], Labeller]) -> Itemizer:
    """Spans of either answer; who did not mark it has the label `<none>`."""

    def items(pairing: Pairing, rules: Rules) -> Items:
        left, right = spans_of(pairing.left.annotations), spans_of(pairing.right.annotations)
        name = label(rules)
        return Items(
            Counter(
                (name(left[span]) if span in left else NONE, name(right[span]) if span in right else NONE)
                for span in left | right
            )
        )

    return items


def ngram_items(pairing: Pairing, rules: Rules) -> Items:
    """All runs of up to eight tokens: is it a mention? Spans that are no such run are left out and counted."""
    tokens = token_spans(pairing.item.caption, rules.tokenizer)
    starts = {start: at for at, (start, _) in enumerate(tokens)}
    ends = {end: at for at, (_, end) in enumerate(tokens)}

    def is_item(span: tuple[int, int]) -> bool:
        first, last = starts.get(span[0]), ends.get(span[1])
        return first is not None and last is not None and 0 <= last - first < LONGEST_NGRAM

    left, right = (set(spans_of(one.annotations)) for one in (pairing.left, pairing.right))
    inside = {span for span in left | right if is_item(span)}
    labels = Counter((_mark(span in left), _mark(span in right)) for span in inside)
    n_runs = sum(max(0, len(tokens) - length) for length in range(LONGEST_NGRAM))
    labels[OTHER, OTHER] = n_runs - len(inside)
    return Items(+labels, left_out=len(left | right) - len(inside))


def is_nil(_: Rules) -> Labeller:
    """Spans are labelled NIL or linked."""
    return lambda annotation: NIL if annotation.is_nil else "linked"


def is_mention(_: Rules) -> Labeller:
    """Spans are labelled as mentions."""
    return lambda _: MENTION


def _mark(is_marked: bool) -> str:
    return MENTION if is_marked else OTHER
