"""Mentions given as three lists: surfaces, titles and Wikidata ids."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.formats.json_input import Record, read_records
from pipeline.formats.mending import (
    mend_image_url,
    mend_surface,
    mend_title,
    note_overlaps,
    place_surfaces,
    read_qid,
)
from pipeline.formats.reading import KeyCheck, Reading
from pipeline.formats.repairing import RepairLog
from pipeline.records.dataset import Caption, CaptionMention, RepairKind


@dataclass(frozen=True, slots=True)
class ListedForm:
    """How a format with sentence and three lists differs from the others.

    Attributes:
        fields: of the surfaces, the titles and the Wikidata ids.
        key: reads a record's key.
        texts: reads one of the fields.
        url_field: of the image's address, where the format has one.
    """

    fields: tuple[str, str, str]
    key: Callable[[Record], str]
    texts: Callable[[Record, str], Sequence[str]]
    url_field: str | None = None


def read_listed_file(path: Path, form: ListedForm, *, take_first: bool) -> Reading:
    """Read all records of a file in such a format.

    Args:
        path: The file.
        form: What is the format's own.
        take_first: Give an ambiguous mention the first place it can have; it is listed all the same.

    Raises:
        InputError: the file is no such JSON; names file, record number and field.
    """
    log = RepairLog(path)
    keys = KeyCheck()
    captions = []
    for record in read_records(path):
        log.begin(record.number)
        key = keys.check(form.key(record), record)
        text = record.full_text(record.member("sentence"), "sentence")
        lists = {field: form.texts(record, field) for field in form.fields}
        url = form.url_field and mend_image_url(_optional(record, form.url_field) or "", log, form.url_field)
        mentions = read_listed(record, text, lists, log, take_first=take_first)
        captions.append(Caption(key, text, mentions, url, image_file=_optional(record, "imgPath")))
    return Reading(captions, log.repairs)


def _optional(record: Record, field: str) -> str | None:
    value = record.value.get(field)
    return None if value is None else record.text(value, field)


def read_listed(
    record: Record, caption: str, lists: Mapping[str, Sequence[str]], log: RepairLog, *, take_first: bool
) -> tuple[CaptionMention, ...]:
    """The mentions of a record, placed in its caption; `lists`: field -> surfaces, titles, Wikidata ids.

    Raises:
        InputError: the lists differ in length, or an id is none.
    """
    first, second, third = lists
    lengths = [len(one) for one in lists.values()]
    if len(set(lengths)) > 1:
        record.fail(f"{first}, {second}, {third}", f"should be of one length, not {lengths}")
    surfaces, named = [], []
    for number, (surface, title, answer) in enumerate(zip(*lists.values(), strict=True)):
        log.mention = number
        surfaces.append(mend_surface(record.text(surface, f"{first}[{number}]"), log, "surface"))
        qid = read_qid(answer, record, f"{third}[{number}]")
        name = mend_title(title, qid, log, second)
        if name.is_nil and qid is None and answer != "nil":
            log.add(RepairKind.NIL_SPELLING, third, answer, "nil")
        named.append((name, qid))
    spans = place_surfaces(caption, surfaces, log, take_first=take_first)
    note_overlaps(surfaces, spans, log)
    mentions = []
    for surface, span, (name, qid) in zip(surfaces, spans, named, strict=True):
        start, end = span or (None, None)
        mentions.append(CaptionMention(surface, start, end, None, name.title, qid, name.is_nil))
    return tuple(mentions)
