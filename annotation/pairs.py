"""Pairs of a project in the native form: lossless, versioned JSON lines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from annotation.files import json_line, write_text
from annotation.records import Annotation, Answer, Item, answer_json, read_answer
from pipeline.formats.json_input import read_lines
from pipeline.records.corpus import CaptionLink
from pipeline.records.errors import InputError

VERSION = 1
REFERENCE = "reference"
"""Pseudonym of the gold labels that a source brings along."""
_NUMBERS = ("article_id", "position", "revision_id")
_LISTS = ("caption_links", "mentions")


@dataclass(frozen=True, slots=True)
class ProjectPair:
    """An image with its caption as a project keeps it; None = the source does not say.

    Attributes:
        pair_id: Its id in the source.
        caption: Text; offsets count its code points.
        article_id: Page id of the article.
        article_title: Title of the article or document.
        date: ISO day of the article.
        topic: Topic of the article.
        position: Document order in the article.
        image_id: Id of the image.
        image_file: File title, or name of a local file.
        image_url: Address of the original.
        sha256: Digest of the normalised image.
        perceptual_hash: Perceptual hash of the image.
        caption_links: Links that the caption had in its article.
        credit: Credit that stood in the caption.
        licence: Licence of the caption.
        revision_id: Revision that was read.
        split: Split in the source.
    """

    pair_id: str
    caption: str
    article_id: int | None = None
    article_title: str | None = None
    date: str | None = None
    topic: str | None = None
    position: int | None = None
    image_id: str | None = None
    image_file: str | None = None
    image_url: str | None = None
    sha256: str | None = None
    perceptual_hash: str | None = None
    caption_links: tuple[CaptionLink, ...] = ()
    credit: str | None = None
    licence: str | None = None
    revision_id: int | None = None
    split: str | None = None

    @property
    def group(self) -> str:
        """What pairs of one origin share: the article; the pair itself where none is known."""
        if self.article_id is not None:
            return f"article:{self.article_id}"
        return f"title:{self.article_title}" if self.article_title is not None else f"pair:{self.pair_id}"

    @property
    def item(self) -> Item:
        """The pair as agreement sees it."""
        return Item(self.pair_id, self.caption, self.group, self.topic, self.date, self.image_id)


def pair_json(pair: ProjectPair) -> dict[str, Any]:
    """A pair as JSON value; fields without a value are left out."""
    row = {name: value for name, value in asdict(pair).items() if value is not None and value != ()}
    return {"version": VERSION, **row}


def read_pair(value: Mapping[str, Any], place: str) -> ProjectPair:
    """A pair from its JSON value; `place` (file and line) stands in the error.

    Raises:
        InputError: a field is missing, unknown or of another kind, or a link's text is not at its place.
    """
    row = {name: one for name, one in value.items() if name not in ("mentions", "ambiguity")}
    version = row.pop("version", VERSION)
    if version != VERSION:
        raise InputError(f"{place}: pairs of version {version!r} cannot be read, only {VERSION}")
    unknown = sorted(set(row) - {field.name for field in fields(ProjectPair)})
    if unknown:
        raise InputError(f"{place}: {unknown[0]!r} is no field of a pair")
    for name, one in row.items():
        wanted: type = int if name in _NUMBERS else list if name in _LISTS else str
        if one is not None and type(one) is not wanted:
            raise InputError(f"{place}: {name} should be {_KINDS[wanted]}")
    for name in ("pair_id", "caption"):
        if not str(row.get(name) or "").strip():
            raise InputError(f"{place}: {name} is missing or empty")
    links = tuple(_link(one, row["caption"], place) for one in row.pop("caption_links", None) or ())
    return ProjectPair(**row, caption_links=links)


def read_mentions(value: Mapping[str, Any], place: str) -> Answer | None:
    """The labels of a native line, None where it has no `mentions`.

    Raises:
        InputError: a mention is malformed or does not stand at its place.
    """
    if value.get("mentions") is None:
        return None
    row = {"version": 1, "pair_id": value["pair_id"], "annotator": REFERENCE, "annotations": value["mentions"]}
    if value.get("ambiguity") is not None:
        row["ambiguity"] = value["ambiguity"]
    answer = read_answer(row, place)
    for one in answer.annotations:
        if not stands_at(one, str(value["caption"])):
            raise InputError(f"{place}: {one.surface!r} does not stand at {one.start}-{one.end} of its caption")
    return answer


def stands_at(one: Annotation, caption: str) -> bool:
    """Whether a span's text is the caption's at that place."""
    return 0 <= one.start < one.end <= len(caption) and caption[one.start : one.end] == one.surface


def read_native(path: Path) -> Iterator[tuple[ProjectPair, Answer | None]]:
    """Pairs and gold labels of a file of native lines.

    Raises:
        InputError: the file is missing or not of this form; names the line.
    """
    seen: set[str] = set()
    for record in read_lines(path):
        place = f"{path}: record {record.number}"
        if not isinstance(record.value, dict):
            raise InputError(f"{place}: should be an object")
        pair = read_pair(record.value, place)
        if pair.pair_id in seen:
            raise InputError(f"{place}: pair {pair.pair_id[:40]!r} stands in the file twice")
        seen.add(pair.pair_id)
        yield pair, read_mentions(record.value, place)


def write_native(pairs: Iterable[ProjectPair], path: Path, answers: Mapping[str, Answer] | None = None) -> None:
    """Write native lines; with `answers` (pair id -> labels) each line holds its `mentions` too."""
    lines = []
    for pair in pairs:
        row = pair_json(pair)
        answer = (answers or {}).get(pair.pair_id)
        if answer is not None:
            row["mentions"] = answer_json(answer).get("annotations", [])
            row |= {"ambiguity": answer.ambiguity} if answer.ambiguity else {}
        lines.append(json_line(row))
    write_text(path, "".join(lines))


_KINDS = {int: "a whole number", str: "a text", list: "a list"}


def _link(value: Any, caption: str, place: str) -> CaptionLink:  # noqa: ANN401 - any JSON value
    try:
        link = CaptionLink(**value)
        is_there = 0 <= link.start < link.end and caption[link.start : link.end] == link.surface
    except (TypeError, ValueError) as error:
        raise InputError(f"{place}: caption_links: {error}") from error
    if not is_there:
        raise InputError(f"{place}: caption_links: {link.surface!r} does not stand at {link.start}-{link.end}")
    return link
