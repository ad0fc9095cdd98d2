"""Checks of form: offsets, texts, overlaps, types, captions."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from annotation.checks.findings import Note
from annotation.checks.scene import Scene
from annotation.records import Annotation
from annotation.tokens import count_words, token_spans
from pipeline.formats.mention_types import TYPES, known_type
from pipeline.formats.spans import occurrences
from pipeline.titles.words import MIN_WORDS


def out_of_range(scene: Scene) -> Iterator[Note]:
    """Offsets lie in the caption, start before end."""
    for place, one in scene.annotations:
        if not is_inside(scene, one):
            yield Note(
                place, f"the span {one.start}-{one.end} is not in the caption of {len(scene.caption)} characters"
            )


def wrong_text(scene: Scene) -> Iterator[Note]:
    """The surface is the caption's text at the offsets."""
    for place, one in scene.annotations:
        text = scene.caption[one.start : one.end] if is_inside(scene, one) else ""
        if text == one.surface:
            continue
        places = occurrences(scene.caption, one.surface)
        if len(places) == 1:
            start, end = places[0]
            fix = replace(one, start=start, end=end)
            yield Note(place, f"{one.surface!r} stands at {start}-{end}, not at {one.start}-{one.end}", fix)
        elif text and not places:
            yield Note(place, f"the caption has {text!r} there, not {one.surface!r}", replace(one, surface=text))
        elif text:
            yield Note(place, f"the caption has {text!r} there, and {one.surface!r} at {len(places)} other places")


def outer_space(scene: Scene) -> Iterator[Note]:
    """A span is not empty and neither begins nor ends with space."""
    for place, one in _readable(scene):
        text = scene.caption[one.start : one.end]
        inner = text.strip()
        if not inner:
            yield Note(place, "the span holds nothing but space")
        elif inner != text:
            start = one.start + len(text) - len(text.lstrip())
            fix = replace(one, start=start, end=start + len(inner), surface=inner)
            yield Note(place, f"space around {inner!r} does not belong to the mention", fix)


def cut_token(scene: Scene) -> Iterator[Note]:
    """A span begins and ends where tokens do."""
    tokens = token_spans(scene.caption)
    for place, one in _readable(scene):
        for start, end in tokens:
            if start < one.start < end or start < one.end < end:
                yield Note(place, f"the span {one.surface!r} cuts {scene.caption[start:end]!r}")
                break


def overlap(scene: Scene) -> Iterator[Note]:
    """No two spans share letters (guideline 4)."""
    for (_, one), (place, other) in _neighbours(scene):
        if one.span == other.span:
            yield Note(place, f"{other.surface!r} is marked twice")
        elif one.start < other.start < one.end < other.end:
            yield Note(place, f"{other.surface!r} overlaps {one.surface!r}")


def nesting(scene: Scene) -> Iterator[Note]:
    """Of nested mentions only the top-level one is annotated (guideline 4)."""
    outer: tuple[int, Annotation] | None = None
    for place, one in _in_order(scene):
        if outer is not None and one.end <= outer[1].end and one.span != outer[1].span:
            yield Note(place, f"{one.surface!r} is inside {outer[1].surface!r}; only the outer one is annotated")
        elif outer is None or one.end > outer[1].end:
            outer = (place, one)


def unknown_type(scene: Scene) -> Iterator[Note]:
    """The type is one of the seven (guideline 3)."""
    for place, one in scene.annotations:
        if one.type is None or known_type(one.type) is None:
            told = "no type" if one.type is None else f"the type {one.type!r}"
            yield Note(place, f"{one.surface!r} has {told}; there are {', '.join(TYPES)}")


def alias_type(scene: Scene) -> Iterator[Note]:
    """The type is written as section 4.2 of the paper has it."""
    for place, one in scene.annotations:
        name = known_type(one.type) if one.type is not None else None
        if name is not None and name != one.type:
            yield Note(place, f"the type {one.type!r} is written {name}", replace(one, type=name))


def short_caption(scene: Scene) -> Iterator[Note]:
    """Captions have three words or more (section 4.1)."""
    n = count_words(scene.caption)
    if n < MIN_WORDS:
        yield Note(None, f"the caption has {n} words; the corpus should have dropped it")


def odd_characters(scene: Scene) -> Iterator[Note]:
    """Captions hold no control or no-break characters."""
    odd = sorted({f"U+{ord(one):04X}" for one in scene.caption if _is_odd(one)})
    if odd:
        yield Note(None, f"the caption holds characters that nobody sees: {', '.join(odd)}")


def is_inside(scene: Scene, annotation: Annotation) -> bool:
    """Whether the offsets are a span of the caption."""
    return 0 <= annotation.start < annotation.end <= len(scene.caption)


def _readable(scene: Scene) -> Iterator[tuple[int, Annotation]]:
    """Annotations whose text is the caption's: other checks would only repeat S001 and S002."""
    for place, one in scene.annotations:
        if is_inside(scene, one) and scene.caption[one.start : one.end] == one.surface:
            yield place, one


def _in_order(scene: Scene) -> list[tuple[int, Annotation]]:
    return sorted(_readable(scene), key=lambda entry: (entry[1].start, -entry[1].end, entry[0]))


def _neighbours(scene: Scene) -> Iterator[tuple[tuple[int, Annotation], tuple[int, Annotation]]]:
    """Each two spans that share letters."""
    ordered = _in_order(scene)
    for at, entry in enumerate(ordered):
        for other in ordered[at + 1 :]:
            if other[1].start >= entry[1].end:
                break
            yield entry, other


def _is_odd(character: str) -> bool:
    return character in "\u00a0\u202f\u2007\ufeff" or unicodedata.category(character) in ("Cc", "Cf")
