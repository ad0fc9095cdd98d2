"""MELBench and MIMIC: objects with sentence, mentions, entities and answer."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.formats.entity_urls import NIL
from pipeline.formats.json_input import Record
from pipeline.formats.listed import ListedForm, read_listed_file
from pipeline.formats.reading import Reading, refuse, unique_keys
from pipeline.records.dataset import Caption

_FIELDS = ("mentions", "entities", "answer")


def read_melbench(path: Path, *, take_first: bool = False) -> Reading:
    """Read WikiMEL, RichpediaMEL or a file in MIMIC's form, packed or not.

    The file is an object of records by id or an array of records; the three fields are lists (WikiMEL) or texts that
    stand for one mention (RichpediaMEL, MIMIC).

    Args:
        path: The file.
        take_first: Give an ambiguous mention the first place it can have; it is listed all the same.

    Raises:
        InputError: the file is no such JSON; names file, record number and field.
    """
    return read_listed_file(path, _FORM, take_first=take_first)


def write_melbench(captions: Iterable[Caption], path: Path, *, as_texts: bool = False) -> None:
    """Write an object of records by id, with lists as in WikiMEL or texts as in RichpediaMEL.

    Raises:
        UsageError: a key occurs twice, a mention has neither title nor NIL, or texts are asked for and a caption has
            not just one mention.
    """
    wanted = list(captions)
    unique_keys(wanted)
    value = {caption.key: _object(caption, as_texts=as_texts) for caption in wanted}
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _object(caption: Caption, *, as_texts: bool) -> dict[str, Any]:
    columns: tuple[list[str], ...] = ([], [], [])
    for mention in caption.mentions:
        if mention.entity is None and not mention.is_nil:
            refuse(caption, f"the entity of {mention.surface!r} is not known")
        for column, text in zip(columns, (mention.surface, mention.entity, mention.qid), strict=True):
            column.append(NIL if text is None else text)
    if as_texts and len(caption.mentions) != 1:
        refuse(caption, f"it has {len(caption.mentions)} mentions, not one")
    value: dict[str, Any] = {"id": caption.key, "sentence": caption.caption}
    value |= {field: column[0] if as_texts else column for field, column in zip(_FIELDS, columns, strict=True)}
    if caption.image_file is not None:
        value["imgPath"] = caption.image_file
    return value


def _key(record: Record) -> str:
    value = record.member("id")
    key = str(value) if isinstance(value, int) and not isinstance(value, bool) else record.full_text(value, "id")
    if record.key and record.key != key:
        record.fail("id", f"is {key[:40]!r} under the name {record.key[:40]!r}")
    return key


def _texts(record: Record, field: str) -> tuple[str, ...]:
    value = record.member(field)
    return (value,) if isinstance(value, str) and record.text(value, field) else record.texts(value, field)


_FORM = ListedForm(_FIELDS, _key, _texts)
