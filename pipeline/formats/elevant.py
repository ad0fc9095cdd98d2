"""ELEVANT's benchmark lines: a text and its labels with spans."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.formats.json_input import Record, read_lines
from pipeline.formats.mending import mend_span, mend_title, note_overlaps, read_qid
from pipeline.formats.reading import KeyCheck, Reading, placed, refuse, unique_keys
from pipeline.formats.repairing import RepairLog
from pipeline.records.dataset import Caption, CaptionMention, RepairKind

_NIL, _NO_MAPPING, _UNKNOWN, _OTHER = "<NIL>", "<NO_MAPPING>", "Unknown", "OTHER"


def read_elevant(path: Path) -> Reading:
    """Read lines `{id, title, text, evaluation_span, labels: [{id, span, entity_id, name, type}]}`.

    Types are Wikidata ids joined by `|` and stay as they are. The evaluation span is checked and not kept.

    Raises:
        InputError: the file is no such JSON; names file, record number and field.
    """
    log = RepairLog(path)
    keys = KeyCheck()
    captions = []
    for record in read_lines(path):
        log.begin(record.number)
        key = keys.check(str(record.number_of(record.member("id"), "id")), record)
        text = record.full_text(record.member("text"), "text")
        _span(record, record.value.get("evaluation_span", [0, len(text)]), "evaluation_span", len(text))
        mentions = []
        for number, value in enumerate(record.items(record.member("labels"), "labels")):
            log.mention = number
            mentions.append(_mention(record, text, value, log, f"labels[{number}]"))
        spans = [None if one.start is None or one.end is None else (one.start, one.end) for one in mentions]
        note_overlaps([one.surface for one in mentions], spans, log)
        title = record.value.get("title")
        source = None if title is None else record.text(title, "title")
        captions.append(Caption(key, text, tuple(mentions), source_title=source))
    return Reading(captions, log.repairs)


def write_elevant(captions: Iterable[Caption], path: Path) -> None:
    """Write one line a caption; the evaluation span is the whole text.

    Raises:
        UsageError: a key is no number or occurs twice, or the place of a mention is not known.
    """
    wanted = list(captions)
    unique_keys(wanted)
    lines = [json.dumps(_object(caption), ensure_ascii=False) + "\n" for caption in wanted]
    path.write_text("".join(lines), encoding="utf-8")


def _mention(record: Record, text: str, value: object, log: RepairLog, field: str) -> CaptionMention:
    if not isinstance(value, dict):
        record.fail(field, "should be an object")
    for name in ("span", "entity_id", "name"):
        if name not in value:
            record.fail(f"{field}.{name}", "is missing")
    start, end = _span(record, value["span"], f"{field}.span", len(text))
    surface, place = mend_span(text, text[start:end].strip(), (start, end), log)
    if not surface:
        record.fail(f"{field}.span", "cuts only space")
    first, last = place or (None, None)
    kind = value.get("type")
    type_name = None if kind is None else record.text(kind, f"{field}.type")
    identifier = record.text(value["entity_id"], f"{field}.entity_id")
    if identifier == _NIL:
        return CaptionMention(surface, first, last, type_name, is_nil=True)
    if identifier == _NO_MAPPING:
        log.add(RepairKind.NO_ENTITY, "entity_id", identifier, None)
        return CaptionMention(surface, first, last, type_name)
    qid = read_qid(identifier, record, f"{field}.entity_id")
    if qid is None:
        log.add(RepairKind.NIL_SPELLING, "entity_id", identifier, _NIL)
        return CaptionMention(surface, first, last, type_name, is_nil=True)
    written = record.text(value["name"], f"{field}.name")
    title = None if written == _UNKNOWN else mend_title(written, qid, log, "name").title
    return CaptionMention(surface, first, last, type_name, title, qid)


def _span(record: Record, value: object, field: str, n_chars: int) -> tuple[int, int]:
    first, last = record.items(value, field, 2)
    start, end = record.number_of(first, field), record.number_of(last, field)
    if not start < end <= n_chars:
        record.fail(field, f"[{start}, {end}] is no part of a text of {n_chars} characters")
    return start, end


def _object(caption: Caption) -> dict[str, Any]:
    if not (caption.key.isascii() and caption.key.isdigit()):
        refuse(caption, "its key is no number")
    value: dict[str, Any] = {"id": int(caption.key)}
    if caption.source_title is not None:
        value["title"] = caption.source_title
    labels = [{"id": number, **_label(caption, mention)} for number, mention in enumerate(caption.mentions)]
    return value | {"text": caption.caption, "evaluation_span": [0, len(caption.caption)], "labels": labels}


def _label(caption: Caption, mention: CaptionMention) -> dict[str, Any]:
    identifier = _NIL if mention.is_nil else mention.qid or _NO_MAPPING
    return {
        "span": list(placed(caption, mention)),
        "entity_id": identifier,
        "name": mention.entity if mention.entity is not None and mention.qid else _UNKNOWN,
        "type": mention.type if mention.type is not None else _OTHER,
    }
