"""Annotations as the page sends and shows them; offsets count code points."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from annotation.checks.findings import Finding
from annotation.events import Draft, State
from annotation.pairs import stands_at
from annotation.records import CLUES, NIL, Annotation
from annotation.statistics.ambiguity import AMBIGUITIES
from pipeline.records.errors import InputError

ORIGINS = ("", "caption_links")
MOST_SPANS = 200
_MOST_FLAGS = 10
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
_LONGEST_ENTITY, _LONGEST_NOTE, _LONGEST_S = 300, 2_000, 86_400.0


class DraftError(InputError):
    """What a page sent cannot be taken; the sentence is for whoever sent it."""


def read_draft(value: Mapping[str, Any], caption: str) -> Draft:
    """What a page sent for one item; the pair is filled in by the server.

    Raises:
        DraftError: it is not what a page sends, or a span's text is not the caption's.
    """
    spans = _kind(value, "annotations", list)
    if len(spans) > MOST_SPANS:
        raise DraftError(f"an item holds {MOST_SPANS} mentions at most")
    annotations = tuple(sorted((read_span(one, caption) for one in spans), key=lambda one: one.span))
    note, ambiguity, origin = (_kind(value, name, str) for name in ("note", "ambiguity", "origin"))
    if len(note) > _LONGEST_NOTE or origin not in ORIGINS:
        raise DraftError(f"a note holds {_LONGEST_NOTE:,} characters at most")
    if ambiguity and ambiguity not in AMBIGUITIES:
        raise DraftError(f"{ambiguity[:40]!r} is no kind of ambiguity")
    base = _kind(value, "base", int)
    return Draft(
        "", annotations, base=base, is_done=_kind(value, "done", bool), note=_printable(note), origin=origin,
        duration_s=_seconds(value.get("duration_s")), ambiguity=ambiguity,
    )  # fmt: skip


def read_span(value: object, caption: str) -> Annotation:
    """One mention as a page sends it.

    Raises:
        DraftError: a field is missing, unknown or of another kind, or the text is not the caption's.
    """
    if not isinstance(value, dict) or not set(value) <= {"start", "end", "surface", "type", "entity", "flags", "clues"}:
        raise DraftError("a mention has start, end, surface, type, entity, flags and clues")
    type_, entity, clues = value.get("type"), value.get("entity"), value.get("clues")
    flags = value.get("flags", [])
    if type_ is not None and not (isinstance(type_, str) and _NAME.fullmatch(type_)):
        raise DraftError("a type is a word; the checks find those that are not of the seven")
    if entity is not None and (not isinstance(entity, str) or not 0 < len(entity) <= _LONGEST_ENTITY):
        raise DraftError(f"an entity is a title of at most {_LONGEST_ENTITY} characters, or {NIL}")
    if not _is_list(flags, lambda flag: _NAME.fullmatch(flag) is not None) or len(flags) > _MOST_FLAGS:
        raise DraftError("flags are words")
    if clues is not None and not _is_list(clues, CLUES.__contains__):
        raise DraftError(f"what an image shows is one of {', '.join(CLUES)}")
    one = Annotation(
        _kind(value, "start", int), _kind(value, "end", int), _kind(value, "surface", str), type_,
        None if entity is None else _printable(entity), tuple(sorted(set(flags))),
        None if clues is None else tuple(name for name in CLUES if name in clues),
    )  # fmt: skip
    if not stands_at(one, caption):
        raise DraftError(f"{one.surface[:40]!r} does not stand at {one.start}-{one.end} of the caption")
    return one


def span_json(one: Annotation) -> dict[str, Any]:
    """A mention as the page wants it."""
    clues = None if one.visual_clues is None else list(one.visual_clues)
    return {
        "start": one.start, "end": one.end, "surface": one.surface, "type": one.type, "entity": one.entity,
        "flags": list(one.flags), "clues": clues,
    }  # fmt: skip


def state_json(state: State) -> dict[str, Any]:
    """What stands of an item."""
    draft = state.draft
    return {
        "version": state.version, "done": draft.is_done, "note": draft.note, "ambiguity": draft.ambiguity,
        "origin": draft.origin, "annotations": [span_json(one) for one in draft.annotations],
    }  # fmt: skip


def finding_json(one: Finding, guideline: str) -> dict[str, Any]:
    """A finding as the page wants it."""
    fix = None if one.fix is None else span_json(one.fix)
    return {
        "code": one.code, "severity": one.severity.value, "guideline": guideline, "place": one.place,
        "message": one.message, "fix": fix, "span": one.span,
    }  # fmt: skip


def _kind(value: Mapping[str, Any], name: str, wanted: type) -> Any:  # noqa: ANN401 - of the kind that is asked for
    found = value.get(name)
    if type(found) is not wanted:
        raise DraftError(f"{name} should be of the kind {wanted.__name__}")
    return found


def _is_list(values: object, allowed: Callable[[str], bool]) -> bool:
    return isinstance(values, list) and all(isinstance(one, str) and allowed(one) for one in values)


def _printable(text: str) -> str:
    """The text, unless it is no Unicode."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DraftError("a text holds half a character") from error
    return text


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    seconds = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not math.isfinite(seconds) or seconds < 0:
        raise DraftError("duration_s should be a number of seconds")
    return round(min(seconds, _LONGEST_S), 1)
