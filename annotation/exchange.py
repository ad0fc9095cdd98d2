"""Answers written to and read from the formats of other tools."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from annotation.exchange_fields import LABEL_STUDIO, NATIVE, lost_in
from annotation.label_studio import Found, read_tasks, write_tasks
from annotation.mimic import read_mimic, write_mimic
from annotation.pairs import ProjectPair, read_native, write_native
from annotation.records import NIL, Annotation, Answer
from pipeline.formats.elevant import write_elevant
from pipeline.formats.kgmel import write_kgmel
from pipeline.formats.melbench import write_melbench
from pipeline.formats.registry import format_named
from pipeline.formats.wikidiverse import write_mentions, write_passages
from pipeline.records.dataset import Caption, CaptionMention
from pipeline.records.errors import InputError, UsageError

Qids = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Export:
    """A format that answers can be written in.

    Attributes:
        write: Writes captions to a file.
        is_numbered: Records are numbered, since keys must be numbers.
        wants_mentions: Pairs without a mention cannot be written.
    """

    write: Callable[[Sequence[Caption], Path], None]
    is_numbered: bool = False
    wants_mentions: bool = False


EXPORTS: Mapping[str, Export] = {
    "passages": Export(write_passages),
    "mentions": Export(write_mentions, wants_mentions=True),
    "kgmel": Export(write_kgmel, is_numbered=True),
    "melbench": Export(write_melbench),
    "mimic": Export(write_mimic, wants_mentions=True),
    "elevant": Export(write_elevant, is_numbered=True),
}
FORMATS = (NATIVE, *EXPORTS, LABEL_STUDIO)
"""All formats that answers are written in and read from."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Answers of a file, put to the pairs of a project.

    Attributes:
        answers: Pair id -> spans.
        unknown: Captions of the file that no pair has.
        unplaced: Mentions without a usable place.
        n_repairs: Values that the reader mended or doubts.
        ambiguity: Pair id -> class of ambiguity, where the file tells it.
    """

    answers: Mapping[str, tuple[Annotation, ...]]
    unknown: tuple[str, ...]
    unplaced: int
    n_repairs: int
    ambiguity: Mapping[str, str] = field(default_factory=dict)


def export_answers(
    pairs: Iterable[ProjectPair], answers: Mapping[str, Answer], name: str, path: Path, qids: Qids | None = None
) -> tuple[int, str]:
    """Write the pairs that have an answer; how many, and what the format cannot hold ('' for nothing).

    Args:
        pairs: All pairs in order.
        answers: Pair id -> answer.
        name: The format.
        path: File to write.
        qids: Title of an entity -> its Wikidata id, None where it has none.

    Raises:
        UsageError: there is no such format, or it cannot hold an answer.
    """
    wanted = [pair for pair in pairs if pair.pair_id in answers]
    if name not in FORMATS:
        raise UsageError(f"{name!r} is no format to write; there are {', '.join(FORMATS)}")
    if name == NATIVE:
        write_native(wanted, path, answers)
    elif name == LABEL_STUDIO:
        write_tasks(wanted, answers, path)
    else:
        export = EXPORTS[name]
        if export.wants_mentions:
            wanted = [pair for pair in wanted if answers[pair.pair_id].annotations]
        captions = [
            _caption(pair, answers[pair.pair_id], str(number) if export.is_numbered else pair.pair_id, qids)
            for number, pair in enumerate(wanted)
        ]
        export.write(captions, path)
    return len(wanted), lost_in(name)


def import_answers(pairs: Mapping[str, ProjectPair], name: str, path: Path, by: str | None = None) -> Matched:
    """Read answers from a file; captions are matched by pair id, else by their text, in order where several have it.

    Args:
        pairs: Pair id -> pair of the project.
        name: The format.
        path: The file.
        by: Of a file with several people's annotations (Label Studio) whose to take.

    Raises:
        UsageError: there is no such format.
        InputError: the file is not of the format, or holds none of the pairs.
    """
    if name == NATIVE:
        matched = _native(path, pairs)
    elif name == LABEL_STUDIO:
        tasks = read_tasks(path, by)
        matched = _match(tasks.found, pairs, tasks.n_repairs)
    else:
        reading = read_mimic(path) if name == "mimic" else format_named(name).read(path, False)
        matched = _match(map(_found, reading.captions), pairs, len(reading.repairs))
    if not matched.answers:
        raise InputError(f"{path}: holds none of the project's captions")
    return matched


def _native(path: Path, pairs: Mapping[str, ProjectPair]) -> Matched:
    found = [(pair, answer) for pair, answer in read_native(path) if answer is not None]
    known = {pair.pair_id: answer for pair, answer in found if _is_known(pair, pairs)}
    unknown = tuple(pair.pair_id for pair, _ in found if pair.pair_id not in known)
    classes = {key: answer.ambiguity for key, answer in known.items() if answer.ambiguity}
    return Matched({key: answer.annotations for key, answer in known.items()}, unknown, 0, 0, classes)


def _is_known(pair: ProjectPair, pairs: Mapping[str, ProjectPair]) -> bool:
    """Whether the project has the pair with the same caption: the offsets hold for no other."""
    return pair.pair_id in pairs and pairs[pair.pair_id].caption == pair.caption


def _match(captions: Iterable[Found], pairs: Mapping[str, ProjectPair], n_repairs: int) -> Matched:
    by_text: dict[str, list[str]] = defaultdict(list)
    for pair in reversed(list(pairs.values())):
        by_text[pair.caption].append(pair.pair_id)
    answers: dict[str, tuple[Annotation, ...]] = {}
    classes: dict[str, str] = {}
    unknown, unplaced = [], 0
    for caption in captions:
        of_key = pairs.get(caption.key)
        free = by_text.get(caption.caption, [])
        if of_key is not None and of_key.caption == caption.caption and of_key.pair_id in free:
            free.remove(of_key.pair_id)
            pair_id = of_key.pair_id
        elif free:
            pair_id = free.pop()
        else:
            unknown.append(caption.key)
            continue
        unplaced += caption.unplaced
        answers[pair_id] = caption.spans
        if caption.ambiguity is not None:
            classes[pair_id] = caption.ambiguity
    return Matched(answers, tuple(unknown), unplaced, n_repairs, classes)


def _found(caption: Caption) -> Found:
    """A caption's spans by place; of two on one place the first."""
    spans = {one.span: one for one in reversed([_annotation(each) for each in caption.mentions]) if one is not None}
    unplaced = sum(each.start is None for each in caption.mentions)
    return Found(caption.key, caption.caption, tuple(spans[span] for span in sorted(spans)), unplaced)


def _caption(pair: ProjectPair, answer: Answer, key: str, qids: Qids | None) -> Caption:
    mentions = []
    for one in answer.annotations:
        title = None if one.is_nil else one.entity
        qid = qids(title) if qids is not None and title is not None else None
        mentions.append(CaptionMention(one.surface, one.start, one.end, one.type, title, qid, one.is_nil))
    return Caption(
        key,
        pair.caption,
        tuple(mentions),
        pair.image_url,
        pair.topic,
        pair.article_title,
        pair.image_file,
        pair.split or "",
    )


def _annotation(one: CaptionMention) -> Annotation | None:
    if one.start is None or one.end is None:
        return None
    return Annotation(one.start, one.end, one.surface, one.type, NIL if one.is_nil else one.entity)
