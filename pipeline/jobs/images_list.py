"""Stage `list`: the files that pairs or entities show."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records.columns import Columns
from pipeline.records.corpus import PAIR_DROPPED
from pipeline.records.corpus_schemas import PAIRS
from pipeline.records.digest import options_digest
from pipeline.records.entity_list import ListedEntity, read_entity_list
from pipeline.records.errors import ArtifactError, InputError, PageError, UsageError
from pipeline.records.images import WantedImage
from pipeline.records.images_schemas import WANTED_IMAGES
from pipeline.records.manifest import MANIFEST, is_finished, open_artifact
from pipeline.records.schemas import ENTITIES, ENTITY_IMAGES
from pipeline.titles.file_kinds import is_still_image
from pipeline.titles.file_urls import COMMONS, read_upload_url

_PAIR_COLUMNS = ("image_id", "file_title", "image_url", "caption", "article_title", "status")
_ENTITY_COLUMNS = ("entity_id", "image_id", "rank", "file_title", "caption")


def wanted_of_corpus(corpus: Path) -> list[WantedImage]:
    """The files of all pairs that were not dropped, by image id.

    Raises:
        ArtifactError: the folder is no finished corpus.
    """
    wiki = read_wiki(corpus, "corpus")
    uses = (
        WantedImage(row["image_id"], wiki, row["file_title"], 1, row["caption"], row["article_title"], _repo(row))
        for table in open_artifact(corpus / PAIRS.name, PAIRS).tables(_PAIR_COLUMNS)
        for row in _rows(table.filter(pc.not_equal(table["status"], PAIR_DROPPED)))
    )
    return _added_up(uses)


def wanted_of_entities(kb: Path, entities: Path, per_entity: int) -> list[WantedImage]:
    """The first still images of the listed entities (paper 4.2: the first image of the article), by image id.

    Raises:
        ArtifactError: the folder is no finished KB.
        InputError: the list is none, or one of another KB.
    """
    wiki = read_wiki(kb, "kb")
    listed = read_entity_list(entities)
    _check_titles(kb, entities, listed)
    uses = (
        WantedImage(row["image_id"], wiki, row["file_title"], 1, row["caption"], str(row["entity_id"]))
        for row in entity_image_rows(kb, (one.entity_id for one in listed), per_entity)
    )
    return _added_up(uses)


def _check_titles(kb: Path, path: Path, listed: Sequence[ListedEntity]) -> None:
    """Refuse a list whose titles are not those of the KB; entities without a title in the list are not compared."""
    named = {one.entity_id: one.entity for one in listed if one.entity}
    wanted = pa.array(sorted(named), pa.int64())
    titles: dict[int, str] = {}
    for table in open_artifact(kb / ENTITIES.name, ENTITIES).tables(("entity_id", "title")):
        found = table.filter(pc.is_in(table["entity_id"], wanted))
        titles |= dict(zip(found["entity_id"].to_pylist(), found["title"].to_pylist(), strict=True))
    for id_, name in named.items():
        title = titles.get(id_)
        if title != name:
            there = "has no such entity" if title is None else f"means {title!r} by it"
            raise InputError(f"{path} calls entity {id_} {name!r}, and {kb} {there}: the list is of another KB")


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
        columns.append((one.image_id, one.wiki, one.file_title, one.n_uses, one.caption, one.used_by, one.repo))
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
        ArtifactError: the job that makes it has not finished.
    """
    path = folder / MANIFEST
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"--{kind} {folder} is no finished {kind}: {path} cannot be read") from error
    if not isinstance(value, dict) or value.get("kind") != kind or not value.get("wiki"):
        found = value.get("kind") if isinstance(value, dict) else None
        raise UsageError(f"--{kind} {folder} is no {kind} of a known wiki, but {found or 'something else'}")
    if not is_finished(folder):
        raise ArtifactError(
            f"--{kind} {folder} is not finished; run runners/build_{kind}.py again, which goes on where it stopped"
        )
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
            seen.image_id, seen.wiki, seen.file_title, seen.n_uses + 1, first.caption, first.used_by, seen.repo
        )
    return [found[image_id] for image_id in sorted(found)]


def _repo(row: Mapping[str, Any]) -> str:
    """The repository in which the corpus saw the file's page; '' for Commons, where it did not see one."""
    try:
        repo = read_upload_url(row["image_url"]).repo
    except PageError:
        return ""
    return "" if repo == COMMONS else repo


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches():
        yield from batch.to_pylist()
