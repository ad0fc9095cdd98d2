"""Where a project's pairs come from: corpus, data set, native lines."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from annotation.pairs import REFERENCE, ProjectPair, read_native, stands_at
from annotation.records import NIL, Annotation, Answer
from pipeline.formats.mention_types import known_type
from pipeline.records import corpus_schemas, dataset_schemas
from pipeline.records.corpus import PAIR_KEPT, PAIR_REVIEW, CaptionLink
from pipeline.records.digest import file_digest
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.images import ImageOutcome
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import MANIFEST, Reader, open_artifact, read_shard

CORPUS, DATASET, NATIVE = "corpus", "data set", "native lines"
_USABLE = (ImageOutcome.OK, ImageOutcome.WITHHELD)
_IMAGE_COLUMNS = ("image_id", "outcome", "sha256", "perceptual_hash")


@dataclass(frozen=True, slots=True)
class Source:
    """Pairs with what is known of them.

    Attributes:
        kind: corpus, data set or native lines.
        pairs: In the source's order, each id once.
        references: Pair id -> gold labels, where the source has some.
        fingerprint: Name and digest of the source.
        notes: What was left out or looks odd, a sentence each.
    """

    kind: str
    pairs: tuple[ProjectPair, ...]
    references: Mapping[str, Answer]
    fingerprint: Mapping[str, str]
    notes: tuple[str, ...] = ()


def read_source(path: Path, *, with_review: bool = False, splits: tuple[str, ...] = ()) -> Source:
    """Read pairs from a corpus folder, a data set's folder, or a file of native lines.

    Args:
        path: Folder with `pairs/`, that folder itself, or a file.
        with_review: Of a corpus take the pairs that await review too.
        splits: Of a data set take these splits only.

    Raises:
        UsageError: there is nothing at `path`, or it holds no pairs.
        ArtifactError: the artifact is unfinished or of another kind.
        InputError: a native line is malformed.
    """
    if path.is_file():
        source = _native(path)
    elif path.is_dir():
        folder = path if (path / MANIFEST).is_file() and _schema_name(path) else path / "pairs"
        name = _schema_name(folder)
        if name == corpus_schemas.PAIRS.name:
            source = _corpus(open_artifact(folder, corpus_schemas.PAIRS), with_review=with_review)
        elif name == dataset_schemas.PAIRS.name:
            source = _dataset(open_artifact(folder, dataset_schemas.PAIRS), splits)
        elif folder.is_dir():
            raise ArtifactError(f"{folder} is neither the pairs of a corpus nor those of a data set, or is unfinished")
        else:
            raise UsageError(f"{path} has no pairs/: it should be a corpus, a data set or a file of native JSON lines")
    else:
        raise UsageError(f"{path} does not exist")
    if not source.pairs:
        raise UsageError(f"{path} has no pairs to annotate{': ' + '; '.join(source.notes) if source.notes else ''}")
    return source


def with_images(source: Source, folder: Path) -> Source:
    """The same pairs with the digests of their images; those whose image is not usable are counted.

    Raises:
        ArtifactError: `folder` holds no images artifact.
    """
    artifact = folder if _schema_name(folder) == IMAGES.name else folder / IMAGES.name
    if _schema_name(artifact) != IMAGES.name:
        raise ArtifactError(f"{folder} is no images artifact, or is unfinished")
    known: dict[str, tuple[str, str]] = {}
    for shard in open_artifact(artifact, IMAGES).paths:
        rows = read_shard(shard, _IMAGE_COLUMNS).to_pydict()
        for image_id, outcome, sha256, image_hash in zip(*(rows[name] for name in _IMAGE_COLUMNS), strict=True):
            if outcome in _USABLE:
                known[image_id] = (sha256, image_hash)
    pairs = tuple(_with_image(pair, known.get(pair.image_id or "")) for pair in source.pairs)
    missing = sum(pair.image_id not in known for pair in pairs)
    notes = (*source.notes, *([f"{missing} of {len(pairs)} pairs have no usable image"] if missing else []))
    return replace(source, pairs=pairs, notes=notes)


def _with_image(pair: ProjectPair, found: tuple[str, str] | None) -> ProjectPair:
    return pair if found is None else replace(pair, sha256=found[0] or None, perceptual_hash=found[1] or None)


def _native(path: Path) -> Source:
    both = list(read_native(path))
    references = {pair.pair_id: answer for pair, answer in both if answer is not None}
    return Source(NATIVE, tuple(pair for pair, _ in both), references, _named(path.name, file_digest(path)))


def _corpus(reader: Reader, *, with_review: bool) -> Source:
    wanted = (PAIR_KEPT, PAIR_REVIEW) if with_review else (PAIR_KEPT,)
    pairs: dict[str, ProjectPair] = {}
    licences = _licences(reader.folder.parent / "articles")
    left_out = repeated = 0
    for row in _rows(reader):
        if row["status"] not in wanted:
            left_out += 1
        elif row["pair_id"] in pairs:
            repeated += 1
        else:
            pairs[row["pair_id"]] = _corpus_pair(row, licences.get(row["article_id"]))
    notes = [f"{left_out} pairs with another status than {' or '.join(wanted)} were left out"] if left_out else []
    notes += [f"{repeated} pairs that their article shows again were left out"] if repeated else []
    return Source(CORPUS, tuple(pairs.values()), {}, _of_artifact(reader), tuple(notes))


def _licences(folder: Path) -> dict[int, str]:
    """Article -> licence of its text, where the corpus has its articles and knows it."""
    if not folder.is_dir():
        return {}
    found: dict[int, str] = {}
    for path in open_artifact(folder, corpus_schemas.NEWS_ARTICLES).paths:
        rows = read_shard(path, ("article_id", "licence")).to_pydict()
        found |= {key: one for key, one in zip(rows["article_id"], rows["licence"], strict=True) if one}
    return found


def _corpus_pair(row: Mapping[str, Any], licence: str | None) -> ProjectPair:
    return ProjectPair(
        pair_id=row["pair_id"],
        caption=row["caption"],
        article_id=row["article_id"],
        article_title=row["article_title"],
        date=_day(row["date"]),
        topic=row["topic"] or None,
        position=row["position"],
        image_id=row["image_id"],
        image_file=row["file_title"],
        image_url=row["image_url"] or None,
        caption_links=tuple(CaptionLink(**link) for link in row["caption_links"]),
        credit=row["credit"] or None,
        licence=licence,
        revision_id=row["revision_id"],
    )


def _dataset(reader: Reader, splits: tuple[str, ...]) -> Source:
    pairs: dict[str, ProjectPair] = {}
    in_other = repeated = 0
    for row in _rows(reader):
        if splits and row["split"] not in splits:
            in_other += 1
        elif row["pair_id"] in pairs:
            repeated += 1
        else:
            pairs[row["pair_id"]] = _dataset_pair(row)
    notes = [f"{in_other} pairs of other splits were left out"] if in_other else []
    notes += [f"{repeated} pairs stand in more than one split; each is taken once"] if repeated else []
    references, unplaced = _gold(reader.folder.parent / "mentions", pairs)
    if unplaced:
        notes.append(f"{unplaced} gold mentions without a usable place were left out of the reference")
    return Source(DATASET, tuple(pairs.values()), references, _of_artifact(reader), tuple(notes))


def _dataset_pair(row: Mapping[str, Any]) -> ProjectPair:
    same = ("pair_id", "caption", "article_id", "article_title", "topic", "image_id", "image_url", "sha256")
    rest = ("perceptual_hash", "credit", "licence", "split")
    return ProjectPair(**{name: row[name] for name in (*same, *rest)}, date=_day(row["date"]))


def _gold(folder: Path, pairs: Mapping[str, ProjectPair]) -> tuple[dict[str, Answer], int]:
    """Gold labels of the pairs, and how many mentions have no usable place."""
    spans: dict[str, dict[tuple[int, int], Annotation]] = {pair_id: {} for pair_id in pairs}
    unplaced = 0
    if not folder.is_dir():
        return {}, 0
    for row in _rows(open_artifact(folder, dataset_schemas.DATASET_MENTIONS)):
        pair = pairs.get(row["pair_id"])
        if pair is None or (pair.split is not None and row["split"] != pair.split):
            continue
        one = _gold_span(row)
        if one is None or not stands_at(one, pair.caption):
            unplaced += 1
            continue
        spans[pair.pair_id].setdefault(one.span, one)
    return {
        pair_id: Answer(pair_id, REFERENCE, tuple(found[span] for span in sorted(found)))
        for pair_id, found in spans.items()
    }, unplaced


def _gold_span(row: Mapping[str, Any]) -> Annotation | None:
    if row["start"] is None or row["end"] is None:
        return None
    clues = None if row["visual_clues"] is None else tuple(row["visual_clues"])
    entity = NIL if row["is_nil"] else row["entity"]
    kind = known_type(row["type"]) if row["type"] is not None else None
    return Annotation(row["start"], row["end"], row["surface"], kind, entity, visual_clues=clues)


def _rows(reader: Reader) -> Iterator[dict[str, Any]]:
    for table in reader.tables():
        yield from table.to_pylist()


def _of_artifact(reader: Reader) -> dict[str, str]:
    folder = reader.folder.resolve()
    return _named(f"{folder.parent.name}/{folder.name}", file_digest(reader.folder / MANIFEST))


def _named(name: str, sha256: str) -> dict[str, str]:
    return {"name": name, "sha256": sha256}


def _day(value: object) -> str | None:
    return value.date().isoformat() if isinstance(value, datetime) else str(value) if value else None


def _schema_name(folder: Path) -> str | None:
    """Name of the schema that a folder's manifest tells; None where it has none."""
    try:
        value = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    name = value.get("schema") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None
