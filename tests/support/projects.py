"""Small annotation projects and the artifacts they come from."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from annotation.pairs import ProjectPair, write_native
from annotation.pairs_source import read_source
from annotation.project import Project, Settings, make_project
from annotation.records import Annotation, Answer
from pipeline.records.corpus import PAIR_KEPT, CaptionLink, Pair
from pipeline.records.corpus_schemas import PAIRS
from pipeline.records.manifest import write_manifest
from pipeline.records.schemas import Schema
from pipeline.records.shards import write_shard

DAY = datetime(2010, 5, 1, tzinfo=UTC)


def write_artifact(folder: Path, schema: Schema, rows: Iterable[dict[str, Any]]) -> Path:
    """An artifact of one shard."""
    folder.mkdir(parents=True)
    table = pa.Table.from_pylist(list(rows), schema=schema.arrow)
    write_manifest(folder, schema, "stage", [write_shard(table, folder / "part-00000.parquet", schema)])
    return folder


def corpus_pair(number: int, caption: str, *, article: int = 1, status: str = PAIR_KEPT, **more: Any) -> Pair:
    """One row of a corpus."""
    told: dict[str, Any] = {
        "pair_id": f"{number:016x}", "article_id": article, "article_title": f"Article {article}", "date": DAY,
        "topic": "Politics", "position": number, "image_id": f"{number + 100:016x}", "file_title": f"File {number}.jpg",
        "image_url": "", "caption": caption, "caption_links": (), "credit": "", "n_words": 3, "revision_id": None,
        "status": status, "reasons": (),
    }  # fmt: skip
    return Pair(**told | more)


def write_corpus(folder: Path, pairs: Sequence[Pair]) -> Path:
    """A corpus folder with its pairs only."""
    values = attrgetter(*PAIRS.names)
    rows = [dict(zip(PAIRS.names, values(pair), strict=True)) for pair in pairs]
    for row in rows:
        row["caption_links"] = [
            {name: getattr(link, name) for name in CaptionLink.__slots__} for link in row["caption_links"]
        ]
    write_artifact(folder / "pairs", PAIRS, rows)
    return folder


def span(
    caption: str, surface: str, type_: str | None = "Person", entity: str | None = None, **more: Any
) -> Annotation:
    """An annotation of the first place where `surface` stands."""
    start = caption.index(surface)
    return Annotation(start, start + len(surface), surface, type_, entity or surface, **more)


def answer(pair_id: str, annotator: str, *annotations: Annotation, **more: Any) -> Answer:
    """One annotator's answer."""
    return Answer(pair_id, annotator, tuple(sorted(annotations, key=lambda one: one.span)), **more)


def small_project(
    folder: Path, pairs: Sequence[ProjectPair], references: dict[str, Answer] | None = None, **settings: Any
) -> Project:
    """A project made from native lines."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.parent / f"{folder.name}-pairs.jsonl"
    write_native(pairs, path, references)
    return make_project(folder, read_source(path), Settings(**settings))
