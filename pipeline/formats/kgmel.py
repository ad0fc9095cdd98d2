"""The KGMEL form of WikiDiverse: surfaces, titles and Wikidata ids in lists."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.formats.entity_urls import NIL
from pipeline.formats.json_input import Record
from pipeline.formats.listed import ListedForm, read_listed_file
from pipeline.formats.reading import Reading, refuse, unique_keys
from pipeline.records.dataset import Caption


def read_kgmel(path: Path, *, take_first: bool = False) -> Reading:
    """Read objects with id, sentence, mention[], entity[], answer[] and, where there is one, imgPath and img-url.

    Args:
        path: The file.
        take_first: Give an ambiguous mention the first place it can have; it is listed all the same.

    Raises:
        InputError: the file is no such JSON; names file, record number and field.
    """
    return read_listed_file(path, _FORM, take_first=take_first)


def write_kgmel(captions: Iterable[Caption], path: Path) -> None:
    """Write the same objects, in the same order of fields.

    Raises:
        UsageError: a key is no number or occurs twice, or a mention has neither title nor NIL.
    """
    wanted = list(captions)
    unique_keys(wanted)
    text = json.dumps([_object(caption) for caption in wanted], ensure_ascii=False, indent=4)
    path.write_text(text, encoding="utf-8")


def _object(caption: Caption) -> dict[str, Any]:
    if not (caption.key.isascii() and caption.key.isdigit()):
        refuse(caption, "its key is no number")
    value: dict[str, Any] = {"id": int(caption.key), "sentence": caption.caption}
    if caption.image_file is not None:
        value["imgPath"] = caption.image_file
    value["mention"] = [mention.surface for mention in caption.mentions]
    value["entity"] = []
    for mention in caption.mentions:
        if mention.entity is None and not mention.is_nil:
            refuse(caption, f"the entity of {mention.surface!r} is not known")
        value["entity"].append(mention.entity or NIL)
    value["answer"] = [mention.qid or NIL for mention in caption.mentions]
    if caption.image_url is not None:
        value["img-url"] = caption.image_url
    return value


def _key(record: Record) -> str:
    return str(record.number_of(record.member("id"), "id"))


def _texts(record: Record, field: str) -> tuple[str, ...]:
    return record.texts(record.member(field), field)


_FORM = ListedForm(("mention", "entity", "answer"), _key, _texts, url_field="img-url")
