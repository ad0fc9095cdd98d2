"""WikiDiverse as released: passage-level and mention-level JSON."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.formats.entity_urls import NIL, EntityName, entity_url
from pipeline.formats.json_input import Record, read_records
from pipeline.formats.mending import mend_entity_url, mend_image_url, mend_span, mend_surface, mend_type, note_overlaps
from pipeline.formats.reading import Reading, placed, refuse
from pipeline.formats.repairing import RepairLog
from pipeline.records.dataset import Caption, CaptionMention

PASSAGE_ITEMS, PASSAGE_MENTION_ITEMS, MENTION_ITEMS = 4, 5, 11


def read_passages(path: Path) -> Reading:
    """Read `[caption, image_url, topic, [[surface, type, start, end, entity_url], …]]` records.

    Raises:
        InputError: the file is no such JSON; names file, record number and field.
    """
    log = RepairLog(path)
    captions = []
    for record in read_records(path):
        log.begin(record.number)
        caption, url, topic, mentions = record.items(record.value, "record", PASSAGE_ITEMS)
        text = record.full_text(caption, "caption")
        image_url = mend_image_url(record.text(url, "image_url"), log, "image_url")
        read = []
        for number, value in enumerate(record.items(mentions, "mentions")):
            log.mention = number
            field = f"mentions[{number}]"
            surface, kind, start, end, entity = record.items(value, field, PASSAGE_MENTION_ITEMS)
            read.append(_mention(record, text, (surface, kind, start, end, entity), log, field))
        note_overlaps([one.surface for one in read], [_span(one) for one in read], log)
        captions.append(Caption(str(record.number), text, tuple(read), image_url, record.text(topic, "topic") or None))
    return Reading(captions, log.repairs)


def read_mentions(path: Path) -> Reading:
    """Read mention-level records of eleven items; those of one caption that follow each other are one caption.

    Raises:
        InputError: the file is no such JSON; names file, record number and field.
    """
    log = RepairLog(path)
    captions: list[Caption] = []
    spans: set[object] = set()
    for record in read_records(path):
        log.begin(record.number)
        log.mention = 0
        caption, mention = _mention_record(record, log)
        span = _span(mention) or (record.number,)
        last = captions[-1] if captions else None
        is_same = last is not None and _head(last) == _head(caption) and span not in spans
        if last is not None and is_same:
            captions[-1] = Caption(last.key, last.caption, (*last.mentions, mention), last.image_url, last.topic)
        else:
            captions.append(caption)
            spans = set()
        spans.add(span)
    return Reading(captions, log.repairs)


def write_passages(captions: Iterable[Caption], path: Path) -> None:
    """Write passage-level records, one a line.

    Raises:
        UsageError: a mention's place or entity is not known.
    """
    _write_lines(path, ([*_ends(one), [_passage_mention(one, each) for each in one.mentions]] for one in captions))


def write_mentions(captions: Iterable[Caption], path: Path) -> None:
    """Write mention-level records, one a line; contexts and candidates as the mentions hold them.

    Raises:
        UsageError: a mention's place or entity is not known, or a caption has no mention.
    """
    _write_lines(path, (_eleven(caption, mention) for caption in captions for mention in _some_mentions(caption)))


def _mention(record: Record, caption: str, values: tuple[Any, ...], log: RepairLog, field: str) -> CaptionMention:
    surface, kind, start, end, entity = values
    text = mend_surface(record.text(surface, f"{field}.surface"), log, "surface")
    type_name = mend_type(record.text(kind, f"{field}.type"), log, "type")
    span = record.number_of(start, f"{field}.start"), record.number_of(end, f"{field}.end")
    text, place = mend_span(caption, text, span, log)
    name = mend_entity_url(record.text(entity, f"{field}.entity_url"), log, "entity_url")
    first, last = place or (None, None)
    return CaptionMention(text, first, last, type_name, name.title, None, name.is_nil)


def _mention_record(record: Record, log: RepairLog) -> tuple[Caption, CaptionMention]:
    values = record.items(record.value, "record", MENTION_ITEMS)
    caption, url, surface, kind, left, right, entity, candidates, topic, start, end = values
    text = record.full_text(caption, "caption")
    bare = _mention(record, text, (surface, kind, start, end, entity), log, "mention")
    names = [mend_entity_url(one, log, "candidates") for one in record.texts(candidates, "candidates")]
    mention = CaptionMention(
        bare.surface, bare.start, bare.end, bare.type, bare.entity, None, bare.is_nil,
        tuple(_candidate(name, record) for name in names if not name.is_nil),
        record.texts(left, "left_context"),
        record.texts(right, "right_context"),
    )  # fmt: skip
    image_url = mend_image_url(record.text(url, "image_url"), log, "image_url")
    return Caption(str(record.number), text, (mention,), image_url, record.text(topic, "topic") or None), mention


def _candidate(name: EntityName, record: Record) -> str:
    if name.title is None:
        record.fail("candidates", "hold one that is no English Wikipedia title")
    return name.title


def _head(caption: Caption) -> tuple[str, str | None, str | None]:
    return caption.caption, caption.image_url, caption.topic


def _span(mention: CaptionMention) -> tuple[int, int] | None:
    return None if mention.start is None or mention.end is None else (mention.start, mention.end)


def _ends(caption: Caption) -> tuple[str, str, str]:
    return caption.caption, caption.image_url or "", caption.topic or ""


def _passage_mention(caption: Caption, mention: CaptionMention) -> list[Any]:
    start, end = placed(caption, mention)
    return [mention.surface, _type(caption, mention), start, end, _entity(caption, mention)]


def _eleven(caption: Caption, mention: CaptionMention) -> list[Any]:
    start, end = placed(caption, mention)
    text, url, topic = _ends(caption)
    contexts = list(mention.left_context), list(mention.right_context)
    candidates = [entity_url(title) for title in mention.candidates]
    type_name, entity = _type(caption, mention), _entity(caption, mention)
    return [text, url, mention.surface, type_name, *contexts, entity, candidates, topic, start, end]


def _some_mentions(caption: Caption) -> tuple[CaptionMention, ...]:
    if not caption.mentions:
        refuse(caption, "it has no mention")
    return caption.mentions


def _type(caption: Caption, mention: CaptionMention) -> str:
    if mention.type is None:
        refuse(caption, f"the type of {mention.surface!r} is not known")
    return mention.type


def _entity(caption: Caption, mention: CaptionMention) -> str:
    if mention.is_nil:
        return NIL
    if mention.entity is None:
        refuse(caption, f"the entity of {mention.surface!r} is not known")
    return entity_url(mention.entity)


def _write_lines(path: Path, records: Iterable[list[Any]]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("[" + ",\n".join(lines) + "]\n", encoding="utf-8")
