"""Row types of an annotation project: items, spans, answers."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.records.errors import InputError

NIL = "NIL"
"""Entity of a mention that the knowledge base does not have."""
MENTIONS = "mentions"
"""The layer of spans with types and entities; others are named by the project."""
MAIN, PILOT, RETEST, EXPERT = "main", "pilot", "retest", "expert"
BATCHES = (MAIN, PILOT, RETEST, EXPERT)
CLUES = ("object", "scene", "property", "other")
"""Kinds of visual clue (section 6.3)."""
VERSION = 1
_PSEUDONYM = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Item:
    """A pair to annotate.

    Attributes:
        pair_id: Its id in the corpus.
        caption: Text; offsets count its code points.
        group: What annotations of one origin share: the article; the pair itself where none is known.
        topic: Topic of the article.
        date: ISO date of the article.
        image_id: Id of the image.
    """

    pair_id: str
    caption: str
    group: str
    topic: str | None = None
    date: str | None = None
    image_id: str | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """A marked span.

    Attributes:
        start: First code point.
        end: One after the last.
        surface: The text at the span as the annotator saw it.
        type: One of the seven types; None until chosen.
        entity: Title key of the entity, `NIL`, or None until chosen.
        flags: Marks such as `discuss` or `metonymy`, sorted.
        visual_clues: What the image shows of the entity: object, scene, property, other; None = not asked.
    """

    start: int
    end: int
    surface: str
    type: str | None = None
    entity: str | None = None
    flags: tuple[str, ...] = ()
    visual_clues: tuple[str, ...] | None = None

    @property
    def span(self) -> tuple[int, int]:
        """Both offsets."""
        return self.start, self.end

    @property
    def is_nil(self) -> bool:
        """Annotated as not in the knowledge base."""
        return self.entity == NIL


@dataclass(frozen=True, slots=True)
class Answer:
    """One annotator's annotations of one item.

    Attributes:
        pair_id: The item.
        annotator: Pseudonym.
        annotations: Sorted by place.
        layer: What was asked; `MENTIONS` for spans.
        batch: main, pilot, retest or expert.
        number: How many answers the annotator had saved before it in this layer: the order of work.
        duration_s: Seconds from showing the item to saving it; None where nobody measured.
        ambiguity: Class of ambiguity of the pair (Figure 2b); None where not asked or not chosen.
    """

    pair_id: str
    annotator: str
    annotations: tuple[Annotation, ...] = ()
    layer: str = MENTIONS
    batch: str = MAIN
    number: int = 0
    duration_s: float | None = None
    ambiguity: str | None = None


def is_pseudonym(text: str) -> bool:
    """Whether `text` may name an annotator: a letter, then up to 31 letters, digits, _ or -."""
    return _PSEUDONYM.fullmatch(text) is not None


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as JSON value, versioned; fields without a value are left out."""
    row = asdict(answer)
    row["annotations"] = [_filled(one) for one in row["annotations"]]
    return {"version": VERSION, **_filled(row)}


def read_answer(value: Mapping[str, Any], place: str) -> Answer:
    """An answer from its JSON value; `place` (file and line) stands in the error.

    Raises:
        InputError: a field is missing, unknown or of another kind.
    """
    row = dict(value)
    version = row.pop("version", None)
    if version != VERSION:
        raise InputError(f"{place}: annotations of version {version!r} cannot be read, only {VERSION}")
    try:
        spans = tuple(sorted((_span(one) for one in row.pop("annotations", ())), key=lambda one: one.span))
        answer = Answer(annotations=spans, **row)
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{place}: is no answer of an annotator: {error}") from error
    if answer.ambiguity is not None and not isinstance(answer.ambiguity, str):
        raise InputError(f"{place}: the class of ambiguity should be a text")
    if not isinstance(answer.pair_id, str) or not is_pseudonym(str(answer.annotator)) or answer.batch not in BATCHES:
        raise InputError(
            f"{place}: should name a pair, an annotator by pseudonym and one of the batches {', '.join(BATCHES)}"
        )
    return answer


def _span(value: Mapping[str, Any]) -> Annotation:
    row = dict(value)
    for name in ("flags", "visual_clues"):
        if row.get(name) is not None:
            row[name] = tuple(str(one) for one in row[name])
    annotation = Annotation(**row)
    if type(annotation.start) is not int or type(annotation.end) is not int or not isinstance(annotation.surface, str):
        raise ValueError("start and end should be whole numbers, surface a text")
    return annotation


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and (value != () or name == "visual_clues")}
