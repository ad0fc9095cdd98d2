"""Where annotators differ: the places that an expert must decide."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from annotation.agreement.pairing import Rules
from annotation.files import json_line
from annotation.records import Annotation, Answer

PRESENCE, BOUNDARY, TYPE, ENTITY, NIL_OR_LINKED = "presence", "boundary", "type", "entity", "nil"
COSTS = {PRESENCE: 3, ENTITY: 3, NIL_OR_LINKED: 2, BOUNDARY: 2, TYPE: 1}
"""What a wrong guess would cost the data: a mention too many or a wrong entity most, a type least."""
DISCUSS, DISCUSS_COST = "discuss", 1
Spans = tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """What some annotators marked at one place; no spans = they marked nothing there."""

    spans: Spans
    annotators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A stretch of a caption about which annotators differ.

    Attributes:
        pair_id: The pair.
        start: First code point of the stretch.
        end: One after the last.
        options: What was marked, most voices first, then by annotator.
        kinds: presence, boundary, type, entity, nil: in what they differ.
        cost: Sum of the costs of the kinds, one more where somebody asks to discuss.
    """

    pair_id: str
    start: int
    end: int
    options: tuple[Option, ...]
    kinds: tuple[str, ...]
    cost: int

    @property
    def dispute_id(self) -> str:
        """The stretch as text; with the pair it names the dispute."""
        return f"{self.start}-{self.end}"

    @property
    def basis(self) -> str:
        """Digest of all options: a decision on other options is out of date."""
        text = "".join(
            json_line([list(option.annotators), [_told(one) for one in option.spans]]) for option in self.options
        )
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Merged:
    """The answers to one pair, put together.

    Attributes:
        pair_id: The pair.
        annotators: Who answered, sorted.
        agreed: Spans that all marked alike, by place.
        disputes: The rest, by place.
        ambiguity: Class of ambiguity that all who chose one chose; None where nobody did or they differ.
        n_classes: Different classes that were chosen.
    """

    pair_id: str
    annotators: tuple[str, ...]
    agreed: Spans
    disputes: tuple[Dispute, ...]
    ambiguity: str | None = None
    n_classes: int = 0

    @property
    def cost(self) -> int:
        """Sum over the disputes."""
        return sum(one.cost for one in self.disputes)


def merge_answers(answers: Iterable[Answer], rules: Rules) -> dict[str, Merged]:
    """Put the answers to each pair together; entities count as equal behind redirects.

    Where spans of anybody overlap, the whole stretch is one dispute unless all marked it alike.
    """
    by_pair: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_pair[answer.pair_id].append(answer)
    return {
        pair_id: _merge(pair_id, sorted(found, key=lambda one: one.annotator), rules)
        for pair_id, found in by_pair.items()
    }


def queue(merged: Iterable[Merged]) -> list[Merged]:
    """Pairs with disputes, the costliest first."""
    return sorted((one for one in merged if one.disputes), key=lambda one: (-one.cost, one.pair_id))


def _merge(pair_id: str, answers: Sequence[Answer], rules: Rules) -> Merged:
    agreed: list[Annotation] = []
    disputes: list[Dispute] = []
    for start, end in _stretches(span.span for answer in answers for span in answer.annotations):
        by_person = {
            answer.annotator: tuple(one for one in answer.annotations if start <= one.start and one.end <= end)
            for answer in answers
        }
        options = _options(by_person, rules)
        if len(options) == 1:
            agreed += _joined(options[0], by_person)
        else:
            disputes.append(_dispute(pair_id, (start, end), options, rules))
    classes = sorted({one.ambiguity for one in answers if one.ambiguity})
    who = tuple(one.annotator for one in answers)
    chosen = classes[0] if len(classes) == 1 else None
    return Merged(pair_id, who, tuple(agreed), tuple(disputes), chosen, len(classes))


def _stretches(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap, joined."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _options(by_person: Mapping[str, Spans], rules: Rules) -> tuple[Option, ...]:
    voices: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for name, spans in by_person.items():
        voices[tuple((one.span, one.type, rules.entity(one)) for one in spans)].append(name)
    ordered = sorted(voices.values(), key=lambda names: (-len(names), names))
    return tuple(Option(by_person[names[0]], tuple(names)) for names in ordered)


def _joined(option: Option, by_person: Mapping[str, Spans]) -> Spans:
    """Spans that all marked alike, with the flags and visual clues of all."""
    joined = []
    for at, first in enumerate(option.spans):
        alike = [by_person[name][at] for name in option.annotators]
        clues = [one.visual_clues for one in alike if one.visual_clues is not None]
        joined.append(
            Annotation(
                first.start, first.end, first.surface, first.type, first.entity,
                tuple(sorted({flag for one in alike for flag in one.flags})),
                tuple(sorted({clue for one in clues for clue in one})) if clues else None,
            )
        )  # fmt: skip
    return tuple(joined)


def _dispute(pair_id: str, place: tuple[int, int], options: tuple[Option, ...], rules: Rules) -> Dispute:
    kinds = sorted({kind for one, other in combinations(options, 2) for kind in _kinds(one.spans, other.spans, rules)})
    to_discuss = any(DISCUSS in span.flags for option in options for span in option.spans)
    cost = sum(COSTS[kind] for kind in kinds) + DISCUSS_COST * to_discuss
    return Dispute(pair_id, *place, options, tuple(kinds), cost)


def _kinds(left: Spans, right: Spans, rules: Rules) -> set[str]:
    """In what two readings of one stretch differ."""
    if not left or not right:
        return {PRESENCE}
    by_span = {one.span: one for one in right}
    kinds = {BOUNDARY} if {one.span for one in left} != set(by_span) else set()
    for one in left:
        other = by_span.get(one.span)
        if other is None:
            continue
        if one.type != other.type:
            kinds.add(TYPE)
        if one.is_nil != other.is_nil:
            kinds.add(NIL_OR_LINKED)
        elif rules.entity(one) != rules.entity(other):
            kinds.add(ENTITY)
    return kinds


def _told(one: Annotation) -> list[object]:
    return [one.start, one.end, one.type, one.entity]
