"""Values of a data set made good, every repair noted."""

import re
from collections.abc import Sequence

from pipeline.formats.entity_urls import EntityName, is_nil_word, read_entity_url, read_title
from pipeline.formats.json_input import Record
from pipeline.formats.mention_types import known_type
from pipeline.formats.repairing import RepairLog
from pipeline.formats.spans import Placement, Span, occurrences, overlaps, place_mentions
from pipeline.records.dataset import RepairKind
from pipeline.titles.file_url_repair import repair_file_url

_QID = re.compile(r"Q[1-9]\d{0,11}")
_LISTED = 5


def mend_image_url(text: str, log: RepairLog, field: str) -> str | None:
    """The address of the image; None where the field is blank."""
    if not text.strip():
        return None
    found = repair_file_url(text)
    for kind in found.kinds:
        log.add(kind, field, text, found.url)
    for kind in found.unresolved:
        log.add(kind, field, text, None)
    return found.url


def mend_type(text: str, log: RepairLog, field: str) -> str | None:
    """One of the seven types; None for an unknown one, which is listed."""
    name = known_type(text)
    if name is None:
        log.add(RepairKind.UNKNOWN_TYPE, field, text, None)
    elif name != text:
        log.add(RepairKind.TYPE_ALIAS, field, text, name)
    return name


def mend_entity_url(text: str, log: RepairLog, field: str) -> EntityName:
    """What an entity field means."""
    name = read_entity_url(text)
    _note_name(name, text, name.url, (log, field))
    return name


def mend_title(text: str, qid: str | None, log: RepairLog, field: str) -> EntityName:
    """What a field with a title means; words for NIL count only where there is no Wikidata id."""
    if qid is None and is_nil_word(text):
        name = EntityName(None, is_nil=True, kinds=() if text == "nil" else (RepairKind.NIL_SPELLING,))
    else:
        name = read_title(text)
    _note_name(name, text, name.title or "nil", (log, field))
    return name


def read_qid(text: str, record: Record, field: str) -> str | None:
    """A Wikidata id; None for a word for NIL."""
    if _QID.fullmatch(text):
        return text
    if not is_nil_word(text):
        record.fail(field, f"should be a Wikidata id such as Q42, or nil, not {text[:40]!r}")
    return None


def mend_surface(surface: str, log: RepairLog, field: str) -> str:
    """The surface without space around it."""
    trimmed = surface.strip()
    if trimmed != surface:
        log.add(RepairKind.SURFACE_TRIMMED, field, surface, trimmed)
    return trimmed


def mend_span(caption: str, surface: str, span: Span, log: RepairLog) -> tuple[str, Span | None]:
    """A surface with the place that it has in the caption, whatever the offsets say.

    The text at the offsets is right where it is the surface. Else the surface's only place in the caption; else, where
    the caption does not hold the surface, the text at the offsets. What is left is listed and stays without a place.
    """
    start, end = span
    at_span = caption[start:end] if 0 <= start < end <= len(caption) else ""
    if surface and at_span == surface:
        return surface, span
    if surface and at_span.strip() == surface:
        start += len(at_span) - len(at_span.lstrip())
        log.add(RepairKind.SPAN_MOVED, "offsets", span, (start, start + len(surface)))
        return surface, (start, start + len(surface))
    places = occurrences(caption, surface)
    if len(places) == 1:
        log.add(RepairKind.SPAN_MOVED, "offsets", span, places[0])
        return surface, places[0]
    if not places and at_span and at_span == at_span.strip():
        log.add(RepairKind.SURFACE_FROM_SPAN, "surface", surface, at_span)
        return at_span, span
    _note_unplaced(surface, Placement(None, tuple(places)), log)
    return surface, None


def place_surfaces(caption: str, surfaces: Sequence[str], log: RepairLog, *, take_first: bool) -> list[Span | None]:
    """Places of mentions that come without offsets; ambiguous ones are listed.

    They stay without a place, or with `take_first` get the first one that is left.
    """
    spans: list[Span | None] = []
    for number, placement in enumerate(place_mentions(caption, surfaces)):
        log.mention = number
        span = placement.span
        if span is None:
            span = placement.choices[0] if take_first and placement.choices else None
            _note_unplaced(surfaces[number], placement, log, taken=span)
        spans.append(span)
    return spans


def note_overlaps(surfaces: Sequence[str], spans: Sequence[Span | None], log: RepairLog) -> None:
    """List a record whose mentions share letters of the caption."""
    placed = [span for span in spans if span is not None]
    if overlaps(placed):
        log.mention = None
        log.add(RepairKind.SPAN_OVERLAP, "mentions", " | ".join(surfaces), None)


def _note_unplaced(surface: str, placement: Placement, log: RepairLog, taken: Span | None = None) -> None:
    starts = [str(start) for start, _ in placement.choices]
    if not starts:
        log.add(RepairKind.SPAN_MISSING if surface else RepairKind.SURFACE_EMPTY, "surface", surface, None)
        return
    more = ", …" if len(starts) > _LISTED else ""
    before = f"{surface} at {', '.join(starts[:_LISTED])}{more}"
    log.add(RepairKind.SPAN_AMBIGUOUS, "surface", before, None if taken is None else taken[0])


def _note_name(name: EntityName, before: str, after: str, place: tuple[RepairLog, str]) -> None:
    log, field = place
    if name.problem is not None:
        log.add(name.problem, field, before, None)
        return
    for kind in name.kinds:
        log.add(kind, field, before, after)
