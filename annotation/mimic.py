"""MIMIC's form of MELBench: one record a mention, fields as texts."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pipeline.formats.melbench import read_melbench, write_melbench
from pipeline.formats.reading import Reading
from pipeline.records.dataset import Caption

_NUMBERED = re.compile(r"(.+)-\d{3,}", re.DOTALL)


def write_mimic(captions: Iterable[Caption], path: Path) -> None:
    """Write a record for each mention, named after its caption and numbered.

    Raises:
        UsageError: a mention has neither title nor NIL.
    """
    single = [
        replace(caption, key=f"{caption.key}-{number:03}", mentions=(mention,))
        for caption in captions
        for number, mention in enumerate(caption.mentions)
    ]
    write_melbench(single, path, as_texts=True)


def read_mimic(path: Path) -> Reading:
    """Read such records; those of one caption that follow each other become one again.

    Raises:
        InputError: the file is no such JSON; names file, record number and field.
    """
    reading = read_melbench(path)
    captions: list[Caption] = []
    for one in reading.captions:
        numbered = _NUMBERED.fullmatch(one.key)
        whole = replace(one, key=numbered[1] if numbered else one.key)
        last = captions[-1] if captions else None
        if last is not None and (last.key, last.caption) == (whole.key, whole.caption):
            captions[-1] = replace(last, mentions=(*last.mentions, *whole.mentions))
        else:
            captions.append(whole)
    return Reading(captions, reading.repairs)
