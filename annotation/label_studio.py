"""Label Studio: tasks with predictions out, annotations in."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from annotation.code_units import CodeUnits
from annotation.files import write_text
from annotation.pairs import ProjectPair, pair_json
from annotation.records import CLUES, NIL, Annotation, Answer
from annotation.statistics.ambiguity import AMBIGUITIES
from pipeline.formats.json_input import Record, read_records
from pipeline.formats.mention_types import TYPES, known_type
from pipeline.records.errors import UsageError

UNTYPED = "untyped"
"""Label of spans whose type nobody has chosen yet: a region there needs a label."""
FLAGS = ("discuss", "metonymy")
_KEYS = dict(zip(TYPES, "polcewm", strict=True))
_TYPE, _ENTITY, _CLUES, _FLAGS, _AMBIGUITY, _TEXT = "type", "entity", "clues", "flags", "ambiguity", "caption"


@dataclass(frozen=True, slots=True)
class Found:
    """One caption of a file with its spans.

    Attributes:
        key: Pair id, or the record's number where the file has none.
        caption: The text.
        spans: By place, one a place.
        unplaced: Spans whose text does not stand at their place, left out.
        ambiguity: Class of ambiguity of the caption; None where nobody chose one.
    """

    key: str
    caption: str
    spans: tuple[Annotation, ...]
    unplaced: int = 0
    ambiguity: str | None = None


@dataclass(frozen=True, slots=True)
class Tasks:
    """A file of tasks, read: captions, and how many values were mended or are in doubt."""

    found: list[Found]
    n_repairs: int


def write_tasks(pairs: Iterable[ProjectPair], answers: Mapping[str, Answer], path: Path) -> None:
    """Write an array of tasks, and the labelling configuration beside it (`.xml`); offsets count UTF-16 units."""
    tasks = [_task(pair, answers.get(pair.pair_id)) for pair in pairs]
    write_text(path, json.dumps(tasks, ensure_ascii=False, indent=1) + "\n")
    write_text(path.with_suffix(".xml"), labelling_config())


def read_tasks(path: Path, by: str | None = None) -> Tasks:
    """Read Label Studio's JSON export; of a task the last annotation counts that was not cancelled.

    Args:
        path: The file; JSON-MIN and CSV do not say who annotated and are refused.
        by: Whose annotations: the user's number or address; needed where there are several.

    Raises:
        InputError: the file is no such JSON; names file, record and field.
        UsageError: several people annotated and `by` is not said, or `by` annotated nothing.
    """
    records = list(read_records(path))
    chosen = [(record, _annotations(record)) for record in records]
    people = sorted({_who(one) for _, annotations in chosen for one in annotations})
    if by is None and len(people) > 1:
        raise UsageError(f"{path}: {len(people)} people annotated; say --by with one of {', '.join(people[:10])}")
    if by is not None and by not in people:
        raise UsageError(f"{path}: {by[:40]!r} annotated nothing; there are {', '.join(people[:10]) or 'none'}")
    found, n_repairs = [], 0
    for record, annotations in chosen:
        wanted = [one for one in annotations if by is None or _who(one) == by]
        if wanted:
            one, mended = _found(record, wanted[-1])
            found.append(one)
            n_repairs += mended
    return Tasks(found, n_repairs)


def labelling_config() -> str:
    """The interface that the tasks are made for."""
    types = "".join(_label("Label", name, f" hotkey={quoteattr(_KEYS[name])}") for name in TYPES)
    return (
        "<View>\n"
        '  <Image name="image" value="$image"/>\n'
        f'  <Labels name="{_TYPE}" toName="{_TEXT}">\n{types}{_label("Label", UNTYPED)}  </Labels>\n'
        f'  <Text name="{_TEXT}" value="${_TEXT}"/>\n'
        f'  <TextArea name="{_ENTITY}" toName="{_TEXT}" perRegion="true" maxSubmissions="1" editable="true"\n'
        f'            placeholder="title of the Wikipedia article, or {NIL}"/>\n'
        f"{_choices(_CLUES, CLUES)}{_choices(_FLAGS, FLAGS)}{_choices(_AMBIGUITY, AMBIGUITIES, of_all=True)}"
        "</View>\n"
    )


def _choices(name: str, values: Sequence[str], *, of_all: bool = False) -> str:
    """Several choices for a region, or one for the whole task."""
    inner = "".join(_label("Choice", value) for value in values)
    kind = 'choice="single"' if of_all else 'perRegion="true" choice="multiple"'
    return f'  <Choices name="{name}" toName="{_TEXT}" {kind}>\n{inner}  </Choices>\n'


def _label(tag: str, value: str, more: str = "") -> str:
    return f"    <{tag} value={quoteattr(value)}{more}/>\n"


def _task(pair: ProjectPair, answer: Answer | None) -> dict[str, Any]:
    data = {_TEXT: pair.caption, "image": pair.image_url or "", "pair_id": pair.pair_id, "pair": pair_json(pair)}
    task: dict[str, Any] = {"data": data}
    if answer is not None:
        units = CodeUnits(pair.caption)
        result = [part for number, one in enumerate(answer.annotations) for part in _result(one, number, units)]
        if answer.ambiguity:
            told = {"choices": [answer.ambiguity]}
            result.append({"id": "pair", "from_name": _AMBIGUITY, "to_name": _TEXT, "type": "choices", "value": told})
        task["predictions"] = [{"model_version": "mel-toolkit", "result": result}]
    return task


def _result(one: Annotation, number: int, units: CodeUnits) -> Iterator[dict[str, Any]]:
    place = {"start": units.to_units(one.start), "end": units.to_units(one.end)}
    yield _part(number, _TYPE, "labels", {**place, "text": one.surface, "labels": [one.type or UNTYPED]})
    if one.entity is not None:
        yield _part(number, _ENTITY, "textarea", {**place, "text": [one.entity]})
    if one.visual_clues is not None:
        yield _part(number, _CLUES, "choices", {**place, "choices": list(one.visual_clues)})
    if one.flags:
        yield _part(number, _FLAGS, "choices", {**place, "choices": list(one.flags)})


def _part(number: int, name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"m{number}", "from_name": name, "to_name": _TEXT, "type": kind, "value": value}


def _annotations(record: Record) -> list[dict[str, Any]]:
    """Finished annotations of a task; those of our own predictions where the file was never annotated are none."""
    if not isinstance(record.value, dict) or "data" not in record.value or "annotations" not in record.value:
        record.fail("record", "is no annotated task; export JSON (not JSON-MIN) from Label Studio")
    annotations = record.items(record.member("annotations"), "annotations")
    for one in annotations:
        if not isinstance(one, dict):
            record.fail("annotations", "should be objects")
    return [one for one in annotations if not one.get("was_cancelled")]


def _who(annotation: Mapping[str, Any]) -> str:
    user = annotation.get("completed_by")
    if isinstance(user, dict):
        user = user.get("email") or user.get("id")
    return "unknown" if user is None else str(user)


def _found(record: Record, annotation: Mapping[str, Any]) -> tuple[Found, int]:
    data = record.member("data")
    if not isinstance(data, dict):
        record.fail("data", "should be an object")
    caption = record.full_text(data.get(_TEXT), f"data.{_TEXT}")
    key = record.text(data.get("pair_id", str(record.number)), "data.pair_id")
    regions: dict[str, dict[str, dict[str, Any]]] = {}
    for number, part in enumerate(record.items(annotation.get("result"), "result")):
        value = part.get("value") if isinstance(part, dict) else None
        if not isinstance(part, dict) or not isinstance(value, dict):
            record.fail(f"result[{number}]", "should be an object with a value")
        regions.setdefault(str(part.get("id")), {})[str(part.get("from_name"))] = value
    spans: dict[tuple[int, int], Annotation] = {}
    unplaced = mended = 0
    for name, parts in regions.items():
        if _TYPE not in parts:
            continue  # an answer to the whole task, or a box on the image
        place, was_mended = _place(record, parts[_TYPE], caption, name)
        if place is None or place in spans:
            unplaced += 1
            continue
        spans[place], doubts = _span(record, parts, place, caption)
        mended += was_mended + doubts
    chosen = [
        one
        for parts in regions.values()
        for one in record.texts(parts.get(_AMBIGUITY, {}).get("choices", []), "choices")
        if one in AMBIGUITIES
    ]
    kind = chosen[-1] if chosen else None
    return Found(key, caption, tuple(spans[place] for place in sorted(spans)), unplaced, kind), mended


def _place(record: Record, value: Mapping[str, Any], caption: str, name: str) -> tuple[tuple[int, int] | None, bool]:
    """Code points of a region, and whether its offsets were already code points."""
    given = tuple(record.number_of(value.get(end), f"region {name[:20]}, {end}") for end in ("start", "end"))
    text = record.text(value.get("text"), f"region {name[:20]}, text")
    units = CodeUnits(caption)
    start, end = units.to_point(given[0]), units.to_point(given[1])
    if start is not None and end is not None and start < end and caption[start:end] == text:
        return (start, end), False
    if text and caption[given[0] : given[1]] == text:
        return (given[0], given[1]), True
    return None, False


def _span(
    record: Record, parts: Mapping[str, Mapping[str, Any]], place: tuple[int, int], caption: str
) -> tuple[Annotation, int]:
    labels = record.texts(parts[_TYPE].get("labels", []), "labels")
    kind = known_type(labels[0]) if labels else None
    doubts = int(len(labels) > 1 or (bool(labels) and kind is None and labels[0] != UNTYPED))
    entity = "".join(record.texts(parts[_ENTITY].get("text", []), "text")[-1:]) if _ENTITY in parts else ""
    entity = " ".join(entity.replace("_", " ").split())
    title = NIL if entity.casefold() == NIL.casefold() else entity or None
    clues = record.texts(parts[_CLUES].get("choices", []), "choices") if _CLUES in parts else None
    flags = record.texts(parts[_FLAGS].get("choices", []), "choices") if _FLAGS in parts else ()
    seen = None if clues is None else tuple(one for one in CLUES if one in clues)
    span = Annotation(*place, caption[place[0] : place[1]], kind, title, tuple(sorted(flags)), seen)
    return span, doubts
