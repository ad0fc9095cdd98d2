"""Where two annotators differ, by class, mapped to the guidelines."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from annotation.agreement.items import spans_of
from annotation.agreement.pairing import Pairing, Rules
from annotation.checks.boundaries import leading_title, word_lists
from annotation.checks.scene import Knowledge
from annotation.records import Annotation
from annotation.tokens import words
from pipeline.titles.surfaces import bare_form


class Kind(StrEnum):
    """Classes of disagreement, from boundaries to entities."""

    ONE_SIDED = "one_sided"
    TITLE = "title"
    NATIONALITY = "nationality"
    DETERMINER = "determiner"
    NESTED = "nested"
    OVERLAP = "overlap"
    TYPE = "type"
    METONYMY_TYPE = "metonymy_type"
    UNDECIDED = "undecided"
    NIL = "nil"
    DISAMBIGUATION = "disambiguation"
    SAME_FAMILY = "same_family"
    ENTITY = "entity"
    REDIRECT_ONLY = "redirect_only"


GUIDELINES: dict[Kind, int | None] = {
    Kind.ONE_SIDED: 1,
    Kind.TITLE: 6,
    Kind.NATIONALITY: 5,
    Kind.DETERMINER: 5,
    Kind.NESTED: 4,
    Kind.OVERLAP: 5,
    Kind.TYPE: 3,
    Kind.METONYMY_TYPE: 7,
    Kind.UNDECIDED: None,
    Kind.NIL: 2,
    Kind.DISAMBIGUATION: None,
    Kind.SAME_FAMILY: 7,
    Kind.ENTITY: 1,
    Kind.REDIRECT_ONLY: None,
}
"""Class -> the guideline of the paper's appendix A.1 that should have settled it; None = form, no rule."""
MEANINGS: dict[Kind, str] = {
    Kind.ONE_SIDED: "only one annotator marked it",
    Kind.TITLE: "a person's title is inside for one, outside for the other",
    Kind.NATIONALITY: "a nationality is inside for one, outside or apart for the other",
    Kind.DETERMINER: "an article or punctuation is inside for one, outside for the other",
    Kind.NESTED: "one marked the whole, the other a part of it",
    Kind.OVERLAP: "the spans share letters, none holds the other",
    Kind.TYPE: "same span, different types",
    Kind.METONYMY_TYPE: "same span, a place for one, an organization for the other",
    Kind.UNDECIDED: "same span, one chose no entity",
    Kind.NIL: "same span, NIL for one, an entity for the other",
    Kind.DISAMBIGUATION: "same span, one chose a list of meanings",
    Kind.SAME_FAMILY: "same span, entities of one name, such as a country and its team",
    Kind.ENTITY: "same span, different entities",
    Kind.REDIRECT_ONLY: "same span, the same entity by another title: no disagreement after redirects",
}
_DETERMINERS = frozenset({"the", "a", "an"})
_PLACES = frozenset({"Country", "Location"})


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One place where two answers differ.

    Attributes:
        kind: The class.
        pair_id: The item.
        annotators: Pseudonyms, in slot order.
        left: Number of the annotation in slot 1's answer; None where it marked nothing there.
        right: The same of slot 2.
    """

    kind: Kind
    pair_id: str
    annotators: tuple[str, str]
    left: int | None
    right: int | None

    @property
    def guideline(self) -> int | None:
        """Number of the guideline that should have settled it."""
        return GUIDELINES[self.kind]

    @property
    def is_real(self) -> bool:
        """Whether it remains when redirects are followed."""
        return self.kind is not Kind.REDIRECT_ONLY

    def to_json(self) -> dict[str, Any]:
        """As JSON value."""
        return {**asdict(self), "guideline": self.guideline}


@dataclass(frozen=True, slots=True)
class GuidelineCount:
    """Disagreements that one guideline should have settled."""

    guideline: int | None
    n: int
    n_pairings: int
    kinds: tuple[tuple[str, int], ...]


def find_disagreements(pairing: Pairing, rules: Rules, knowledge: Knowledge | None = None) -> list[Disagreement]:
    """Every difference between two answers, left to right; none for spans that agree in all.

    A span that overlaps spans of the other answer is one boundary disagreement with the one that it shares most
    letters with; each span is named once, so of two parts of a whole the second stands alone, with its class.
    """
    sides = pairing.left.annotations, pairing.right.annotations
    places = [{id(one): at for at, one in reversed(list(enumerate(side)))} for side in sides]
    left, right = (spans_of(side) for side in sides)
    both = [span for span in left if span in right]
    found: list[tuple[tuple[int, int], Kind, Annotation | None, Annotation | None]] = []
    for span in both:
        found += [(span, kind, left[span], right[span]) for kind in _labels(left[span], right[span], rules, knowledge)]
    taken: set[int] = set()
    for one, other in _overlapping(_only(left, right), _only(right, left)):
        found.append((min(one.span, other.span), _boundary(one, other), one, other))
        taken |= {id(one), id(other)}
    found += [(one.span, _alone(one, sides[1]), one, None) for one in _only(left, right) if id(one) not in taken]
    found += [(one.span, _alone(one, sides[0]), None, one) for one in _only(right, left) if id(one) not in taken]
    return [
        Disagreement(
            kind,
            pairing.item.pair_id,
            pairing.annotators,
            None if one is None else places[0][id(one)],
            None if other is None else places[1][id(other)],
        )
        for _, kind, one, other in sorted(
            found, key=lambda entry: (entry[0], list(Kind).index(entry[1]), entry[2] is None)
        )
    ]


def worst_guidelines(disagreements: Iterable[Disagreement]) -> list[GuidelineCount]:
    """Guidelines by how many disagreements they left open, the worst first; those of form alone come last."""
    by_guideline: dict[int | None, list[Disagreement]] = {}
    for one in disagreements:
        if one.is_real:
            by_guideline.setdefault(one.guideline, []).append(one)
    counts = [
        GuidelineCount(
            guideline,
            len(members),
            len({(one.pair_id, one.annotators) for one in members}),
            tuple(sorted(Counter(one.kind.value for one in members).items(), key=lambda entry: (-entry[1], entry[0]))),
        )
        for guideline, members in by_guideline.items()
    ]
    return sorted(counts, key=lambda one: (one.guideline is None, -one.n, one.guideline or 0))


def type_confusion(pairings: Iterable[Pairing], types: Sequence[str]) -> list[list[int]]:
    """Spans by type of slot 1 (rows) and slot 2 (columns); the last row and column are spans not marked."""
    number = {name: at for at, name in enumerate(types)}
    size = len(types) + 1
    table = [[0] * size for _ in range(size)]
    for pairing in pairings:
        left, right = spans_of(pairing.left.annotations), spans_of(pairing.right.annotations)
        for span in left | right:
            row, column = (
                number.get(side[span].type or "", size - 1) if span in side else size - 1 for side in (left, right)
            )
            table[row][column] += 1
    return table


def _only(side: dict[tuple[int, int], Annotation], other: dict[tuple[int, int], Annotation]) -> list[Annotation]:
    return [one for span, one in sorted(side.items()) if span not in other]


def _overlapping(left: Sequence[Annotation], right: Sequence[Annotation]) -> list[tuple[Annotation, Annotation]]:
    """Spans of both sides that share letters, those that share most first; each once."""
    shared = [(min(one.end, other.end) - max(one.start, other.start), one, other) for one in left for other in right]
    chosen: list[tuple[Annotation, Annotation]] = []
    taken: set[int] = set()
    for n, one, other in sorted(shared, key=lambda entry: (-entry[0], entry[1].span, entry[2].span)):
        if n > 0 and not {id(one), id(other)} & taken:
            chosen.append((one, other))
            taken |= {id(one), id(other)}
    return chosen


def _alone(one: Annotation, others: Sequence[Annotation]) -> Kind:
    """The class of a span without partner: that of the boundary where the other side marked some of its letters."""
    touching = [other for other in others if other.start < one.end and one.start < other.end]
    return _boundary(one, touching[0]) if touching else Kind.ONE_SIDED


def _boundary(one: Annotation, other: Annotation) -> Kind:
    """Why two spans that share letters differ."""
    whole, part = (one, other) if one.end - one.start > other.end - other.start else (other, one)
    if not (whole.start <= part.start and part.end <= whole.end):
        return Kind.OVERLAP
    before = whole.surface[: part.start - whole.start]
    after = whole.surface[len(whole.surface) - (whole.end - part.end) :] if whole.end > part.end else ""
    extra = words(before) + words(after)
    if set(extra) <= _DETERMINERS:
        return Kind.DETERMINER
    nationalities = word_lists().nationalities
    if extra[0] in nationalities or (part.surface.casefold() in nationalities):
        return Kind.NATIONALITY
    if not words(after) and leading_title(whole.surface) and leading_title(whole.surface) >= len(before.rstrip()):
        return Kind.TITLE
    return Kind.NESTED


def _labels(one: Annotation, other: Annotation, rules: Rules, knowledge: Knowledge | None) -> list[Kind]:
    """Differences of two annotations of one span."""
    kinds = []
    if one.type != other.type:
        is_metonymy = "Organization" in (one.type, other.type) and bool({one.type, other.type} & _PLACES)
        kinds.append(Kind.METONYMY_TYPE if is_metonymy else Kind.TYPE)
    if one.entity != other.entity:
        kinds.append(_entity(one, other, rules, knowledge))
    return kinds


def _entity(one: Annotation, other: Annotation, rules: Rules, knowledge: Knowledge | None) -> Kind:
    if one.entity is None or other.entity is None:
        return Kind.UNDECIDED
    left, right = rules.entity(one), rules.entity(other)
    if left == right:
        return Kind.REDIRECT_ONLY
    if one.is_nil or other.is_nil:
        return Kind.NIL
    is_list: Callable[[str], bool] = lambda title: _is_list(title, knowledge)  # noqa: E731
    if is_list(left) or is_list(right):
        return Kind.DISAMBIGUATION
    return Kind.SAME_FAMILY if _is_family(left, right) else Kind.ENTITY


def _is_list(title: str, knowledge: Knowledge | None) -> bool:
    page = knowledge.page(title) if knowledge is not None else None
    return title.endswith("(disambiguation)") or (page is not None and page.kind == "disambiguation")


def _is_family(left: str, right: str) -> bool:
    """Whether two titles are of one name: equal without qualifier, or one's words begin or end the other's."""
    first, second = sorted((words(bare_form(left)), words(bare_form(right))), key=len)
    n = len(first)
    return bool(n) and (second[:n] == first or second[-n:] == first)
