"""What checks may look at: item, answer, knowledge base, other answers."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from annotation.records import MAIN, MENTIONS, Annotation, Answer, Item
from annotation.tokens import token_spans, words


class TitlePolicy(StrEnum):
    """Whether a title such as President belongs to a person's span (guideline 6 against the example of 5)."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the knowledge base knows of a title.

    Attributes:
        title: The title asked for.
        kind: article, redirect, disambiguation, surname …
        entity: Title of the article that it stands for; None where it ends at none.
        type: One of the seven types, where the knowledge base can tell.
    """

    title: str
    kind: str
    entity: str | None
    type: str | None = None


class Knowledge(Protocol):
    """The knowledge base as checks need it."""

    def page(self, title: str) -> PageFacts | None:
        """What a title stands for; None where there is no such page."""

    def candidates(self, surface: str) -> Sequence[tuple[str, float]]:
        """Titles of entities with P(e|m), best first."""


@dataclass(frozen=True)
class Campaign:
    """Answers that an answer is compared with: the annotator's own in the server, all of them elsewhere."""

    items: Mapping[str, Item]
    answers: Sequence[Answer]

    @cached_property
    def links(self) -> dict[tuple[str, str, str], set[str]]:
        """(annotator, group, casefolded surface) -> entities."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for answer in self.answers:
            group = self.items[answer.pair_id].group
            for one in answer.annotations:
                if one.entity is not None:
                    found.setdefault((answer.annotator, group, one.surface.casefold()), set()).add(one.entity)
        return found

    @cached_property
    def often_marked(self) -> dict[tuple[str, ...], tuple[int, int]]:
        """Words of a surface -> (times marked, times it stands in a caption), where it is nearly always marked."""
        marked = Counter(_words(one.surface) for answer in self.answers for one in answer.annotations)
        frequent = {key for key, n in marked.items() if n >= LEAST_MARKED and key}
        longest = max(map(len, frequent), default=0)
        seen: Counter[tuple[str, ...]] = Counter()
        for answer in self.answers:
            seen.update(key for key, _ in runs(self.items[answer.pair_id].caption, longest) if key in frequent)
        return {key: (marked[key], seen[key]) for key in frequent if marked[key] >= LEAST_SHARE * seen[key]}

    @cached_property
    def previous(self) -> dict[tuple[str, str, str, int], Answer]:
        """(annotator, layer, batch, number) -> answer."""
        return {(one.annotator, one.layer, one.batch, one.number): one for one in self.answers}

    @cached_property
    def times_answered(self) -> Counter[tuple[str, str]]:
        """(pair, annotator) -> answers in the main batch."""
        return Counter(
            (one.pair_id, one.annotator) for one in self.answers if one.batch == MAIN and one.layer == MENTIONS
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """One answer to check, with its surroundings.

    Attributes:
        item: The item.
        answer: The answer.
        title_policy: Whether titles belong to spans.
        knowledge: The knowledge base; checks that need it stay silent without.
        campaign: Other answers; checks that need them stay silent without.
    """

    item: Item
    answer: Answer
    title_policy: TitlePolicy = TitlePolicy.INCLUDE
    knowledge: Knowledge | None = None
    campaign: Campaign | None = field(default=None)

    @property
    def caption(self) -> str:
        """The caption."""
        return self.item.caption

    @property
    def annotations(self) -> Sequence[tuple[int, Annotation]]:
        """Annotations with their numbers."""
        return list(enumerate(self.answer.annotations))

    def linked(self) -> Iterable[tuple[int, Annotation, str]]:
        """Annotations with an entity that is not NIL: number, annotation, entity."""
        for place, one in self.annotations:
            if one.entity and not one.is_nil:
                yield place, one, one.entity


LEAST_MARKED, LEAST_SHARE = 5, 0.8


def runs(caption: str, longest: int) -> Iterable[tuple[tuple[str, ...], tuple[int, int]]]:
    """Runs of up to `longest` words: (casefolded words, span)."""
    tokens = [span for span in token_spans(caption) if caption[span[0]].isalnum()]
    for first, (start, _) in enumerate(tokens):
        for _, end in tokens[first : first + longest]:
            yield _words(caption[start:end]), (start, end)


def _words(text: str) -> tuple[str, ...]:
    return tuple(words(text))
