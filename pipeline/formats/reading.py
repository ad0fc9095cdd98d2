"""What every reader of a format answers, and what writers refuse."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from pipeline.formats.json_input import Record
from pipeline.records.dataset import Caption, CaptionMention, Repair
from pipeline.records.errors import UsageError


@dataclass(frozen=True, slots=True)
class Reading:
    """A file read: its captions in order, and what was repaired or stays in doubt."""

    captions: list[Caption]
    repairs: list[Repair]


class KeyCheck:
    """Refuses a second record of one key."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def check(self, key: str, record: Record) -> str:
        """`key`, when no record before had it."""
        first = self._first.setdefault(key, record.number)
        if first != record.number:
            record.fail("id", f"{key[:40]!r} is taken by record {first}")
        return key


def refuse(caption: Caption, problem: str) -> NoReturn:
    """Refuse to write a caption that the format cannot hold.

    Raises:
        UsageError: always.
    """
    raise UsageError(f"caption {caption.key} cannot be written in this format: {problem}")


def placed(caption: Caption, mention: CaptionMention) -> tuple[int, int]:
    """The offsets of a mention; a format that needs them refuses it where they are not known."""
    if mention.start is None or mention.end is None:
        refuse(caption, f"the place of {mention.surface!r} is not known")
    return mention.start, mention.end


def unique_keys(captions: Iterable[Caption]) -> None:
    """Refuse captions of which two have one key."""
    keys: set[str] = set()
    for caption in captions:
        if caption.key in keys:
            refuse(caption, "its key occurs twice")
        keys.add(caption.key)
