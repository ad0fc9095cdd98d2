"""Annotated captions for tests: the worked example of agreement, and random ones."""

from hypothesis import strategies as st

from annotation.agreement.pairing import Pairing, Rules, pair_answers
from annotation.records import NIL, Annotation, Answer, Item
from annotation.tokens import token_spans
from pipeline.formats.mention_types import TYPES
from tests.support.cases import load_cases

RULES = Rules(redirects={"Hillary Rodham Clinton": "Hillary Clinton"}, redirects_name="example")


def span(caption: str, surface: str, type_: str | None = None, entity: str | None = None, **more) -> Annotation:
    """The first place of `surface` in `caption`, annotated."""
    start = caption.index(surface)
    return Annotation(start, start + len(surface), surface, type_, entity, **more)


def example() -> tuple[list[Item], list[Answer]]:
    """Six captions, three annotators in rotation (tests/cases/agreement_example.case)."""
    items, answers = [], []
    for case in load_cases("agreement_example.case"):
        items.append(Item(case["name"], case["caption"], case["name"]))
        for annotator, marked in case["answers"].items():
            spans = tuple(span(case["caption"], *one) for one in marked)
            answers.append(Answer(case["name"], annotator, spans))
    return items, answers


def example_pairings() -> list[Pairing]:
    """The worked example, paired."""
    return list(pair_answers(*example()).pairings)


ENTITIES = ("Berlin", "Paris", "Rome", NIL)
captions = st.lists(st.sampled_from(("Rome", "the", "Lions", "in", "2007", "x")), min_size=1, max_size=8).map(" ".join)


@st.composite
def marks(draw, caption: str) -> tuple[Annotation, ...]:
    """Spans of whole tokens that do not overlap."""
    tokens = token_spans(caption)
    cuts = sorted(draw(st.sets(st.integers(0, len(tokens)), max_size=6)))
    spans = []
    for first, last in zip(cuts[::2], cuts[1::2], strict=False):
        start, end = tokens[first][0], tokens[last - 1][1]
        type_, entity = draw(st.sampled_from(TYPES[:3])), draw(st.sampled_from(ENTITIES))
        spans.append(Annotation(start, end, caption[start:end], type_, entity))
    return tuple(spans)


@st.composite
def campaigns(draw) -> list[Pairing]:
    """A few captions in a few groups, each marked by two of three annotators."""
    pairings = []
    for number in range(draw(st.integers(1, 6))):
        caption = draw(captions)
        item = Item(f"p{number}", caption, f"a{draw(st.integers(0, 3))}")
        left, right = draw(st.sampled_from((("A", "B"), ("A", "C"), ("B", "C"))))
        both = [Answer(item.pair_id, name, draw(marks(caption))) for name in (left, right)]
        pairings.append(Pairing(item, *both))
    return pairings
