"""Stage `list`: the files that pairs or entities show."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records.columns import Columns
from pipeline.records.corpus import PAIR_DROPPED
from pipeline.records.corpus_schemas import PAIRS
from pipeline.records.digest import options_digest
from pipeline.records.entity_list import read_entity_list
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.images import WantedImage
from pipeline.records.images_schemas import WANTED_IMAGES
from pipeline.records.manifest import MANIFEST, open_artifact
from pipeline.records.schemas import ENTITY_IMAGES
from pipeline.titles.file_kinds import is_still_image

_PAIR_COLUMNS = ("image_id", "file_title", "caption", "article_title", "status")
_ENTITY_COLUMNS = ("entity_id", "image_id", "rank", "file_title", "caption")


def wanted_of_corpus(corpus: Path) -> list[WantedImage]:
    """The files of all pairs that were not dropped, by image id.

    Raises:
        ArtifactError: the folder is no finished corpus.
    """
    wiki = read_wiki(corpus, "corpus")
    uses = (
        WantedImage(row["image_id"], wiki, row["file_title"], 1, row["caption"], row["article_title"])
        for table in open_artifact(corpus / PAIRS.name, PAIRS).tables(_PAIR_COLUMNS)
        for row in _rows(table.filter(pc.not_equal(table["status"], PAIR_DROPPED)))
    )
    return _added_up(uses)


def wanted_of_entities(kb: Path, entities: Path, per_entity: int) -> list[WantedImage]:
    """The first still images of the listed entities (paper 4.2: the first image of the article), by image id.

    Raises:
        ArtifactError: the folder is no finished KB.
        InputError: the list is none.
    """
    wiki = read_wiki(kb, "kb")
    uses = (
        WantedImage(row["image_id"], wiki, row["file_title"], 1, row["caption"], str(row["entity_id"]))
        for row in entity_image_rows(kb, (one.entity_id for one in read_entity_list(entities)), per_entity)
    )
    return _added_up(uses)


def entity_image_rows(kb: Path, entity_ids: Iterable[int], per_entity: int) -> Iterator[dict[str, Any]]:
    """Rows of the KB's entity_images/ that the listed entities take, by entity and rank."""
    wanted = pa.array(sorted(set(entity_ids)), pa.int64())
    for table in open_artifact(kb / ENTITY_IMAGES.name, ENTITY_IMAGES).tables(_ENTITY_COLUMNS):
        entity, taken = None, 0
        for row in _rows(table.filter(pc.is_in(table["entity_id"], wanted))):
            if row["entity_id"] != entity:
                entity, taken = row["entity_id"], 0
            if taken < per_entity and is_still_image(row["file_title"]):
                taken += 1
                yield row


def wanted_table(images: Iterable[WantedImage]) -> pa.Table:
    """The wanted files as a table of their schema."""
    columns = Columns(WANTED_IMAGES)
    for one in images:
        columns.append((one.image_id, one.wiki, one.file_title, one.n_uses, one.caption, one.used_by))
    return columns.take()


def wanted_of_table(table: pa.Table) -> list[WantedImage]:
    """Back from the table."""
    return [WantedImage(**row) for row in _rows(table)]


def input_digest(folder: Path, artifact: str) -> str:
    """Digest of an input artifact by its manifest, which holds the sha256 of every shard.

    Raises:
        ArtifactError: there is none.
    """
    path = folder / artifact / MANIFEST
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path} cannot be read; is {folder} a finished folder with {artifact}/?") from error
    return options_digest(value.get("shards"))


def read_wiki(folder: Path, kind: str) -> str:
    """Database name of the wiki that a KB or a corpus was made of.

    Raises:
        UsageError: the folder holds something else.
    """
    path = folder / MANIFEST
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"--{kind} {folder} is no finished {kind}: {path} cannot be read") from error
    if not isinstance(value, dict) or value.get("kind") != kind or not value.get("wiki"):
        found = value.get("kind") if isinstance(value, dict) else None
        raise UsageError(f"--{kind} {folder} is no {kind} of a known wiki, but {found or 'something else'}")
    return str(value["wiki"])


def _added_up(uses: Iterable[WantedImage]) -> list[WantedImage]:
    """One record a file, with the caption of its first use that has one."""
    found: dict[str, WantedImage] = {}
    for use in uses:
        seen = found.get(use.image_id)
        if seen is None:
            found[use.image_id] = use
            continue
        first = seen if seen.caption or not use.caption else use
        found[use.image_id] = WantedImage(
            seen.image_id, seen.wiki, seen.file_title, seen.n_uses + 1, first.caption, first.used_by
        )
    return [found[image_id] for image_id in sorted(found)]


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches():
        yield from batch.to_pylist()
