"""All formats by name, with their readers and licences."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.formats.elevant import read_elevant
from pipeline.formats.kgmel import read_kgmel
from pipeline.formats.melbench import read_melbench
from pipeline.formats.reading import Reading
from pipeline.formats.wikidiverse import read_mentions, read_passages
from pipeline.records.errors import UsageError

_WIKINEWS = "CC BY 2.5"


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be imported.

    Attributes:
        name: As users write it.
        meaning: What it is, in a line.
        read: Reads a file; the second argument lets ambiguous mentions take their first place.
        licence: Licence of the texts where the format tells it; None elsewhere.
    """

    name: str
    meaning: str
    read: Callable[[Path, bool], Reading]
    licence: str | None = None


FORMATS = (
    Format("passages", "WikiDiverse, passage level", lambda path, _: read_passages(path), _WIKINEWS),
    Format("mentions", "WikiDiverse, mention level with candidates", lambda path, _: read_mentions(path), _WIKINEWS),
    Format("kgmel", "WikiDiverse in KGMEL's form", lambda path, first: read_kgmel(path, take_first=first), _WIKINEWS),
    Format("melbench", "WikiMEL, RichpediaMEL, MIMIC", lambda path, first: read_melbench(path, take_first=first)),
    Format("elevant", "ELEVANT benchmark lines", lambda path, _: read_elevant(path)),
)


def format_named(name: str) -> Format:
    """The format of that name.

    Raises:
        UsageError: there is none.
    """
    for one in FORMATS:
        if one.name == name:
            return one
    raise UsageError(f"{name!r} is no format; there are {', '.join(one.name for one in FORMATS)}")
