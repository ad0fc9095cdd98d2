"""How simulated annotators err: misses, boundaries, types, entities."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from annotation.records import CLUES, NIL, Annotation, Answer
from annotation.statistics.ambiguity import AMBIGUITIES
from annotation.tokens import token_spans
from pipeline.formats.mention_types import TYPES

_SAME_MISTAKE, _SAME_CLUE, _SAME_CLASS = 0.6, 0.85, 0.8
_CONFUSED = {"Person": "Organization", "Organization": "Location", "Location": "Country", "Country": "Location"}


@dataclass(frozen=True, slots=True)
class Noise:
    """Error rates of an average annotator.

    The defaults give the agreement that the paper reports: md.token.bio near .88, el.matched near .83. Annotators fall
    for the same mistake more often than chance would have it, so that rates are not what is left out of agreement.

    Attributes:
        miss: Of a mention, to be overlooked.
        boundary: To be cut differently.
        spurious: Of something else being marked, for each mention there is.
        entity: To be linked elsewhere.
        type: To get another type.
        clue: Share of mentions for which a visual clue is marked.
    """

    miss: float = 0.055
    boundary: float = 0.035
    spurious: float = 0.02
    entity: float = 0.09
    type: float = 0.02
    clue: float = 0.6

    def times(self, factor: float) -> "Noise":
        """The rates of a person who errs `factor` times as often."""
        rates = (self.miss, self.boundary, self.spurious, self.entity, self.type)
        miss, boundary, spurious, entity, kind = (min(1.0, rate * factor) for rate in rates)
        return Noise(miss, boundary, spurious, entity, kind, self.clue)


PAPER_LIKE = Noise()
LOW = Noise(miss=0.03, boundary=0.015, spurious=0.01, entity=0.092)
PERFECT = Noise(0.0, 0.0, 0.0, 0.0, 0.0)
PRESETS = {"paper": PAPER_LIKE, "low": LOW, "none": PERFECT}


class Confusions:
    """What an entity is taken for: others of the same surface, else any other of the gold labels."""

    def __init__(self, references: Iterable[Answer]) -> None:
        by_surface: dict[str, set[str]] = defaultdict(set)
        for answer in references:
            for one in answer.annotations:
                if one.entity is not None and not one.is_nil:
                    by_surface[one.surface.casefold()].add(one.entity)
        self._by_surface: Mapping[str, Sequence[str]] = {key: sorted(found) for key, found in by_surface.items()}
        self._all = sorted({title for found in by_surface.values() for title in found}) or ["Unknown"]

    def instead_of(self, one: Annotation, draw: float) -> str:
        """A wrong entity; the same for everybody in most cases, as the tempting one is."""
        others = [title for title in self._by_surface.get(one.surface.casefold(), ()) if title != one.entity]
        if draw < _SAME_MISTAKE:
            first = _number(one.surface, one.entity or "")
            if not others and not one.is_nil and first % 4 == 0:
                return NIL
            pool = others or self._all
            title = pool[first % len(pool)]
        else:
            title = self._all[int((draw - _SAME_MISTAKE) / (1 - _SAME_MISTAKE) * len(self._all)) % len(self._all)]
        return title if title != one.entity else NIL


def annotate(
    caption: str, gold: Sequence[Annotation], noise: Noise, confusions: Confusions, random: np.random.Generator
) -> tuple[Annotation, ...]:
    """The gold labels as a person with these error rates would mark them; spans never overlap."""
    tokens = token_spans(caption)
    marked = []
    for one in gold:
        draws = random.random(8)
        if draws[0] < noise.miss:
            continue
        start, end = one.span
        if draws[1] < noise.boundary:
            start, end = _other_boundary(one, tokens, draws[2])
        kind = one.type
        if kind is not None and draws[3] < noise.type:
            kind = _other_type(kind, draws[4])
        entity = confusions.instead_of(one, draws[6]) if draws[5] < noise.entity else one.entity
        clues = _clues(caption, one, noise.clue, draws[7])
        marked.append(replace(one, start=start, end=end, surface=caption[start:end], type=kind, entity=entity,
                              visual_clues=clues))  # fmt: skip
    for _ in range(int(random.poisson(noise.spurious * max(1, len(gold))))):
        if tokens:
            start, end = tokens[int(random.integers(len(tokens)))]
            marked.append(Annotation(start, end, caption[start:end], "Misc", NIL, visual_clues=()))
    return _without_overlaps(marked)


def ambiguity_class(caption: str, draw: float) -> str:
    """The class of ambiguity that a person puts a caption into; one in five sees another one."""
    seen = _number(caption, "ambiguity") / 2**48 if draw < _SAME_CLASS else (draw - _SAME_CLASS) / (1 - _SAME_CLASS)
    return AMBIGUITIES[int(seen * seen * len(AMBIGUITIES))]


def _clues(caption: str, one: Annotation, share: float, draw: float) -> tuple[str, ...]:
    """The clue that the image would give; one person in seven sees it otherwise."""
    seen = (
        _number(caption, one.surface, "clue") / 2**48 if draw < _SAME_CLUE else (draw - _SAME_CLUE) / (1 - _SAME_CLUE)
    )
    return (CLUES[int(seen / share * len(CLUES))],) if seen < share else ()


def _other_boundary(one: Annotation, tokens: Sequence[tuple[int, int]], draw: float) -> tuple[int, int]:
    """One token more or less at an end; the same for everybody in most cases."""
    inside = [at for at, (start, end) in enumerate(tokens) if start < one.end and one.start < end]
    if not inside:
        return one.span
    first, last = inside[0], inside[-1]
    choices = [(first - 1, last), (first, last + 1), (first + 1, last), (first, last - 1)]
    usable = [(low, high) for low, high in choices if 0 <= low <= high < len(tokens)]
    if not usable:
        return one.span
    at = _number(one.surface, "") if draw < _SAME_MISTAKE else int(draw * 1000)
    low, high = usable[at % len(usable)]
    return tokens[low][0], tokens[high][1]


def _other_type(kind: str, draw: float) -> str:
    if draw < _SAME_MISTAKE and kind in _CONFUSED:
        return _CONFUSED[kind]
    others = [name for name in TYPES if name != kind]
    return others[int(draw * 1000) % len(others)]


def _without_overlaps(spans: Iterable[Annotation]) -> tuple[Annotation, ...]:
    kept: list[Annotation] = []
    for one in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _number(*texts: str) -> int:
    return int.from_bytes(hashlib.blake2b("\n".join(texts).encode(), digest_size=6).digest())
