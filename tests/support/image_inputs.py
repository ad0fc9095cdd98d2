"""Small corpora and KBs that want files, and folders and servers that have them."""

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.records.columns import Columns
from pipeline.records.corpus_schemas import PAIRS
from pipeline.records.digest import image_id
from pipeline.records.manifest import write_json, write_manifest
from pipeline.records.schemas import ENTITIES, ENTITY_IMAGES, Schema
from pipeline.records.shards import write_shard
from pipeline.titles.file_urls import UPLOAD, file_name, upload_url
from tests.support import images

NEWS, WIKI = "enwikinews", "enwiki"
LOCAL = "wikinews/en"


def title_of(name: str) -> str:
    """`photo.jpg` -> `Photo.jpg`."""
    return file_name(name).replace("_", " ")


def make_corpus(folder: Path, titles: list[str], *, status: str = "kept", local: Collection[str] = ()) -> Path:
    """A finished corpus with one pair for each title; those in `local` are known to lie on the wiki itself."""
    columns = Columns(PAIRS)
    for position, title in enumerate(titles):
        columns.append(
            (
                f"{position:016x}", 7, "An article", None, "sports", position, image_id(NEWS, title), title,
                upload_url(title, LOCAL) if title in local else "",
                f"Caption of {title}", [], "", 3, 1, status, [],
            )
        )  # fmt: skip
    return finish(folder, "corpus", NEWS, PAIRS, columns.take())


def make_kb(folder: Path, rows: list[tuple[int, int, str]], *, more: Collection[int] = ()) -> Path:
    """A KB that has entity_images/ and entities/ alone; rows of (entity_id, rank, file title).

    `more` are entities without an image; each entity N is called `Entity N`.
    """
    columns = Columns(ENTITY_IMAGES)
    for entity_id, rank, title in rows:
        columns.append((entity_id, image_id(WIKI, title), rank, title, "link", False, "lead", f"About {title}"))
    entities = Columns(ENTITIES)
    empty = {pa.string(): "", pa.int64(): 0, pa.int32(): 0, pa.bool_(): False}
    for entity_id in sorted({entity_id for entity_id, _, _ in rows} | set(more)):
        known = {"entity_id": entity_id, "title": f"Entity {entity_id}", "kind": "article"}
        fields = ENTITIES.arrow
        entities.append(
            tuple(known.get(one.name, [] if pa.types.is_list(one.type) else empty.get(one.type)) for one in fields)
        )
    finish(folder, "kb", WIKI, ENTITIES, entities.take())
    return finish(folder, "kb", WIKI, ENTITY_IMAGES, columns.take())


def finish(folder: Path, kind: str, wiki: str, schema: Schema, table: pa.Table) -> Path:
    """Write one artifact and the manifest of the folder."""
    place = folder / schema.name
    place.mkdir(parents=True)
    shard = write_shard(table, place / "part-00000.parquet", schema)
    write_manifest(place, schema, "made by a test", [shard])
    write_json(folder / "_manifest.json", {"kind": kind, "wiki": wiki, "date": "20210101"})
    (folder / "_SUCCESS").touch()
    return folder


def put_files(folder: Path, files: dict[str, bytes], repo: str = "wikipedia/commons") -> Path:
    """Lay files where the upload host has them."""
    for name, data in files.items():
        path = folder / upload_path(name, repo)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def upload_path(name: str, repo: str = "wikipedia/commons") -> str:
    """Path of a file on the upload host, not escaped."""
    hashed = upload_url(name, repo).removeprefix(f"{UPLOAD}/{repo}/").split("/")
    return "/".join([repo, *hashed[:2], file_name(name)])


def broken_files() -> dict[str, bytes]:
    """One damaged file of each format."""
    return {f"broken {name}": data[: len(data) // 2] for name, data in images.every_format().items()}


def digests(out: Path) -> dict[str, str]:
    """Relative path -> sha256 of every published file but the run's own record."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".staging" not in path.parts and path.name != "_run.json"
    }


def rows_of(out: Path) -> dict[str, dict[str, Any]]:
    """File title -> row of images/."""
    from pipeline.records.images_schemas import IMAGES
    from pipeline.records.manifest import open_artifact

    return {row["file_title"]: row for row in open_artifact(out / IMAGES.name, IMAGES).table().to_pylist()}
