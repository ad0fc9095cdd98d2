"""Mentions given as three lists: surfaces, titles and Wikidata ids."""

from collections.abc import Mapping, Sequence

from pipeline.formats.json_input import Record
from pipeline.formats.mending import mend_surface, mend_title, note_overlaps, place_surfaces, read_qid
from pipeline.formats.repairing import RepairLog
from pipeline.records.dataset import CaptionMention, RepairKind


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
