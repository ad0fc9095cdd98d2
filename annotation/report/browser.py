"""Disagreements as data for the browser in the page."""

import base64
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from annotation.disagreements import GUIDELINES, MEANINGS, Kind
from annotation.records import Annotation
from annotation.report.disputed import Disputed
from annotation.report.disputed_places import Place
from pipeline.report.data_blocks import data_block
from pipeline.report.text import clip, readable
from pipeline.report.thumbnails import picture_type

Thumbnails = Callable[[str], bytes | None]
"""Image id -> a small picture, None where there is none."""
Candidates = Callable[[str], Sequence[tuple[str, float]]]
"""Surface -> titles with P(e|m), best first."""
THUMBNAIL_BYTES_MAX, THUMBNAILS_BYTES_MAX = 32_000, 12_000_000
_CAPTION_CHARS, _TEXT_CHARS, _CANDIDATES = 2_000, 200, 5


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the browser's facts come from, beside the answers.

    Attributes:
        thumbnails: Small pictures of pairs.
        candidates: What surfaces can mean, by a knowledge base.
        places: Pair id -> where it stands in adjudication.
        command: Command that writes the disputes of one pair into a table, `{pair}` standing for its id.
    """

    thumbnails: Thumbnails | None = None
    candidates: Candidates | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    command: str = ""


@dataclass(frozen=True, slots=True)
class BrowserData:
    """What the page's script reads.

    Attributes:
        block: The data as an element of the page.
        n_pictures: Entries with a picture.
        n_without: Entries whose picture is there but was left out for size.
    """

    block: Markup
    n_pictures: int
    n_without: int


def browser_data(shown: Sequence[Disputed], sources: Sources | None = None) -> BrowserData:
    """The entries, each with its picture while there is room."""
    sources = sources or Sources()
    thumbnails = sources.thumbnails
    room, n_pictures, n_without = THUMBNAILS_BYTES_MAX, 0, 0
    pictures: dict[str, str] = {}
    entries = []
    for one in shown:
        entry = _entry(one)
        place = sources.places.get(one.pairing.item.pair_id)
        if place is not None:
            entry["p"] = {**place.to_json(), "q": shlex.quote(one.pairing.item.pair_id)}
        image_id = one.pairing.item.image_id
        if thumbnails is not None and image_id is not None:
            if image_id not in pictures:
                picture = thumbnails(image_id)
                size = len(picture or b"")
                if picture and (size > min(room, THUMBNAIL_BYTES_MAX) or not picture_type(picture)):
                    n_without += 1
                elif picture:
                    room -= size
                    pictures[image_id] = f"{picture_type(picture)};base64,{base64.b64encode(picture).decode()}"
            if image_id in pictures:
                entry["i"] = image_id
                n_pictures += 1
        entries.append(entry)
    kinds = {kind.value: [MEANINGS[kind], GUIDELINES[kind]] for kind in Kind}
    value = {
        "entries": entries,
        "pictures": pictures,
        "kinds": kinds,
        "command": sources.command,
        "candidates": _candidates(shown, sources.candidates),
    }
    return BrowserData(data_block("disagreements", value), n_pictures, n_without)


def _entry(one: Disputed) -> dict[str, Any]:
    """Offsets count code points of the caption as it stands here: what is made readable keeps its length."""
    item = one.pairing.item
    return {
        "id": _text(item.pair_id),
        "a": one.pairing.annotators,
        "c": readable(clip(item.caption, _CAPTION_CHARS)),
        "t": _text(item.topic or ""),
        "g": _text(item.group),
        "d": _text(item.date or ""),
        "s": [[_span(span) for span in side.annotations] for side in (one.pairing.left, one.pairing.right)],
        "k": [[each.kind.value, each.left, each.right] for each in one.found],
    }


def _candidates(shown: Sequence[Disputed], candidates: Candidates | None) -> dict[str, list[list[Any]]]:
    """Surface in dispute -> what it can mean, with shares in per mille."""
    if candidates is None:
        return {}
    surfaces = {
        side.annotations[place].surface
        for one in shown
        for each in one.found
        for side, place in ((one.pairing.left, each.left), (one.pairing.right, each.right))
        if place is not None
    }
    found = {surface: list(candidates(surface))[:_CANDIDATES] for surface in sorted(surfaces)}
    return {_text(surface): [[_text(title), round(1000 * p)] for title, p in rows] for surface, rows in found.items()}


def _span(one: Annotation) -> list[Any]:
    return [one.start, min(one.end, _CAPTION_CHARS), _text(one.surface), one.type or "", _text(one.entity or "")]


def _text(value: str) -> str:
    return readable(clip(value, _TEXT_CHARS))
